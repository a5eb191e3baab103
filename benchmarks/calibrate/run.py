#!/usr/bin/python3
"""What calibration costs: time as a ratio to the float forward, and memory with more and more pictures.

    run.py BUILD SHARED [--rounds N] [--write]

BUILD is a build folder with fixpoint-cli and bench-calibrate, SHARED has models/ and images/. More pictures than there
are is the same ones under other names. Rounds: the more of them, the likelier one that nothing else disturbs.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine  # noqa: E402
import sections  # noqa: E402

PREPROCESS = "resize-short 256; center-crop 224x224; rgb; mean 127.5; scale 0.00784313725"
MODELS = {"SqueezeNet 1.1": "squeezenet1.1_opset11.onnx", "MobileNet v1": "mobilenet_v1_1.0_224_opset11.onnx"}
SAMPLES = 100


def figures(text):
    """What bench-calibrate prints: {"decode, one thread": (wall ms, CPU ms), …}."""
    rows = re.findall(r"^(\S.*?)\s{2,}([\d.]+)\s+([\d.]+)\s+[\d.]+\s+[\d.]+$", text, re.MULTILINE)
    return {name: (float(wall), float(cpu)) for name, wall, cpu in rows}


def best(bench, model, images, threads, n_rounds):
    """Of each part the least of some rounds, in milliseconds of the clock and of the processor for each sample."""
    rounds = []
    for _ in range(n_rounds):
        command = [bench, model, images, PREPROCESS, str(SAMPLES), str(threads)]
        rounds.append(figures(subprocess.run(command, check=True, capture_output=True, text=True).stdout))
    return {name: tuple(min(r[name][i] for r in rounds) for i in (0, 1)) for name in rounds[0]}


def peak(cli, model, images, n):
    """Megabytes that `fixpoint-cli calibrate` takes at most with so many pictures."""
    with tempfile.TemporaryDirectory() as folder:
        pictures = sorted(p for p in images.iterdir() if p.suffix.lower() in (".jpg", ".jpeg", ".png"))
        for i in range(n):
            picture = pictures[i % len(pictures)]
            (Path(folder) / f"{i:05}-{picture.name}").symlink_to(picture)
        child = subprocess.Popen([cli, "calibrate", model, "--dataset", folder, "--preprocess", PREPROCESS,
                                  "--samples", str(n), "--threads", "2"], stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        if status != 0:
            raise SystemExit(f"{cli} calibrate {model}: status {status}")
        return usage.ru_maxrss / 1024


def table(build, shared, n_rounds):
    bench, cli = build / "benchmarks/calibrate/bench-calibrate", build / "src/cli/fixpoint-cli"
    images = shared / "images/imagenet120"
    load = os.getloadavg()[0]
    lines = ["## Calibrating", "",
             f"`benchmarks/calibrate/run.py`: {datetime.date.today()}, {machine.cpu_name()}, {os.cpu_count()} CPUs, load "
             f"average {load:.1f}; {SAMPLES} pictures of 224 x 224, ranges by every method. A picture's time without "
             f"decoding it, times that of one float forward pass (goal: 2.5); the least of {n_rounds} rounds.", "",
             "| network | threads | forward (ms) | calibrate (ms) | ratio | forward CPU (ms) | CPU ratio |",
             "| --- | --- | --- | --- | --- | --- | --- |"]
    for name, file in MODELS.items():
        for threads in (1, 2):
            parts = best(bench, shared / "models/onnx" / file, images, threads, n_rounds)
            forward, all_of_it = parts["forward"], parts["statistics and ranges"]
            lines.append(f"| {name} | {threads} | {forward[0]:.2f} | {all_of_it[0]:.2f} | {all_of_it[0] / forward[0]:.2f} "
                         f"| {forward[1]:.2f} | {all_of_it[1] / forward[1]:.2f} |")
    lines += ["", "Most memory of `fixpoint-cli calibrate`, two threads, in MB (goal: 500, and the same for all):", "",
              "| network | 100 pictures | 1,000 pictures |", "| --- | --- | --- |"]
    for name, file in MODELS.items():
        peaks = [peak(cli, shared / "models/onnx" / file, images, n) for n in (100, 1000)]
        lines.append(f"| {name} | {peaks[0]:.0f} | {peaks[1]:.0f} |")
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description="Time and memory of calibration.")
    parser.add_argument("build", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--write", action="store_true", help="update RESULTS.md")
    arguments = parser.parse_args()
    text = table(arguments.build, arguments.shared, arguments.rounds)
    print(text)
    if arguments.write:
        sections.write("calibrate", text)


if __name__ == "__main__":
    main()
