#!/usr/bin/python3
"""Compares the estimates of `fixpoint-cli perf` with published latencies, and fits the prices of work to them.

    fit.py FIXPOINT_CLI LATENCIES.json FOLDER [--write RESULTS.md] [--fit MARCH]

LATENCIES.json has {"rows": [{"march", "board", "model", "latency_ms"}]}; FOLDER gets the rebuilt networks (export.py)
and is kept. Without --fit the table of rows is printed or written; with it, prices for tools/machines.json.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import json
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import export  # noqa: E402
import sections  # noqa: E402
import zoo  # noqa: E402

TARGETS = {"bayes-e": "rdk-x5", "bernoulli2": "rdk-x3"}
FOLDS = 10
WORKERS = 2

# What a kind of work could cost, before anything is known. Rows that say little about a kind leave it near here.
GUESSES = {"dense": 0.45, "depthwise": 15, "elementwise": 0.03, "tables": 0.03, "matrices": 0.3, "moves": 0.04,
           "layers": 0.005, "weights": 0.12, "activations": 0.02, "dequantize": 0.3, "outputs": 2.3, "cpu_macs": 100,
           "cpu_functions": 4, "cpu_simple": 1.5, "calls": 0.05, "frame": 0.1}
WEIGHT = 0.3  # of the guesses
# Not fitted: kinds that are told apart by perf, but have the price of another, so many times.
TIED = {"dense16": ("dense", 4), "quantize": ("dequantize", 1)}
# The X3 has too few rows for all prices: those of the X5 get one factor for each of these.
GROUPS = {"dense": {"dense"}, "cpu": {"dequantize", "outputs", "cpu_macs", "cpu_functions", "cpu_simple", "calls", "frame"},
          "others": {"depthwise", "elementwise", "tables", "matrices", "moves", "layers", "weights", "activations"}}
GROUP_GUESS, GROUP_WEIGHT = 3, 0.2
OUTSIDE = re.compile("fcos_.*")  # nothing published tells the sizes of their heads


def load_rows(path):
    """Published rows with the network that is theirs, None where none was rebuilt."""
    rows = [row for row in json.loads(path.read_text(encoding="utf-8"))["rows"] if row["march"] in TARGETS]
    return [(row, zoo.find(row["march"], row["model"])) for row in rows]


def estimate(program, network, march, folder):
    """What `perf` says about a network; failures are reported and None."""
    path = folder / f"{network.name}.onnx"
    options = network.options if march == "bayes-e" else ()
    command = [program, "perf", path, "--target", TARGETS[march], "--fix", "all", "--schedule", "--json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(f"{network.name}: {result.stderr.strip()}", file=sys.stderr)
        return None
    return json.loads(result.stdout)


def estimate_all(program, rows, folder):
    """[(row, network, estimate)] of all rows whose network was rebuilt."""
    wanted = {(row["march"], network.name): network for row, network in rows if network}
    for network in wanted.values():
        export.export(network, folder)
    with ThreadPoolExecutor(WORKERS) as pool:
        results = pool.map(lambda key: estimate(program, wanted[key], key[0], folder), wanted)
    known = dict(zip(wanted, results))
    return [(row, network, known[row["march"], network.name]) for row, network in rows
            if network and known[row["march"], network.name]]


# ---- fitting ----

def solve(a, b, rounds=3000):
    """Least squares with x ≥ 0, one coordinate after the other."""
    gram, right, x = a.T @ a, a.T @ b, numpy.zeros(a.shape[1])
    for _ in range(rounds):
        for j in range(len(x)):
            x[j] = max(0, x[j] + (right[j] - gram[j] @ x) / max(gram[j, j], 1e-30))
    return x


def fit_prices(amounts, measured, guesses, weight):
    """Prices with the least relative errors; `weight` holds them near the guesses."""
    a = numpy.vstack([amounts / measured[:, None] * guesses, numpy.eye(len(guesses)) * weight])
    b = numpy.concatenate([numpy.ones(len(measured)), numpy.full(len(guesses), weight)])
    return solve(a, b) * guesses


def predict_left_out(amounts, measured, names, guesses, weight):
    """Estimates of each row with prices fitted without its network's fold."""
    order = sorted(set(names))
    numpy.random.default_rng(1).shuffle(order)
    fold = numpy.array([order.index(name) % FOLDS for name in names])
    predicted = numpy.zeros(len(measured))
    for k in set(fold):
        prices = fit_prices(amounts[fold != k], measured[fold != k], guesses, weight)
        predicted[fold == k] = amounts[fold == k] @ prices
    return predicted


class Rows:
    """The rows of one board that are fitted."""

    def __init__(self, march, estimates):
        self.rows = [(row, network, result) for row, network, result in estimates
                     if row["march"] == march and not OUTSIDE.fullmatch(network.name)]
        self.names = [network.name for _, network, _ in self.rows]
        self.measured = numpy.array([row["latency_ms"] for row, _, _ in self.rows])
        self.estimated = numpy.array([result["latency_ms"] for _, _, result in self.rows])
        self.amounts = numpy.array([[self.amount(result, kind) for kind in GUESSES] for _, _, result in self.rows])

    @staticmethod
    def amount(result, kind):
        """Of a kind, with those that are tied to it."""
        return result["kinds"][kind]["amount"] + sum(times * result["kinds"][other]["amount"]
                                                     for other, (base, times) in TIED.items() if base == kind)


