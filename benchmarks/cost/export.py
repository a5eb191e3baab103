"""Writes the networks of the zoo as small ONNX files whose weights are stretches of one file of random numbers.

    export.py FOLDER [NAME ...]

Needs Debian 12's python3-torch, python3-torchvision and python3-onnx (tools/setup.sh bench). Files that exist are kept.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import io
import sys
import warnings
from pathlib import Path

import numpy
import onnx
import torch

import zoo

SMALL = 64            # constants up to so many numbers stay in the network's file: shapes, axes, factors
NUMBERS = 24 << 20    # in the file of weights
WEIGHTS = "weights.bin"


def _initialize_nothing():
    """What weights start as does not matter here and would take longest."""
    for name in ("normal_", "uniform_", "trunc_normal_", "kaiming_normal_", "kaiming_uniform_", "xavier_uniform_",
                 "xavier_normal_"):
        setattr(torch.nn.init, name, lambda tensor, *args, **kwargs: tensor)


def _settle(net):
    """Every weight its own number: finite whatever the exporter folds, and none taken for another. Norms stay as they start."""
    with torch.no_grad():
        for i, module in enumerate(net.modules()):
            if "Norm" not in type(module).__name__:
                for k, weight in enumerate(module.parameters(recurse=False)):
                    weight.fill_(0.01 + 1e-5 * i + 1e-7 * k)
    return net.eval()


def write_numbers(path):
    """The file that all networks take their weights from."""
    if not path.exists():
        part = path.with_suffix(".part")
        numpy.random.default_rng(1).normal(0, 0.02, NUMBERS).astype(numpy.float32).tofile(part)
        part.rename(path)


def share_weights(model, location):
    """Let large weights be stretches of one file that all networks share, each its own: the network's file is small."""
    for i, tensor in enumerate(model.graph.initializer):
        size = numpy.prod(list(tensor.dims), dtype=numpy.int64)
        # variances of norms have to stay positive
        if tensor.data_type != onnx.TensorProto.FLOAT or size <= SMALL or len(tensor.dims) < 2:
            continue
        place = {"location": location, "offset": i % 4096 * 4096, "length": 4 * size}
        assert place["offset"] + place["length"] <= 4 * NUMBERS
        tensor.ClearField("raw_data")
        tensor.data_location = onnx.TensorProto.EXTERNAL
        tensor.external_data.extend(onnx.StringStringEntryProto(key=k, value=str(v)) for k, v in place.items())
    return model


def export(network, folder):
    """The file, written if it is not there."""
    path = folder / f"{network.name}.onnx"
    if path.exists():
        return path
    net = _settle(network.build())
    outputs = list(network.outputs) or list(getattr(net, "outputs", [])) or None
    buffer = io.BytesIO()
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(net, torch.zeros(network.shape), buffer, opset_version=11, input_names=["images"],
                          output_names=outputs)
    write_numbers(folder / WEIGHTS)
    part = path.with_suffix(".part")
    part.write_bytes(share_weights(onnx.load_from_string(buffer.getvalue()), WEIGHTS).SerializeToString())
    part.rename(path)
    return path


def parameters(network):
    """Millions of them, as deployed."""
    return sum(p.numel() for p in network.build().parameters()) / 1e6


_initialize_nothing()


def main():
    parser = argparse.ArgumentParser(description="Writes the networks of the zoo as ONNX files with random weights.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=list(zoo.NETWORKS))
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    failed = False
    for name in args.names:
        try:
            print(export(zoo.NETWORKS[name], args.folder), flush=True)
        except Exception as error:  # the others are still wanted
            print(f"{name}: {type(error).__name__}: {str(error).splitlines()[0]}", file=sys.stderr)
            failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main())
