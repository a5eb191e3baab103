#!/usr/bin/python3
"""Compile times, what the levels gain, and how close memory plans are to their bounds, as a section of RESULTS.md.

    run.py BENCH_COMPILE BOARD FOLDER ... [--write]

FOLDERs have models: ONNX files, and Caffe ones with their weights beside them (benchmarks/cost/export.py writes a zoo of
them). What the board does not take is left out, and told on standard error.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import models  # noqa: E402
import sections  # noqa: E402

SHOWN = ["resnet18", "resnet50", "mobilenet_v2", "efficientnet_b0", "convnext_nano", "yolov5s_v7.0", "yolov8n", "yolov8m",
         "yolo11n", "yolo12n", "light_densenet121", "mobilenet_deploy", "FastestDet_opset11"]
CLOSE = 0.02  # above the bound


def measure(program, board, files):
    """([[name, level, nodes, commands, ms, loaded, stored, peak, schedule]], [[name, level, memory, items, bound, used]])"""
    times, plans = [], []
    for model in files:
        done = subprocess.run([program, board, model], stdout=subprocess.PIPE, text=True, check=True)
        for line in done.stdout.splitlines():
            kind, name, level, *rest = line.split()
            name = name.rsplit(".", 1)[0]
            if kind == "COMPILE":
                times.append([name, level, *map(float, rest)])
            else:
                plans.append([name, level, rest[0], *map(int, rest[1:])])
    return times, plans


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
    levels = sorted({row[1] for row in rows})
    slowest = {level: max((row for row in rows if row[1] == level), key=lambda row: row[4]) for level in levels}
    parts = [f"{level} {row[4]:.0f} ms ({row[0]})" for level, row in slowest.items()]
    return (f"{len({row[0] for row in rows})} networks, {min(row[2] for row in rows):.0f} to "
            f"{max(row[2] for row in rows):.0f} nodes. The slowest at each level, processor time of one thread: "
            f"{', '.join(parts)}.")


def gap(plan):
    return plan[5] / plan[4] - 1


def plan_summary(plans, memory):
    """A line about one of the memories."""
    here = [plan for plan in plans if plan[2] == memory]
    worst = max(here, key=gap)
    return (f"- {memory.upper()}: {len(here)} plans with up to {max(plan[3] for plan in here)} items; at the bound: "
            f"{sum(gap(plan) <= 0 for plan in here)}, within {100 * CLOSE:.0f} %: {sum(gap(plan) <= CLOSE for plan in here)}; "
            f"the furthest: {100 * gap(worst):.2f} % ({worst[0]} at {worst[1]}).")


def main():
    """Measures all networks of the folders and shows some."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("board")
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    times, plans = measure(arguments.program.resolve(), arguments.board, models.find_models(arguments.folders))
    shown = [row for row in times if row[0] in SHOWN]
    text = (f"## Compiling\n\n`benchmarks/compile/run.py`, for {arguments.board}; SRAM as the target assumes it. "
            f"{summary(times)}\n\nMemory plans of these programs against the most bytes that live at one command, constants "
            f"included, each network at each level:\n\n{plan_summary(plans, 'sram')}\n{plan_summary(plans, 'ddr')}\n\n"
            f"{table(shown)}")
    if arguments.write:
        sections.write("compile", text)
    else:
        print(text)


if __name__ == "__main__":
    main()
