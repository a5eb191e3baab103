#!/usr/bin/python3
"""Integer against float forward passes of whole networks, on this machine, in one run, for each instruction set.

    networks.py BUILD [--mobilenet-v1 MODEL.onnx] [--isas ...] [--nets ...] [--threads ...] [--rounds N] [--write]

The networks are torchvision's with random weights (tools/export-models.py); --mobilenet-v1 adds that network, which
torchvision lacks. Each is converted once, on random inputs: what is measured is time. Every round runs one process of
the float engine and one of the integer engine, in turn. Both are held to the same instruction set: FX_ISA for our
integer kernels, DNNL_MAX_CPU_ISA for oneDNN's float ones. Prints
    RATIO <net> <isa> <threads> <integer time / float time> <the same of processor time>
below 1 is faster. Where other programs share the machine, processor time with one thread is what to go by.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import os
import random
import statistics
import struct
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE.parent / "float")]

import machine  # noqa: E402
import run as floats  # noqa: E402
import sections  # noqa: E402

ISAS = {"avx2": "AVX2", "avx512bw": "AVX512_CORE", "avx512vnni": "AVX512_CORE_VNNI"}  # ours: oneDNN's
FLAGS = {"avx2": "avx2", "avx512bw": "avx512bw", "avx512vnni": "avx512_vnni"}  # ours: the processor's
PIXELS = 3 * 224 * 224
N_INPUTS = 8


def prepare(build, mobilenet_v1):
    """{name: (float model, integer model)}, and an input; everything is made once, inside the build directory."""
    folder = build / "models"
    subprocess.run([HERE.parents[1] / "tools" / "export-models.py", folder], check=True)
    inputs = folder / "inputs"
    inputs.mkdir(exist_ok=True)
    rng = random.Random(1)
    for i in range(N_INPUTS):
        path = inputs / f"{i}.f32"
        if not path.exists():
            path.write_bytes(struct.pack(f"<{PIXELS}f", *(rng.uniform(-1, 1) for _ in range(PIXELS))))
    models = {name: folder / f"{name}.onnx" for name in floats.NETS}
    if mobilenet_v1 is not None:
        models["mobilenet_v1"] = mobilenet_v1
    return {name: (path, quantize(build, folder, name, path, inputs)) for name, path in models.items()}, inputs / "0.f32"


def quantize(build, folder, name, model, inputs):
    made = folder / f"{name}_quantized_model.onnx"
    cli = build / "src" / "cli" / "fixpoint-cli"
    if not made.exists() or made.stat().st_mtime < cli.stat().st_mtime:
        subprocess.run([cli, "convert", model, "--dataset", inputs, "--preset", "fast", "--method", "max", "--measured",
                        "1", "--prefix", name, "--output", folder], check=True, stdout=subprocess.DEVNULL)
    return made


def available():
    """Instruction sets that this processor has."""
    flags = machine.cpu_flags()
    return [isa for isa in ISAS if FLAGS[isa] in flags]


def compare(build, net, models, pixels, isa, threads, options):
    """All rounds of one network, instruction set and thread count."""
    program = build / "benchmarks" / "float" / "bench-float"
    environment = {"FX_ISA": isa, "DNNL_MAX_CPU_ISA": ISAS[isa]}
    rounds = []
    for i in range(options.rounds):
        pair = [None, None]
        for which in ((0, 1), (1, 0))[i % 2]:
            command = [program, models[which], pixels, build / "output.f32", threads, options.seconds]
            pair[which] = floats.measure(command, threads, environment)
        rounds.append(pair)
    row = {"net": net, "isa": isa, "threads": threads}
    for kind, key in (("ms", "median_ms"), ("cpu", "cpu_ms")):
        row[f"float_{kind}"] = statistics.median(a[key] for a, _ in rounds)
        row[f"integer_{kind}"] = statistics.median(b[key] for _, b in rounds)
        row[f"ratio_{kind}"] = statistics.median(b[key] / a[key] for a, b in rounds)
    print(f"RATIO {net} {isa} {threads} {row['ratio_ms']:.3f} {row['ratio_cpu']:.3f}", flush=True)
    return row


def table(rows, options, loads):
    lines = [
        "## Integer forward pass against the float one",
        "",
        f"`benchmarks/int8/networks.py`, {datetime.date.today()}, {machine.cpu_name()}, {os.cpu_count()} CPUs, "
        f"batch 1, 224 x 224, whole networks, median of {options.rounds} interleaved rounds. Both engines are held to the "
        "instruction set of the row. Goal: at most 0.5 with VNNI, at most 1 with AVX2.",
        "",
        floats.load_note(loads),
        "",
        "| network | instructions | threads | ratio | float (ms) | integer (ms) | CPU ratio | float CPU (ms) | integer CPU (ms) |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [f"| {r['net']} | {r['isa']} | {r['threads']} | {r['ratio_ms']:.2f} | {r['float_ms']:.1f} "
              f"| {r['integer_ms']:.1f} | {r['ratio_cpu']:.2f} | {r['float_cpu']:.1f} | {r['integer_cpu']:.1f} |"
              for r in rows]
    return "\n".join(lines)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("build", type=Path, help="build directory with benchmarks/float/bench-float in it")
    parser.add_argument("--mobilenet-v1", type=Path, metavar="MODEL.onnx")
    parser.add_argument("--nets", nargs="+", help="all if not given")
    parser.add_argument("--isas", nargs="+", choices=list(ISAS), default=available())
    parser.add_argument("--threads", nargs="+", type=int, default=[1, 2])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=1.0, help="of measuring, per process")
    parser.add_argument("--write", action="store_true", help="write the section of benchmarks/RESULTS.md")
    options = parser.parse_args()
    build = options.build.resolve()
    nets, pixels = prepare(build, options.mobilenet_v1)
    rows, loads = [], [os.getloadavg()[0]]
    for net in options.nets or nets:
        for isa in options.isas:
            for threads in options.threads:
                rows.append(compare(build, net, nets[net], pixels, isa, threads, options))
                loads.append(os.getloadavg()[0])
    if options.write:
        sections.write("int8", table(rows, options, loads))


if __name__ == "__main__":
    main()
