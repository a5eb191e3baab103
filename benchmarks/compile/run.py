#!/usr/bin/python3
"""Compile times and what the levels gain, as a table of RESULTS.md.

    run.py BENCH_COMPILE BOARD FOLDER [--write]

FOLDER has the networks that benchmarks/cost/fit.py rebuilt.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sections  # noqa: E402

SHOWN = ["mobilenetv2", "resnet18", "resnet50", "efficientnet_b0", "convnext_nano", "yolov5s_v7", "yolov8n", "yolov8m",
         "yolo11n", "unet_mobilenetv2"]


def measure(program, board, paths):
    """[[name, level, nodes, commands, ms, loaded, stored, peak, schedule]]"""
    result = subprocess.run([program, board, *map(str, paths)], stdout=subprocess.PIPE, text=True, check=True)
    rows = []
    for line in result.stdout.splitlines():
        name, level, *numbers = line.split()[1:]
        rows.append([name.removesuffix(".onnx"), level, *map(float, numbers)])
    return rows


def table(rows):
    """Markdown; milliseconds of processor time, megabytes of traffic."""
    lines = ["| network | level | nodes | commands | compile ms | MB loaded | MB stored | SRAM MB | BPU schedule ms |",
             "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |"]
    for name, level, nodes, commands, ms, loaded, stored, peak, schedule in rows:
        lines.append(f"| {name} | {level} | {nodes:.0f} | {commands:.0f} | {ms:.0f} | {loaded / 1e6:.2f} | "
                     f"{stored / 1e6:.2f} | {peak / 1e6:.2f} | {schedule:.3f} |")
    return "\n".join(lines)


def summary(rows):
    """A sentence about all networks."""
    slowest = {level: max((row for row in rows if row[1] == level), key=lambda row: row[4]) for level in
               sorted({row[1] for row in rows})}
    parts = [f"{level} {row[4]:.0f} ms ({row[0]})" for level, row in slowest.items()]
    return f"Slowest of {len({row[0] for row in rows})} networks, processor time: " + ", ".join(parts) + "."


def main():
    """Measures all networks of the folder and shows some."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("board")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    rows = measure(arguments.program, arguments.board, sorted(arguments.folder.glob("*.onnx")))
    shown = [row for row in rows if row[0] in SHOWN]
    text = (f"## Compiling\n\n`benchmarks/compile/run.py` on the networks of the latency table, for {arguments.board}; "
            f"SRAM as the target assumes it. {summary(rows)}\n\n{table(shown)}")
    if arguments.write:
        sections.write("compile", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
