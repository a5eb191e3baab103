#!/usr/bin/python3
"""Top-1 of real classifiers in float and as integers, and outputs of detectors, for each preset and plain method.

    run.py FIXPOINT_CLI SHARED [--only REGEX] [--rows FILE] [--write RESULTS.md]

SHARED has models/ and images/ (labels.txt: `FILE INDEX NAME`). Of the pictures of a set every third one calibrates, the
others are the test: they set nothing and judge nothing. "All" stands for all pictures of the set, which both calibrate
and test. Detectors calibrate on the pictures of the classifiers and are measured on those for detectors.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import datetime
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sections  # noqa: E402

CALIBRATE_EVERY = 3


@dataclass
class Network:
    name: str
    model: str
    images: str
    preprocess: str
    weights: str = ""
    shape: str = ""


def imagenet(size, values):
    return f"resize-short 256; center-crop {size}x{size}; {values}"


NETWORKS = [
    Network("ResNet-8 (CIFAR-10)", "onnx/resnet8_cifar10_opset11.onnx", "cifar10_100", "rgb"),
    Network("SqueezeNet 1.1 (ONNX)", "onnx/squeezenet1.1_opset11.onnx", "imagenet120",
            imagenet(224, "bgr; mean 104,117,123")),
    Network("SqueezeNet 1.1 (Caffe)", "caffe/squeezenet_v1.1/deploy.prototxt", "imagenet120",
            imagenet(227, "bgr; mean 104,117,123"), "caffe/squeezenet_v1.1/squeezenet_v1.1.caffemodel", "1x3x227x227"),
    Network("MobileNet v1 (ONNX, ReLU6)", "onnx/mobilenet_v1_1.0_224_opset11.onnx", "imagenet120",
            imagenet(224, "rgb; mean 127.5; scale 0.00784313725")),
    Network("MobileNet v1 (Caffe, BatchNorm)", "caffe/mobilenet_v1/mobilenet_deploy.prototxt", "imagenet120",
            imagenet(224, "bgr; mean 103.94,116.78,123.68; scale 0.017"),
            "caffe/mobilenet_v1/mobilenet.caffemodel"),
]


DETECTORS = [
    Network("UltraFace RFB-320", "onnx/ultraface_RFB-320_simplified_opset11.onnx", "detection",
            "resize 320x240; rgb; mean 127; scale 0.0078125"),
    Network("FastestDet", "onnx/FastestDet_opset11.onnx", "detection", "resize 352x352; bgr; scale 0.00392156862"),
]
DETECTOR_CALIBRATION = "imagenet120"


def split(images, folder):
    """Folders with links to the calibration and to the test pictures; the second has labels."""
    folders = {part: folder / images.name / part for part in ("calibrate", "test")}
    for path in folders.values():
        path.mkdir(parents=True, exist_ok=True)
    labels = []
    for i, line in enumerate((images / "labels.txt").read_text(encoding="utf-8").splitlines()):
        name = line.split()[0]
        part = "calibrate" if i % CALIBRATE_EVERY == 0 else "test"
        link = folders[part] / name
        link.unlink(missing_ok=True)
        link.symlink_to((images / name).resolve())
        if part == "test":
            labels.append(line + "\n")
    (folders["test"] / "labels.txt").write_text("".join(labels), encoding="utf-8")
    return folders


def convert(program, shared, network, calibrate, options):
    """The report of a conversion, and how long it took in seconds."""
    command = [program, "convert", shared / "models" / network.model, "--dataset", calibrate, "--preprocess",
               network.preprocess, "--measured", "1", "--json", *options]
    if network.weights:
        command += ["--weights", shared / "models" / network.weights]
    if network.shape:
        command += ["--input-shape", network.shape]
    begin = time.monotonic()
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{network.name}: {result.stderr.strip()}")
    return json.loads(result.stdout), time.monotonic() - begin


def test_options(test):
    return ["--test", test, "--labels", test / "labels.txt"]


def compare(program, network, folder):
    """The lowest cosine of an output, and the outputs' SQNR, of the detector that was written to a folder."""
    command = [program, "compare", folder / "p_optimized_float_model.onnx", folder / "p_quantized_model.onnx",
               "--dataset", folder / "test", "--preprocess", network.preprocess, "--samples", "100", "--json"]
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        sys.exit(f"{network.name}: {result.stderr.strip()}")
    return {output["output"]: output["error"] for output in json.loads(result.stdout)["outputs"]}


