#!/usr/bin/python3
"""How close the memory planner comes to the lower bound on the live ranges of real networks.

    run.py BENCH_ARENA FOLDER ... [--write]

FOLDERs have models: ONNX files, and Caffe ones with their weights beside them (benchmarks/cost/export.py writes a zoo of
them). Prints the table of those where the plan is above the bound, and a summary; --write puts them into RESULTS.md.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
import models  # noqa: E402
import sections  # noqa: E402

KINDS = {"float": "activations of the float engine", "integer": "activations of the integer network for the RDK X5"}
CLOSE = 0.02  # above the bound


def measure(program, files):
    """[(name, kind, items, bound, used, ms)] of all models that can be planned."""
    rows = []
    for model in files:
        done = subprocess.run([program, model], stdout=subprocess.PIPE, text=True, check=True)
        for line in done.stdout.splitlines():
            _, name, kind, *numbers = line.split()
            rows.append((name, kind, *map(int, numbers[:3]), float(numbers[3])))
    return rows


def gap(row):
    return row[4] / row[3] - 1


def summarize(rows, kind):
    here = [row for row in rows if row[1] == kind]
    items = [row[2] for row in here]
    return (f"- {KINDS[kind]}: {len(here)} networks, {min(items)} to {max(items)} items (median "
            f"{statistics.median(items):.0f}); at the bound: {sum(gap(row) == 0 for row in here)}, within "
            f"{100 * CLOSE:.0f} %: {sum(gap(row) <= CLOSE for row in here)}; most processor time of one plan: "
            f"{max(row[5] for row in here):.0f} ms.")


def table(rows):
    lines = ["## Memory plans against the lower bound", "",
             "`benchmarks/arena/run.py`: fx_arena_plan() on live ranges of real networks, aligned to 64 bytes. The bound is "
             "the most bytes that live in one step.", ""]
    lines += [summarize(rows, kind) for kind in KINDS]
    lines += ["", "The ten furthest above the bound, then the ten with the most items:", "",
              "| network | live ranges | items | bound (MB) | used (MB) | gap | ms |",
              "| --- | --- | --- | --- | --- | --- | --- |"]
    above = sorted((row for row in rows if gap(row) > 0), key=gap, reverse=True)[:10]
    most = sorted((row for row in rows if row not in above), key=lambda row: -row[2])[:10]
    lines += [f"| {name.rsplit('.', 1)[0]} | {kind} | {items} | {bound / 1e6:.3f} | {used / 1e6:.3f} "
              f"| {100 * (used / bound - 1):.2f} % | {ms:.1f} |" for name, kind, items, bound, used, ms in above + most]
    return lines


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    options = parser.parse_args()
    rows = measure(options.program.resolve(), models.find_models(options.folders))
    if options.write:
        sections.write("arena", "\n".join(table(rows)))
    else:
        print("\n".join(table(rows)))


if __name__ == "__main__":
    main()
