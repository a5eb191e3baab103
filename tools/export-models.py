#!/usr/bin/python3
"""Writes the benchmark networks (torchvision's architectures, seeded random weights, opset 11) as ONNX files.

Needs Debian 12's python3-torch and python3-torchvision (tools/setup.sh bench). Files that exist are kept.

SPDX-License-Identifier: Apache-2.0
"""
import sys
from pathlib import Path

import torch
import torchvision.models

NETS = ("resnet50", "mobilenet_v2", "squeezenet1_1")


def settle(net):
    """Give every BatchNorm the statistics of what it sees, so that activations have the size they have in practice."""
    for module in net.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            module.momentum = None  # plain average
    net.train()
    with torch.no_grad():
        net(torch.rand(4, 3, 224, 224))
    net.eval()


def main():
    if len(sys.argv) != 2:
        sys.exit("usage: export-models.py FOLDER")
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    for name in NETS:
        path = folder / f"{name}.onnx"
        if path.exists():
            continue
        torch.manual_seed(1)
        net = getattr(torchvision.models, name)(weights=None)
        settle(net)
        part = path.with_suffix(".part")
        torch.onnx.export(net, torch.zeros(1, 3, 224, 224), str(part), opset_version=11,
                          input_names=["input"], output_names=["output"])
        part.rename(path)
        print(f"wrote {path}")


if __name__ == "__main__":
    main()
