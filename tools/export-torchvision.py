#!/usr/bin/python3
"""Writes torchvision's networks (seeded random weights) as ONNX files, NAME-opsetN.onnx, for comparing engines.

    export-torchvision.py FOLDER [--opset 11,13,16] [NAME ...]

Needs Debian 12's python3-torch and python3-torchvision (tools/setup.sh bench). Files that exist are kept; what the
exporter refuses is told and left out.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import sys
import warnings
from pathlib import Path

import torch
import torchvision.models as models

from torch_export import export, settle

CLASSIFIERS = {  # name: side of the picture
    "resnet18": 224, "resnet50": 224, "mobilenet_v2": 224, "mobilenet_v3_small": 224, "mobilenet_v3_large": 224,
    "shufflenet_v2_x1_0": 224, "squeezenet1_1": 224, "googlenet": 224, "densenet121": 224, "efficientnet_b0": 224,
    "efficientnet_b2": 288, "regnet_y_400mf": 224, "convnext_tiny": 224, "mnasnet1_0": 224, "inception_v3": 299,
    "vit_b_16": 224, "swin_t": 224, "swin_v2_t": 256, "vgg11": 224, "alexnet": 224, "regnet_x_400mf": 224,
    "resnext50_32x4d": 224, "efficientnet_v2_s": 224, "maxvit_t": 224,
}
SEGMENTERS = {"deeplabv3_mobilenet_v3_large": 224, "lraspp_mobilenet_v3_large": 224, "fcn_resnet50": 128}
DETECTORS = {"ssdlite320_mobilenet_v3_large": 320, "ssd300_vgg16": 300, "retinanet_resnet50_fpn": 224,
             "fasterrcnn_mobilenet_v3_large_320_fpn": 320}


class Segmenter(torch.nn.Module):
    """The scores only: the exporter wants tensors, not a dict."""

    def __init__(self, net):
        super().__init__()
        self.net = net

    def forward(self, x):
        return self.net(x)["out"]


def build(name):
    """The network and an example input."""
    if name in SEGMENTERS:
        net = getattr(models.segmentation, name)(weights=None, weights_backbone=None)
        return Segmenter(net), torch.randn(1, 3, SEGMENTERS[name], SEGMENTERS[name])
    if name in DETECTORS:
        net = getattr(models.detection, name)(weights=None, weights_backbone=None)
        return net, torch.randn(1, 3, DETECTORS[name], DETECTORS[name])
    options = {"init_weights": False, "aux_logits": False} if name in ("googlenet", "inception_v3") else {}
    net = getattr(models, name)(weights=None, **options)
    return net, torch.randn(1, 3, CLASSIFIERS[name], CLASSIFIERS[name])


def main():
    parser = argparse.ArgumentParser(description="Writes torchvision's networks as ONNX files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("names", nargs="*", default=[*CLASSIFIERS, *SEGMENTERS, *DETECTORS])
    parser.add_argument("--opset", default="11,13,16")
    args = parser.parse_intermixed_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name in args.names:
        paths = {int(v): args.folder / f"{name}-opset{v}.onnx" for v in args.opset.split(",")}
        if all(path.exists() for path in paths.values()):
            continue
        try:
            torch.manual_seed(1)
            net, example = build(name)
            settle(net, torch.randn(4, *example.shape[1:]))
        except (AttributeError, TypeError, ValueError, RuntimeError) as error:
            print(f"{name}: cannot be made: {str(error).splitlines()[0]}", file=sys.stderr)
            continue
        for opset, path in paths.items():
            if path.exists():
                continue
            try:
                export(net, example, path, opset, input_names=["input"])
                print(f"wrote {path}", flush=True)
            except Exception as error:  # the exporter raises whatever comes to its mind
                reason = (str(error).splitlines() or [type(error).__name__])[0]
                print(f"{name} opset {opset}: {reason}", file=sys.stderr)
                path.with_suffix(".part").unlink(missing_ok=True)


if __name__ == "__main__":
    main()
