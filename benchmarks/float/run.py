#!/usr/bin/python3
"""Float speed and memory against ONNX Runtime, on this machine, in one run.

Every round starts one process of each engine for each network and thread count, in turn, so that both see the same
machine; the ratio of a round compares two processes that ran one after the other, and the median of the rounds counts.
Each process takes the median over its forward passes. Prints
    RATIO <net> <threads> <our time / ONNX Runtime's>
    CPU <net> <threads> <our processor time / ONNX Runtime's>
    RSS <net> <threads> <our peak MB> <ONNX Runtime's peak MB>
Where other programs share the machine, the time on the clock says how often we were interrupted; processor time depends
on that far less, and with one thread it is close to the time on an idle machine. With several threads it also counts
what threads spend on waiting for each other.
ONNX Runtime's peak is what its process took on top of an idle node; ours is the whole process. --write also puts the
figures into benchmarks/RESULTS.md. Outputs are compared too: a fast wrong answer is a failure.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import json
import os
import platform
import random
import statistics
import struct
import subprocess
import sys
from array import array
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

import machine  # noqa: E402
import sections  # noqa: E402

NETS = ("resnet50", "mobilenet_v2", "squeezenet1_1")
TOLERANCE = 1e-3  # of the largest output


def prepare(build):
    """Models, input and the peer, each made once, all inside the build directory."""
    models, peer = build / "models", build / "peer"
    subprocess.run([HERE.parents[1] / "tools" / "export-models.py", models], check=True)
    subprocess.run([HERE.parents[1] / "tools" / "setup-peer.sh", peer], check=True)
    pixels = build / "input.f32"
    rng = random.Random(1)
    pixels.write_bytes(struct.pack(f"<{3 * 224 * 224}f", *(rng.random() for _ in range(3 * 224 * 224))))
    return models, peer, pixels


def measure(command, threads, more=None):
    """Runs one engine once, with the environment variables of `more`; its JSON line as a dict."""
    environment = dict(os.environ, OMP_NUM_THREADS=str(threads), **(more or {}))
    done = subprocess.run([str(word) for word in command], env=environment, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(f"bench-float: {command[0]} failed with exit code {done.returncode}")
    return json.loads(done.stdout.splitlines()[-1])


def worst_difference(ours, theirs):
    """Largest difference of two f32 files, relative to the largest value."""
    a, b = array("f", ours.read_bytes()), array("f", theirs.read_bytes())
    if len(a) != len(b) or len(a) == 0:
        return float("inf")
    largest = max(abs(y) for y in b) or 1.0
    return max(abs(x - y) if x == x else float("inf") for x, y in zip(a, b)) / largest


def compare(build, models, peer, pixels, net, threads, options):
    """All rounds of one network and thread count."""
    ours_out, theirs_out = build / "ours.f32", build / "peer.f32"
    model = models / f"{net}.onnx"
    ours_command = [build / "benchmarks" / "float" / "bench-float", model, pixels, ours_out, threads, options.seconds]
    peer_command = ["node", HERE / "peer.js", peer, model, pixels, theirs_out, threads, options.seconds]
    rounds = []
    for i in range(options.rounds):
        first, second = (ours_command, peer_command) if i % 2 == 0 else (peer_command, ours_command)
        results = [measure(first, threads), measure(second, threads)]
        rounds.append(results if i % 2 == 0 else results[::-1])
        difference = worst_difference(ours_out, theirs_out)
        if not difference <= TOLERANCE:
            sys.exit(f"bench-float: {net}: outputs differ by {difference:.2g} of the largest value")

    def median(value):
        return statistics.median(value(ours, theirs) for ours, theirs in rounds)

    row = {
        "net": net,
        "threads": threads,
        "ratio": median(lambda ours, theirs: ours["median_ms"] / theirs["median_ms"]),
        "cpu_ratio": median(lambda ours, theirs: ours["cpu_ms"] / theirs["cpu_ms"]),
        "ours_ms": median(lambda ours, _: ours["median_ms"]),
        "theirs_ms": median(lambda _, theirs: theirs["median_ms"]),
        "ours_cpu_ms": median(lambda ours, _: ours["cpu_ms"]),
        "theirs_cpu_ms": median(lambda _, theirs: theirs["cpu_ms"]),
        "ours_mb": median(lambda ours, _: ours["peak_kb"]) / 1024,
        "theirs_mb": median(lambda _, theirs: theirs["peak_kb"]) / 1024,
    }
    print(f"RATIO {net} {threads} {row['ratio']:.3f}")
    print(f"CPU {net} {threads} {row['cpu_ratio']:.3f}")
    print(f"RSS {net} {threads} {row['ours_mb']:.0f} {row['theirs_mb']:.0f}", flush=True)
    return row


def vector_extension():
    """The widest that the processor has, as that decides which kernels run."""
    flags = machine.cpu_flags()
    names = {"avx512f": "AVX-512", "avx2": "AVX2", "avx": "AVX"}
    return next((name for flag, name in names.items() if flag in flags), platform.machine())


def load_note(loads):
    """What the load says about the figures; it counts the benchmark itself as well."""
    note = f"Load average while measuring: {min(loads):.1f} to {max(loads):.1f}"
    if max(loads) <= os.cpu_count() + 1:
        return note + "."
    return (note + f" on {os.cpu_count()} CPUs: other programs shared the machine. Times on the clock, and all figures "
            "of several threads, tell little then; the ratio of processor time with one thread is what to go by.")


def write_results(rows, options, loads):
    version = json.loads((HERE / "package.json").read_text())["dependencies"]["onnxruntime-node"]
    lines = [
        "## Float forward pass against ONNX Runtime",
        "",
        "Written by `make bench-float BENCH_ARGS=--write`. Ratios are ours divided by the peer's: below 1 is faster.",
        "",
        f"{datetime.date.today()}, {machine.cpu_name()} ({vector_extension()}), {os.cpu_count()} CPUs, "
        f"onnxruntime-node {version}, batch 1, 224 x 224, median of {options.rounds} interleaved rounds.",
        "",
        load_note(loads),
        "",
        "| network | threads | ratio | ours (ms) | ONNX Runtime (ms) | CPU ratio | our CPU (ms) "
        "| ONNX Runtime's CPU (ms) "
        "| our peak (MB) | ONNX Runtime's peak (MB) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {r['net']} | {r['threads']} | {r['ratio']:.2f} | {r['ours_ms']:.1f} | {r['theirs_ms']:.1f} "
              f"| {r['cpu_ratio']:.2f} | {r['ours_cpu_ms']:.1f} | {r['theirs_cpu_ms']:.1f} "
              f"| {r['ours_mb']:.0f} | {r['theirs_mb']:.0f} |" for r in rows]
    lines += ["", "CPU: processor time of one forward pass, all threads together. Peak memory: our whole process; "
              "ONNX Runtime's process less an idle node.", "", "```"]
    for r in rows:
        lines += [f"RATIO {r['net']} {r['threads']} {r['ratio']:.3f}", f"CPU {r['net']} {r['threads']} "
                  f"{r['cpu_ratio']:.3f}", f"RSS {r['net']} {r['threads']} {r['ours_mb']:.0f} {r['theirs_mb']:.0f}"]
    lines += ["```"]
    sections.write("float", "\n".join(lines))


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="build directory with benchmarks/float/bench-float in it")
    parser.add_argument("--nets", nargs="+", choices=NETS, default=NETS)
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring, per process")
    parser.add_argument("--write", action="store_true", help="write benchmarks/RESULTS.md")
    options = parser.parse_args()
    build = options.build.resolve()
    models, peer, pixels = prepare(build)
    if os.getloadavg()[0] > 1:
        print(f"bench-float: the load is {os.getloadavg()[0]:.1f} already: trust CPU with one thread, not the rest",
              file=sys.stderr)
    rows, loads = [], [os.getloadavg()[0]]
    for threads in options.threads:
        for net in options.nets:
            rows.append(compare(build, models, peer, pixels, net, threads, options))
            loads.append(os.getloadavg()[0])
    if options.write:
        write_results(rows, options, loads)


if __name__ == "__main__":
    main()