def is_method(step):
    """Whether a step was a choice of ranges: their names are methods with what belongs to them."""
    return re.fullmatch(r"(max|percentile=[0-9.]+|kl|mse|aciq)(, asymmetric)?", step["step"]) is not None


def kept_steps(report):
    """The steps behind the choice of ranges that were kept, with what they gained."""
    steps = [step for step in report.get("steps", []) if step["kept"] and not is_method(step)]
    return ", ".join(f"{step['step']} {step['after_db'] - step['before_db']:+.1f}" for step in steps) or "–"


def last_db(report):
    """The signal-to-noise ratio that the held-out samples gave at the end; nothing is judged where nothing is tried."""
    levels = [step["after_db"] for step in report.get("steps", []) if step["kept"]]
    return f"{max(levels):.1f}" if levels else "–"


def latency_ratio(report):
    """Of the nodes that got 16 bits."""
    ratios = [point["latency_ratio"] for point in report.get("mixed_precision", []) if point["kept"]]
    return ratios[-1] if ratios else 1.0


def row(network, variant, report, same):
    summary = report["summary"]
    before, after = summary["float"], summary["integer"]
    drop = before["top1_percent"] - after["top1_percent"]
    return (f"| {network.name} | {variant.name} | {before['top1_percent']:.1f} | {after['top1_percent']:.1f} "
            f"| {drop:+.1f} | {summary['agreement_percent']:.1f} | {same} | {last_db(report)} "
            f"| {latency_ratio(report):.2f} "
            f"| {summary['method']} | {kept_steps(report)} |")


def drop_on_all(program, shared, network, options):
    """Drop and agreement where all pictures calibrate and test."""
    images = shared / "images" / network.images
    report, _ = convert(program, shared, network, images, options + test_options(images))
    summary = report["summary"]
    drop = summary["float"]["top1_percent"] - summary["integer"]["top1_percent"]
    return f"{drop:+.1f}, {summary['agreement_percent']:.1f}"


def detector_row(program, shared, network, variant, calibrate, folder):
    target = folder / "detector"
    link = target / "test"
    target.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to((shared / "images" / network.images).resolve())
    report, seconds = convert(program, shared, network, calibrate, variant.options + ["-o", target, "--prefix", "p"])
    outputs = compare(program, network, target)
    cosines = ", ".join(f"{error['cosine']:.4f}" for error in outputs.values())
    noise = ", ".join(f"{error['sqnr_db']:.1f}" for error in outputs.values())
    method = report["summary"]["method"]
    return f"| {network.name} | {variant.name} | {cosines} | {noise} | {method} | {kept_steps(report)} |", seconds


@dataclass
class Variant:
    name: str
    options: list
    on_all: bool = True
    for_detectors: bool = True


def plain(method):
    """A method by itself, without any step, with zero points that differ from 0 as `auto` has them here."""
    return Variant(method, ["--preset", "fast", "--method", method, "--asymmetric"], on_all=False)


VARIANTS = [
    *[plain(method) for method in ("max", "percentile=99.99", "percentile=99.999", "kl", "mse", "aciq")],
    Variant("fast", ["--preset", "fast"]),
    Variant("default", ["--preset", "default"]),
    Variant("thorough", ["--preset", "thorough"], on_all=False),
    Variant("default, zero points 0", ["--preset", "default", "--symmetric"], on_all=False),
    Variant("default, 1.10", ["--preset", "default", "--latency-budget", "1.10"], on_all=False, for_detectors=False),
]


def is_wanted(arguments, rows, network, variant):
    return (re.search(arguments.only, f"{network.name}: {variant.name}") is not None
            and not any(line.startswith(f"| {network.name} | {variant.name} |") for line in rows))


def add_row(arguments, rows, line, seconds):
    rows.append(line)
    print(line, f"{seconds:.0f} s", file=sys.stderr, flush=True)
    if arguments.rows:
        arguments.rows.write_text("".join(line + "\n" for line in rows), encoding="utf-8")


