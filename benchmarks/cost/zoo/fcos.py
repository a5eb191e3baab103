"""FCOS on EfficientNet without channel attention, with weighted feature pyramids of EfficientDet's sizes.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial

from torch import nn

from .layers import conv, plain
from .mobilenet import efficientnet_stages
from .network import Network
from .yolo_heads import nhwc

LEVELS = 8, 16, 32, 64, 128


class PyramidLayer(nn.Module):
    """One pass down and up over the levels; each sum goes through a separable convolution."""

    def __init__(self, c):
        super().__init__()
        node = lambda: nn.Sequential(nn.ReLU(), plain(c, c, 3, groups=c), conv(c, c, act=None))
        self.down, self.rise = nn.ModuleList(node() for _ in range(4)), nn.ModuleList(node() for _ in range(4))
        self.up, self.pool = nn.Upsample(scale_factor=2.0, mode="nearest"), nn.MaxPool2d(3, 2, 1)

    def forward(self, levels):
        middle = [levels[-1]]
        for node, level in zip(self.down, levels[-2::-1]):
            middle.insert(0, node(level + self.up(middle[0])))
        out = [middle[0]]
        for i, node in enumerate(self.rise):
            total = levels[i + 1] + self.pool(out[-1])
            out.append(node(total + middle[i + 1] if i < 3 else total))
        return out


class Fcos(nn.Module):
    def __init__(self, width, depth, channels, layers, classes=80):
        super().__init__()
        stages = efficientnet_stages(width, depth, nn.ReLU, None)
        self.stages = nn.ModuleList(s[0] for s in stages)
        self.taps = 3, 5, 7  # stride 8, 16, 32
        self.laterals = nn.ModuleList(conv(stages[t][1], channels, act=None) for t in self.taps)
        self.extra = nn.Sequential(conv(stages[-1][1], channels, act=None), nn.MaxPool2d(3, 2, 1))
        self.pool = nn.MaxPool2d(3, 2, 1)
        self.pyramid = nn.Sequential(*[PyramidLayer(channels) for _ in range(layers)])
        tower = lambda: nn.Sequential(*[conv(channels, channels, 3) for _ in range(4)])
        self.score_tower, self.box_tower = tower(), tower()
        self.score, self.box, self.center = (nn.Conv2d(channels, n, 3, 1, 1) for n in (classes, 4, 1))
        self.outputs = [f"{name}_{stride}" for name in ("cls", "box", "center") for stride in LEVELS]

    def forward(self, x):
        levels = []
        for i, stage in enumerate(self.stages):
            x = stage(x)
            if i in self.taps:
                levels.append(self.laterals[len(levels)](x))
        levels.append(self.extra(x))
        levels.append(self.pool(levels[-1]))
        levels = self.pyramid(levels)
        scores, boxes = [self.score_tower(y) for y in levels], [self.box_tower(y) for y in levels]
        return ([nhwc(self.score(y)) for y in scores] + [nhwc(self.box(y).relu()) for y in boxes]
                + [nhwc(self.center(y)) for y in boxes])


NETWORKS = [
    Network("fcos_efficientnet_b0", partial(Fcos, 1.0, 1.0, 64, 3), (512, 512), ("fcos_efficientnetb0", "bernoulli2:fcos"),
            note="head of four convolutions of 64 channels, pyramid of EfficientDet-D0"),
    Network("fcos_efficientnet_b2", partial(Fcos, 1.1, 1.2, 112, 5), (768, 768), ("fcos_efficientnetb2",),
            note="as b0, with the sizes of EfficientDet-D2"),
    Network("fcos_efficientnet_b3", partial(Fcos, 1.2, 1.4, 160, 6), (896, 896), ("fcos_efficientnetb3",),
            note="as b0, with the sizes of EfficientDet-D3"),
]
