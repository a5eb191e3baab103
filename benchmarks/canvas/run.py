#!/usr/bin/python3
"""Frame times of the graph on the screen, at 1,000 and 10,000 boxes in a window of 1600 x 1000.

    run.py BUILD [--write]

Prints a table of processor times; --write puts it into benchmarks/RESULTS.md. The window is on an X server in memory and
drawn by the processor, as on a machine without a graphics card: the slow way.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE.parent))

import machine  # noqa: E402
import sections  # noqa: E402

FRAME_MS = 1000 / 60


def measure(build):
    """Lines of bench-canvas as lists of words."""
    environment = dict(os.environ, GSETTINGS_BACKEND="memory", FIXPOINT_DATA_DIR=str(ROOT / "data"))
    command = [str(ROOT / "tests" / "app" / "with-display.sh"), str(build / "benchmarks" / "canvas" / "bench-canvas")]
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    return [line.split() for line in done.stdout.splitlines()]


def table(rows, load):
    frames = [row for row in rows if row[0] == "FRAME"]
    paints = [row for row in rows if row[0] == "PAINT"]
    slow = [f"{row[2]} at {int(row[1]):,} boxes" for row in frames if float(row[5]) > FRAME_MS]
    lines = ["## Frames of the graph", "",
             f"`benchmarks/canvas/run.py BUILD --write`: {datetime.date.today()}, {machine.cpu_name()}, "
             f"{os.cpu_count()} CPUs, load average {load:.1f}. A window of 1600 x 1000 without a graphics card; processor "
             "time of the window's thread from the begin of a frame to its end, in milliseconds. A screen of 60 frames a "
             "second leaves 16.7.",
             "", "| boxes | what | median | 95 % | worst |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {int(row[1]):,} | {row[2]} | {row[4]} | {row[5]} | {row[6]} |" for row in frames]
    lines += ["", f"Over a frame at 95 %: {', '.join(slow) or 'none'}.", "",
              "The picture of a whole window from scratch, which another thread paints in tiles:", "",
              "| boxes | zoom | median | worst |", "| --- | --- | --- | --- |"]
    lines += [f"| {int(row[1]):,} | {row[2]} | {row[3]} | {row[4]} |" for row in paints]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="build directory")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    options = parser.parse_args()
    rows = measure(options.build)
    text = table(rows, os.getloadavg()[0])
    print(text)
    if options.write:
        sections.write("canvas", text)


if __name__ == "__main__":
    main()
