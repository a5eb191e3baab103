"""Heads of the YOLO families as the vendor deploys them: raw convolution results of every level, in NHWC, undecoded.

SPDX-License-Identifier: Apache-2.0
"""
from torch import nn

from .yolo_blocks import depthwise, unit

STRIDES = 8, 16, 32


def nhwc(x):
    return x.permute(0, 2, 3, 1).contiguous()


def branch(c_in, hidden, c_out):
    """Two 3 x 3 convolutions and the predicting one."""
    return nn.Sequential(unit(c_in, hidden, 3), unit(hidden, hidden, 3), nn.Conv2d(hidden, c_out, 1))


def light_branch(c_in, hidden, c_out):
    """The same with separable convolutions, as scores have it since YOLOv10."""
    return nn.Sequential(depthwise(c_in, c_in), unit(c_in, hidden), depthwise(hidden, hidden), unit(hidden, hidden),
                         nn.Conv2d(hidden, c_out, 1))


class Anchored(nn.Module):
    """YOLOv2 to v5: one convolution a level, `anchors` boxes of 5 + classes numbers."""

    def __init__(self, channels, classes=80, anchors=3):
        super().__init__()
        self.branches = nn.ModuleList(nn.Conv2d(c, anchors * (5 + classes), 1) for c in channels)
        self.outputs = [f"out_{s}" for s in STRIDES[-len(channels):]]

    def forward(self, features):
        return [nhwc(branch(x)) for branch, x in zip(self.branches, features)]


class Detect(nn.Module):
    """Scores and boxes; `bins` numbers a box side (16: distribution, 1: the distance itself)."""

    def __init__(self, channels, classes=80, light=True, bins=16):
        super().__init__()
        boxes, scores = max(16, channels[0] // 4, bins * 4), max(channels[0], min(classes, 100))
        score_branch = light_branch if light else branch
        self.parts = {"cls": nn.ModuleList(score_branch(c, scores, classes) for c in channels),
                      "box": nn.ModuleList(branch(c, boxes, 4 * bins) for c in channels)}
        for name, part in self.parts.items():
            self.add_module(name, part)

    @property
    def outputs(self):
        return [f"{name}_{stride}" for stride in STRIDES for name in self.parts]

    def forward(self, features):
        return [nhwc(part[i](x)) for i, x in enumerate(features) for part in self.parts.values()]

    def extra(self, name, channels, hidden, c_out):
        self.parts[name] = nn.ModuleList(branch(c, hidden, c_out) for c in channels)
        self.add_module(name, self.parts[name])


class Segment(Detect):
    """Detection, coefficients of each box, and the masks they weigh at a quarter of the picture."""

    def __init__(self, channels, masks, classes=80, light=True, bins=16):
        super().__init__(channels, classes, light, bins)
        self.extra("mask", channels, max(channels[0] // 4, 32), 32)
        self.proto = nn.Sequential(unit(channels[0], masks, 3), nn.ConvTranspose2d(masks, masks, 2, 2),
                                   unit(masks, masks, 3), unit(masks, 32))

    @property
    def outputs(self):
        return super().outputs + ["proto"]

    def forward(self, features):
        return super().forward(features) + [nhwc(self.proto(features[0]))]


class Pose(Detect):
    """Detection of persons and their 17 points."""

    def __init__(self, channels, light=True, bins=16):
        super().__init__(channels, 1, light, bins)
        self.extra("point", channels, max(channels[0] // 4, 51), 51)


class Classify(nn.Module):
    """Scores of a whole picture."""

    def __init__(self, channels, classes=1000):
        super().__init__()
        self.f = nn.Sequential(unit(channels[-1], 1280), nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(1280, classes),
                               nn.Softmax(1))
        self.outputs = ["prob"]

    def forward(self, features):
        return [self.f(features[-1])]