def columns(march, estimates):
    """What is fitted: amounts of each number to find, first guesses, their weight; how prices follow from the numbers."""
    rows = Rows(march, estimates)
    if march == "bayes-e":
        return rows, rows.amounts, numpy.array(list(GUESSES.values())), WEIGHT, numpy.eye(len(GUESSES))
    prices = fit_board("bayes-e", estimates)
    spread = numpy.array([[price * (kind in members) for kind, price in prices.items()] for members in GROUPS.values()])
    return rows, rows.amounts @ spread.T, numpy.full(len(GROUPS), float(GROUP_GUESS)), GROUP_WEIGHT, spread


def fit_board(march, estimates):
    """{kind: price}"""
    rows, amounts, guesses, weight, spread = columns(march, estimates)
    return dict(zip(GUESSES, fit_prices(amounts, rows.measured, guesses, weight) @ spread))


def left_out(march, estimates):
    """The rows, and each of them by prices that were fitted without it."""
    rows, amounts, guesses, weight, _ = columns(march, estimates)
    return rows, predict_left_out(amounts, rows.measured, rows.names, guesses, weight)


def fit(march, estimates):
    """Prints prices, and how well they do."""
    rows, predicted = left_out(march, estimates)
    prices = fit_board(march, estimates)
    print(f"fitted: {summary(rows.measured, rows.amounts @ numpy.array(list(prices.values())))}", file=sys.stderr)
    print(f"left out and predicted: {summary(rows.measured, predicted)}", file=sys.stderr)
    prices |= {kind: times * prices[base] for kind, (base, times) in TIED.items()}
    print(json.dumps({kind: float(f"{price:.3g}") for kind, price in prices.items()}, indent=1))


# ---- comparing ----

def ranks(values):
    return numpy.argsort(numpy.argsort(values))


def summary(measured, estimated):
    """A sentence on how well estimates do."""
    errors = numpy.abs(estimated / measured - 1)
    return (f"mean absolute error {100 * errors.mean():.1f} %, median {100 * numpy.median(errors):.1f} %, "
            f"within 10 %: {numpy.sum(errors < 0.1)} of {len(errors)}, "
            f"rank correlation {numpy.corrcoef(ranks(measured), ranks(estimated))[0, 1]:.3f}")


def schedules(march, estimates):
    """Whether the compiled program's schedule would do better than the sum over nodes: two sentences."""
    rows = Rows(march, estimates)
    both = [(result["schedule"]["bpu_ms"], result["parts_ms"]["cpu"]) for _, _, result in rows.rows]
    plain = numpy.array([bpu + cpu for bpu, cpu in both])
    fitted = predict_left_out(numpy.array(both), rows.measured, rows.names, numpy.ones(2), 0)
    return (f"- schedule on the BPU plus the CPU's part: {summary(rows.measured, plain)}",
            f"- the same with a factor for each, left out and predicted: {summary(rows.measured, fitted)}")


def board_table(march, rows, estimates):
    """The lines of one board: all rows, those outside of the fit too."""
    here = [(row, network, result) for row, network, result in estimates if row["march"] == march]
    fitted, predicted = left_out(march, estimates)
    by_row = {id(row): value for (row, _, _), value in zip(fitted.rows, predicted)}
    measured, estimated = (numpy.array(values) for values in
                           zip(*[(row["latency_ms"], result["latency_ms"]) for row, _, result in here]))
    relative = lambda value, row: f"{100 * (value / row['latency_ms'] - 1):+.0f} %"
    lines = [f"### {here[0][0]['board']}", "",
             f"{len(fitted.rows)} rows of {len(set(fitted.names))} networks that can be fitted:", "",
             f"- as `perf` says: {summary(fitted.measured, fitted.estimated)}",
             f"- left out and predicted: {summary(fitted.measured, predicted)}",
             *schedules(march, estimates), "",
             f"With {len(here) - len(fitted.rows)} more that are outside of the fit: {summary(measured, estimated)}.", "",
             "| model | published (ms) | estimated (ms) | error | left out |", "| --- | --- | --- | --- | --- |"]
    lines += [f"| {row['model']} | {row['latency_ms']:.2f} | {result['latency_ms']:.2f} | "
              f"{relative(result['latency_ms'], row)} | "
              f"{relative(by_row[id(row)], row) if id(row) in by_row else '–'} |" for row, _, result in here]
    missing = sorted({row["model"] for row, network in rows if network is None and row["march"] == march})
    return lines + ["", f"Not rebuilt: {', '.join(missing) or 'none'}.", ""]


def table(rows, estimates):
    """The section of RESULTS.md."""
    lines = ["## Estimated latencies against published ones", "",
             "`benchmarks/cost/fit.py`: `fixpoint-cli perf` on networks rebuilt from their papers. Published latencies "
             "are those of D-Robotics/rdk_model_zoo, one thread. \"Left out\": by prices that were fitted without the "
             "network (ten folds).", ""]
    return "\n".join(lines + [line for march in TARGETS for line in board_table(march, rows, estimates)])


def main():
    parser = argparse.ArgumentParser(description="Compares estimated latencies with published ones.")
    parser.add_argument("program", type=Path)
    parser.add_argument("latencies", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", type=Path, metavar="RESULTS.md")
    parser.add_argument("--fit", choices=list(TARGETS), metavar="MARCH")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    rows = load_rows(args.latencies)
    estimates = estimate_all(args.program.resolve(), rows, args.folder)
    if args.fit:
        fit(args.fit, estimates)
    elif args.write:
        sections.write("cost", table(rows, estimates), args.write)
    else:
        print(table(rows, estimates), end="")


if __name__ == "__main__":
    main()
