#!/usr/bin/python3
"""From opening a model to the first whole picture of its graph.

    open.py BUILD MODELS [--write]

MODELS has the folders onnx and caffe. Prints a table; --write puts it into benchmarks/RESULTS.md. Each model is opened
in programs of their own, as often as --runs says; the table has the medians.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import os
import statistics
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import machine  # noqa: E402
import sections  # noqa: E402

MODELS = {
    "SqueezeNet 1.1": "onnx/squeezenet1.1_opset11.onnx",
    "MobileNet 1.0": "onnx/mobilenet_v1_1.0_224_opset11.onnx",
    "UltraFace RFB-320": "onnx/ultraface_RFB-320_opset11.onnx",
    "DenseNet-121, no weights": "onnx/light/light_densenet121.onnx",
    "SqueezeNet 1.1, Caffe": "caffe/squeezenet_v1.1/deploy.prototxt",
    "MobileNet 1.0, Caffe": "caffe/mobilenet_v1/mobilenet_deploy.prototxt",
    "UltraFace RFB-320, Caffe": "caffe/ultraface_rfb320/RFB-320.prototxt",
    "made of 1,000 nodes": "1000",
    "made of 10,000 nodes": "10000",
}


def run(build, what):
    """Boxes, then clock, processor time and that of the window's thread in milliseconds."""
    environment = dict(os.environ, GSETTINGS_BACKEND="memory", GSETTINGS_SCHEMA_DIR=str(build / "data"),
                       FIXPOINT_DATA_DIR=str(ROOT / "data"))
    command = [str(ROOT / "tests" / "app" / "with-display.sh"), str(build / "benchmarks" / "canvas" / "bench-open"), what]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    words = next(line.split() for line in done.stdout.splitlines() if line.startswith("OPEN "))
    return int(words[1]), [float(word) for word in words[3:6]]


def measure(build, models, runs):
    rows = []
    for title, path in MODELS.items():
        what = path if path.isdigit() else str(models / path)
        if not path.isdigit() and not os.path.exists(what):
            continue
        results = [run(build, what) for _ in range(runs)]
        rows.append((title, results[0][0], [statistics.median(column) for column in zip(*(times for _, times in results))]))
    return rows


def table(rows, runs):
    lines = ["## From opening to the picture", "",
             f"`benchmarks/canvas/open.py BUILD MODELS --write`: {datetime.date.today()}, {machine.cpu_name()}, "
             f"{os.cpu_count()} CPUs, load average {os.getloadavg()[0]:.1f}, medians of {runs} runs. From the call that "
             "opens a file (in the system's cache) until a window of 1600 x 1000, without a graphics card, has shown all "
             "of its part of the graph: reading, checking and layout on workers, then tiles; milliseconds. The clock has "
             "what other programs do in it, and the pictures of loading in between.", "",
             "| model | boxes | processor | of it the window's thread | clock |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {title} | {boxes:,} | {times[1]:.0f} | {times[2]:.0f} | {times[0]:.0f} |" for title, boxes, times in rows]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("models", type=Path, help="folder of models")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    options = parser.parse_args()
    text = table(measure(options.build.resolve(), options.models, options.runs), options.runs)
    print(text)
    if options.write:
        sections.write("open", text)


if __name__ == "__main__":
    main()