def measure(arguments, rows, folder):
    """Adds the rows that are asked for and not there yet."""
    for network in NETWORKS:
        folders = split(arguments.shared / "images" / network.images, folder)
        for variant in VARIANTS:
            if not is_wanted(arguments, rows, network, variant):
                continue
            report, seconds = convert(arguments.program, arguments.shared, network, folders["calibrate"],
                                      variant.options + test_options(folders["test"]))
            same = drop_on_all(arguments.program, arguments.shared, network, variant.options) if variant.on_all else "–"
            add_row(arguments, rows, row(network, variant, report, same), seconds)
    calibrate = split(arguments.shared / "images" / DETECTOR_CALIBRATION, folder)["calibrate"]
    for network in DETECTORS:
        for variant in VARIANTS:
            if variant.for_detectors and is_wanted(arguments, rows, network, variant):
                add_row(arguments, rows, *detector_row(arguments.program, arguments.shared, network, variant, calibrate,
                                                       folder))


def in_order(rows, networks):
    """The rows of these networks."""
    places = [f"| {network.name} | {variant.name} |" for network in networks for variant in VARIANTS]
    return [line for place in places for line in rows if line.startswith(place)]


def means(rows):
    """A row for each preset, over the networks that were measured with it."""
    lines = []
    for variant in VARIANTS:
        cells = [line.split(" | ") for line in rows if line.split(" | ")[1] == variant.name]
        if cells:
            drops, agreements = [float(cell[4]) for cell in cells], [float(cell[5]) for cell in cells]
            lines.append(f"| {variant.name} | {len(cells)} | {statistics.median(drops):+.1f} "
                         f"| {statistics.mean(drops):+.2f} | {statistics.mean(agreements):.1f} |")
    return lines


def table(rows):
    """The section of RESULTS.md."""
    detectors, rows = in_order(rows, DETECTORS), in_order(rows, NETWORKS)
    head = f"""## Accuracy of classifiers and detectors

{datetime.date.today()}, `benchmarks/accuracy/run.py FIXPOINT_CLI SHARED --write benchmarks/RESULTS.md`, target RDK X5,
one build. Rows named after a method are that method alone, with zero points that differ from 0 and no step but
refit-ranges; the others are presets. Top-1 in %, drop in points; agreement: how often the float and the integer network
have the same class first; "all": drop and agreement where all pictures calibrate and test; dB: the signal-to-noise
ratio by which steps are judged, on calibration samples that set ranges only at the end; latency by estimate, times that
of 8 bits. "1.10" stands for `--latency-budget 1.10`, "zero points 0" for `--symmetric`, which is all that RDK X3 has. A
row that a network does not have was not measured, so that means are of the networks that their line counts.

Every third picture calibrates (40 of 120, 34 of 100), the others are the test: 80 or 66, so one picture is 1.3 or 1.5
points, and a difference of that size says nothing; agreement and dB tell more. The pictures of ImageNet come mostly
from its training set, and the Caffe form of MobileNet v1 is put together from another one without its ReLU6, which is
why its float accuracy is low: compare float with integer only.

"""
    lines = ["| network | preset | float | integer | drop | agreement | all | dB | latency | ranges | steps, dB |",
             "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |", *rows, "",
             "| preset | networks | median drop | mean drop | mean agreement |",
             "| --- | --- | --- | --- | --- |", *means(rows), "",
             "Detectors, on ten pictures that are not among the 40 that calibrate: cosine and SQNR of each output.", "",
             "| network | preset | cosines | SQNR, dB | ranges | steps, dB |",
             "| --- | --- | --- | --- | --- | --- |", *detectors]
    return head + "\n".join(lines) + "\n"



def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", type=Path)
    parser.add_argument("shared", type=Path)
    parser.add_argument("--only", default="", metavar="REGEX", help="of \"NETWORK: PRESET\"")
    parser.add_argument("--rows", type=Path, help="file that keeps rows: what it has is not measured again")
    parser.add_argument("--write", type=Path, metavar="RESULTS.md")
    arguments = parser.parse_args()
    rows = []
    if arguments.rows and arguments.rows.exists():
        rows = arguments.rows.read_text(encoding="utf-8").splitlines()
    with tempfile.TemporaryDirectory() as folder:
        measure(arguments, rows, Path(folder))
    if arguments.write:
        sections.write("accuracy", table(rows), arguments.write)
    else:
        print(table(rows), end="")


if __name__ == "__main__":
    main()
