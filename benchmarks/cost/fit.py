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
from pathlib import Path

import numpy

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import export  # noqa: E402
import sections  # noqa: E402
import zoo  # noqa: E402

TARGETS = {"bayes-e": "rdk-x5", "bernoulli2": "rdk-x3"}
FOLDS = 10

# What a kind of work could cost, before anything is known. Rows that say little about a kind leave it near here.
GUESSES = {"dense": 0.45, "dense16": 0.9, "depthwise": 15, "elementwise": 0.03, "tables": 0.03, "softmax": 0.2,
           "moves": 0.04, "layers": 0.005,
           "weights": 0.12, "activations": 0.02, "dequantize": 0.3, "outputs": 2.3, "cpu_macs": 100,
           "cpu_functions": 4, "cpu_simple": 1.5, "calls": 0.05, "frame": 0.1}
# The X3 is slower at everything.
OF_MARCH = {"bayes-e": {"guesses": GUESSES, "weight": 0.3},
            "bernoulli2": {"guesses": {kind: 3 * guess for kind, guess in GUESSES.items()}, "weight": 0.2}}
OUTSIDE = re.compile("fcos_.*")  # nothing published tells the sizes of their heads


def load_rows(path):
    """Published rows with the network that is theirs, None where none was rebuilt."""
    rows = [row for row in json.loads(path.read_text(encoding="utf-8"))["rows"] if row["march"] in TARGETS]
    return [(row, zoo.find(row["march"], row["model"])) for row in rows]


def estimate(program, network, march, folder):
    """What `perf` says about a network; failures are reported and None."""
    path = export.export(network, folder)
    options = network.options if march == "bayes-e" else ()
    command = [program, "perf", path, "--target", TARGETS[march], "--fix", "all", "--json", *options]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode != 0:
        print(f"{network.name}: {result.stderr.strip()}", file=sys.stderr)
        return None
    return json.loads(result.stdout)


def estimate_all(program, rows, folder):
    """[(row, network, estimate)] of all rows whose network was rebuilt."""
    known = {}
    for row, network in rows:
        key = (row["march"], network.name) if network else None
        if key and key not in known:
            known[key] = estimate(program, network, row["march"], folder)
    return [(row, network, known[row["march"], network.name]) for row, network in rows
            if network and known[row["march"], network.name]]


# ---- comparing ----

def ranks(values):
    return numpy.argsort(numpy.argsort(values))


def summary(measured, estimated):
    """A sentence on how well estimates do."""
    errors = numpy.abs(estimated / measured - 1)
    return (f"mean absolute error {100 * errors.mean():.1f} %, median {100 * numpy.median(errors):.1f} %, "
            f"within 10 %: {numpy.sum(errors < 0.1)} of {len(errors)}, "
            f"rank correlation {numpy.corrcoef(ranks(measured), ranks(estimated))[0, 1]:.3f}")


def table(rows, estimates):
    """The section of RESULTS.md."""
    lines = ["## Estimated latencies against published ones", "",
             "`benchmarks/cost/fit.py`: `fixpoint-cli perf` on networks rebuilt from their papers. Published latencies "
             "are those of D-Robotics/rdk_model_zoo, one thread.", ""]
    for march in TARGETS:
        here = [(row, network, result) for row, network, result in estimates if row["march"] == march]
        measured = numpy.array([row["latency_ms"] for row, _, _ in here])
        estimated = numpy.array([result["latency_ms"] for _, _, result in here])
        lines += [f"### {here[0][0]['board']}", "", f"{len(here)} rows, {len({n.name for _, n, _ in here})} networks: "
                  f"{summary(measured, estimated)}.", "",
                  "| model | published (ms) | estimated (ms) | error |", "| --- | --- | --- | --- |"]
        lines += [f"| {row['model']} | {row['latency_ms']:.2f} | {result['latency_ms']:.2f} | "
                  f"{100 * (result['latency_ms'] / row['latency_ms'] - 1):+.0f} % |" for row, _, result in here]
        missing = sorted({row["model"] for row, network in rows if network is None and row["march"] == march})
        lines += ["", f"Not rebuilt: {', '.join(missing) or 'none'}.", ""]
    return "\n".join(lines)


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


def fit(march, estimates):
    """Prints prices. Quantize and dequantize are one price: the rows cannot tell them apart."""
    how = OF_MARCH[march]
    here = [(row, network, result) for row, network, result in estimates
            if row["march"] == march and not OUTSIDE.fullmatch(network.name)]
    kinds, guesses = list(how["guesses"]), numpy.array(list(how["guesses"].values()))
    measured = numpy.array([row["latency_ms"] for row, _, _ in here])
    amounts = numpy.array([[result["kinds"][kind]["amount"]
                            + (result["kinds"]["quantize"]["amount"] if kind == "dequantize" else 0)
                            for kind in kinds] for _, _, result in here])
    prices = fit_prices(amounts, measured, guesses, how["weight"])
    left_out = predict_left_out(amounts, measured, [network.name for _, network, _ in here], guesses, how["weight"])
    print(f"fitted: {summary(measured, amounts @ prices)}", file=sys.stderr)
    print(f"left out and predicted: {summary(measured, left_out)}", file=sys.stderr)
    found = {kind: float(f"{price:.3g}") for kind, price in zip(kinds, prices)}
    print(json.dumps(found | {"quantize": found["dequantize"]}, indent=1))


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
