#!/usr/bin/python3
"""Runs models on random inputs here and in ONNX Runtime, and prints how far the outputs are apart.

    compare-ort.py [--cli build/src/cli/fixpoint-cli] [--modules DIR] [--seconds S] [--plain] [--bad] MODEL ...

DIR is a folder where `npm install onnxruntime-node` was done. One line per model: worst difference, as a part of the
largest value of its output, of the fast and the reference kernels; with --seconds also the best time of a run on
one thread, in ms, here and there. --bad prints only what is not as it should be. Needs python3-numpy.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np

TOLERANCE = 1e-4
OPEN_SIZES = {4: (2, 3, 11, 14), 3: (3, 5, 7), 2: (3, 5), 1: (4,), 5: (2, 3, 5, 6, 7)}
TIMEOUT = 120


class Peer:
    """ONNX Runtime in a process that stays until a model kills it."""

    def __init__(self, modules, seconds, level="all"):
        self.command = ["node", Path(__file__).with_name("ort-run.js"), modules, "1", str(seconds), level]
        self.process = None

    def run(self, model, folder, inputs):
        """{"best_ms"} or {"error"}."""
        if self.process is None:
            self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                            stderr=subprocess.DEVNULL)
        job = {"model": str(model), "folder": str(folder), "inputs": inputs}
        self.process.stdin.write(json.dumps(job) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if answer == "":
            status, self.process = self.process.wait(), None
            return {"error": f"ends with exit code {status}"}
        return json.loads(answer)


def call(*command):
    try:
        return subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        return subprocess.CompletedProcess(command, 124, "", f"longer than {TIMEOUT} s")


def first_line(process):
    lines = (process.stderr or process.stdout).strip().splitlines()
    return lines[-1] if lines else f"exit {process.returncode}"


def numbers(dtype, shape, random):
    """Random values that most operators take: sizes and indices are small."""
    kind = np.dtype(dtype)
    if kind.kind == "f":
        return random.standard_normal(shape).astype(kind)
    return random.integers(0, 2, shape).astype(kind)


def shape_of(value):
    """The shape, with a size for every open dimension."""
    sizes = OPEN_SIZES.get(len(value["shape"]), (2,) * len(value["shape"]))
    return [d if isinstance(d, int) and d >= 0 else sizes[i] for i, d in enumerate(value["shape"])]


def outputs(folder):
    listing = json.loads((folder / "outputs.json").read_text())
    return {item["name"]: np.load(folder / item["file"]) for item in listing["outputs"]}


def difference(ours, theirs):
    """The worst difference of all outputs, as a part of the largest value of its output; or a sentence."""
    worst = 0.0
    if list(ours) != list(theirs):
        return f"outputs {list(ours)}, not {list(theirs)}"
    for name, b in theirs.items():
        a = ours[name]
        if a.shape != b.shape:
            return f"output {name} has shape {a.shape}, not {b.shape}"
        if a.dtype != b.dtype:
            return f"output {name} is {a.dtype}, not {b.dtype}"
        if a.size == 0:
            continue
        a, b = a.astype(np.float64), b.astype(np.float64)
        if not np.array_equal(np.isfinite(a), np.isfinite(b)):
            return f"output {name} is not finite in other places"
        with np.errstate(invalid="ignore"):
            a, b = (np.where(np.isfinite(x), x, 0) for x in (a, b))
        worst = max(worst, np.abs(a - b).max() / max(np.abs(b).max(), 1e-6))
    return worst


def own_time(args, model, feed, folder):
    best = None
    for _ in range(3):
        process = call(args.cli, "run", model, *feed, "--threads", 1, "--profile", "--output-dir", folder)
        lines = [line for line in process.stderr.splitlines() if line.rstrip().endswith("total")]
        if lines:
            ms = float(lines[-1].split()[0]) / 1000
            best = ms if best is None else min(best, ms)
    return best


def compare(args, peer, model, work):
    """The columns of a line: nodes, their state, difference of the fast and the reference kernels, times."""
    inspect = call(args.cli, "inspect", "--json", model)
    if inspect.returncode != 0:
        return ["-", "?", f"inspect: {first_line(inspect)}", "", "", ""]
    facts = json.loads(inspect.stdout)
    nodes = sum(item["count"] for item in facts["operators"])
    random = np.random.default_rng(zlib.crc32(model.name.encode()))
    inputs = {}
    for i, value in enumerate(facts["inputs"]):
        if value["dtype"] not in np.sctypeDict:
            return [nodes, "?", f"exit 2: input of type {value['dtype']}", "", "", ""]
        path = work / f"in{i}.npy"
        np.save(path, numbers(value["dtype"], shape_of(value), random))
        inputs[value["name"]] = str(path)
    theirs = peer.run(model, work / "ort", inputs)
    feed = [word for name, path in inputs.items() for word in ("--input", f"{name}={path}")]
    results = []
    for option in ((), ("--reference",)):
        folder = work / ("own" + "".join(option))
        process = call(args.cli, "run", model, *feed, *option, "--output-dir", folder)
        if process.returncode != 0:
            results.append(f"exit {process.returncode}: {first_line(process)}")
        elif "error" in theirs:
            results.append("runs")
        else:
            results.append(difference(outputs(folder), outputs(work / "ort")))
    times = ["", ""]
    if args.seconds > 0 and isinstance(results[0], float):
        times = [own_time(args, model, feed, work / "own"), theirs["best_ms"]]
    return [nodes, theirs.get("error", "ok")[:160], *results, *times]


def is_good(row):
    """Equal outputs, or both refuse."""
    if row[1] == "ok":
        return all(isinstance(x, float) and x <= TOLERANCE for x in row[2:4])
    return all(isinstance(x, str) and x.startswith("exit 2:") for x in row[2:4])


def cell(value):
    if isinstance(value, float):
        return f"{value:.3g}"
    return "" if value is None else str(value)


def main():
    parser = argparse.ArgumentParser(description="Compares outputs with ONNX Runtime's.")
    parser.add_argument("--cli", default="build/src/cli/fixpoint-cli")
    parser.add_argument("--modules", default="build/bench-peer")
    parser.add_argument("--seconds", type=float, default=0)
    parser.add_argument("--plain", action="store_true", help="without ONNX Runtime's graph optimizations")
    parser.add_argument("--bad", action="store_true")
    parser.add_argument("models", nargs="+", type=Path)
    args = parser.parse_args()
    bad = 0
    peer = Peer(args.modules, args.seconds, "disabled" if args.plain else "all")
    print("| model | nodes | ONNX Runtime | fast | reference | ms | its ms |\n|---|---|---|---|---|---|---|")
    for model in args.models:
        with tempfile.TemporaryDirectory() as work:
            row = compare(args, peer, model, Path(work))
        good = is_good(row)
        bad += not good
        if not (good and args.bad):
            print("|", " | ".join([model.stem if model.stem != "model" else str(model), *map(cell, row)]), "|", flush=True)
    print(f"{len(args.models) - bad} as they should be, {bad} not")


if __name__ == "__main__":
    main()
