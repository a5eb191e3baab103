"""Networks of depthwise and 1 x 1 convolutions: MobileNet 1 to 4, EfficientNet, RepGhost, RepViT, FasterNet.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial
from math import ceil

import torch
from torch import nn

from .layers import Mean, Residual, SqueezeExcite, classifier, conv, inverted, plain
from .network import Network, divisible
from .resnet import torchvision


def mobilenet_v1(width=1.0):
    plan = (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), *[(512, 1)] * 5, (1024, 2), (1024, 1)
    c = int(32 * width)
    layers = [conv(3, c, 3, 2)]
    for base, stride in plan:
        layers += [conv(c, c, 3, stride, c), conv(c, int(base * width))]
        c = int(base * width)
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, 1000, 1), nn.Flatten(1), nn.Softmax(1))


def universal(c_in, c_out, before, middle, stride, expand):
    """MobileNetV4's block: optional depthwise convolutions (kernel sizes, 0: none) before and amid the wide part."""
    hidden = divisible(c_in * expand)
    layers = [conv(c_in, c_in, before, 1 if middle else stride, c_in, act=None)] if before else []
    layers += [conv(c_in, hidden)]
    layers += [conv(hidden, hidden, middle, stride, hidden)] if middle else []
    layers += [conv(hidden, c_out, act=None)]
    return Residual(*layers) if stride == 1 and c_in == c_out else nn.Sequential(*layers)


def mobilenet_v4(stem, fused, blocks, tail):
    """`fused`: (expanded, out) of the early blocks; `blocks`: (before, middle, out, stride, expansion)."""
    layers, c = [conv(3, stem, 3, 2)], stem
    for kernel, hidden, out in fused:
        layers += [conv(c, hidden, kernel, 2), conv(hidden, out, act=None if kernel == 3 and len(fused) == 1 else nn.ReLU)]
        c = out
    for before, middle, out, stride, expand in blocks:
        layers.append(universal(c, out, before, middle, stride, expand))
        c = out
    return nn.Sequential(*layers, conv(c, tail), Mean(), conv(tail, 1280), nn.Flatten(1), nn.Linear(1280, 1000))


V4_SMALL = (32, ((3, 32, 32), (3, 96, 64)), (
    (5, 5, 96, 2, 3.0), (0, 3, 96, 1, 2.0), (0, 3, 96, 1, 2.0), (0, 3, 96, 1, 2.0), (0, 3, 96, 1, 2.0), (3, 0, 96, 1, 4.0),
    (3, 3, 128, 2, 6.0), (5, 5, 128, 1, 4.0), (0, 5, 128, 1, 4.0), (0, 5, 128, 1, 3.0), (0, 3, 128, 1, 4.0),
    (0, 3, 128, 1, 4.0)), 960)
V4_MEDIUM = (32, ((3, 128, 48),), (
    (3, 5, 80, 2, 4.0), (3, 3, 80, 1, 2.0),
    (3, 5, 160, 2, 6.0), (3, 3, 160, 1, 4.0), (3, 3, 160, 1, 4.0), (3, 5, 160, 1, 4.0), (3, 3, 160, 1, 4.0),
    (3, 0, 160, 1, 4.0), (0, 0, 160, 1, 2.0), (3, 0, 160, 1, 4.0),
    (5, 5, 256, 2, 6.0), (5, 5, 256, 1, 4.0), (3, 5, 256, 1, 4.0), (3, 5, 256, 1, 4.0), (0, 0, 256, 1, 4.0),
    (3, 0, 256, 1, 4.0), (3, 5, 256, 1, 2.0), (5, 5, 256, 1, 4.0), (0, 0, 256, 1, 4.0), (0, 0, 256, 1, 4.0),
    (5, 0, 256, 1, 2.0)), 960)

EFFICIENT_STAGES = ((1, 16, 3, 1, 1), (6, 24, 3, 2, 2), (6, 40, 5, 2, 2), (6, 80, 3, 2, 3), (6, 112, 5, 1, 3),
                    (6, 192, 5, 2, 4), (6, 320, 3, 1, 1))


def efficientnet_stages(width, depth, act, se, lite=False):
    """Stem and stages, as a list of (module, channels out, stride)."""
    stem = 32 if lite else divisible(32 * width)
    stages, c = [(conv(3, stem, 3, 2, act=act), stem, 2)], stem
    for number, (expand, base, kernel, stride, n) in enumerate(EFFICIENT_STAGES):
        out = divisible(base * width)
        n = n if lite and number in (0, 6) else ceil(n * depth)
        blocks = []
        for i in range(n):
            blocks.append(inverted(c, out, expand, kernel, stride if i == 0 else 1, act, se, hidden=c * expand))
            c = out
        stages.append((nn.Sequential(*blocks), out, stride))
    return stages


def efficientnet(width, depth, lite=False):
    """With channel attention and SiLU; lite: without, and ReLU6."""
    act = nn.ReLU6 if lite else nn.SiLU
    se = None if lite else lambda c, hidden: SqueezeExcite(hidden, max(1, c // 4), nn.SiLU)
    stages = efficientnet_stages(width, depth, act, se, lite)
    c, last = stages[-1][1], 1280 if lite else divisible(1280 * width)
    return nn.Sequential(*[s[0] for s in stages], conv(c, last, act=act), classifier(last))


class RepGhost(nn.Module):
    """Deployed RepGhost module: 1 x 1, depthwise 3 x 3, ReLU."""

    def __init__(self, c_in, c_out, act):
        super().__init__()
        self.f = nn.Sequential(plain(c_in, c_out, act=nn.ReLU if act else None),
                               plain(c_out, c_out, 3, groups=c_out, act=nn.ReLU if act else None))

    def forward(self, x):
        return self.f(x)


class HardGate(nn.Module):
    def forward(self, x):
        return nn.functional.relu6(x + 3.0) / 6.0


class GhostBottleneck(nn.Module):
    """Thin inside: narrow, (stride), (channel attention), widen; a depthwise shortcut where shapes change."""

    def __init__(self, c_in, hidden, c_out, kernel, stride, se):
        super().__init__()
        layers = [RepGhost(c_in, hidden, True)]
        layers += [conv(hidden, hidden, kernel, stride, hidden, None)] if stride > 1 else []
        layers += [SqueezeExcite(hidden, divisible(hidden * se, 4), gate=HardGate)] if se else []
        self.f = nn.Sequential(*layers, RepGhost(hidden, c_out, False))
        self.shortcut = nn.Sequential(conv(c_in, c_in, kernel, stride, c_in, None), conv(c_in, c_out, act=None)) \
            if stride > 1 or c_in != c_out else nn.Identity()

    def forward(self, x):
        return self.f(x) + self.shortcut(x)


GHOST_PLAN = ((3, 8, 16, 0, 1), (3, 24, 24, 0, 2), (3, 36, 24, 0, 1), (5, 36, 40, .25, 2), (5, 60, 40, .25, 1),
              (3, 120, 80, 0, 2), (3, 100, 80, 0, 1), (3, 120, 80, 0, 1), (3, 120, 80, 0, 1), (3, 240, 112, .25, 1),
              (3, 336, 112, .25, 1), (5, 336, 160, .25, 2), (5, 480, 160, 0, 1), (5, 480, 160, .25, 1),
              (5, 480, 160, 0, 1), (5, 480, 160, .25, 1))


def repghostnet(width):
    c = divisible(16 * width, 4)
    layers = [conv(3, c, 3, 2)]
    for kernel, hidden, out, se, stride in GHOST_PLAN:
        hidden, out = divisible(hidden * width, 4), divisible(out * width, 4)
        layers.append(GhostBottleneck(c, hidden, out, kernel, stride, se))
        c = out
    wide = divisible(480 * width * 2, 4)
    return nn.Sequential(*layers, conv(c, wide), Mean(), nn.Conv2d(wide, 1280, 1), nn.ReLU(), nn.Flatten(1),
                         nn.Linear(1280, 1000))


def repvit(widths, depths):
    """Deployed RepViT: depthwise 3 x 3 with everything folded in, channel attention in every other block."""
    layers = [conv(3, widths[0] // 2, 3, 2, act=nn.GELU), conv(widths[0] // 2, widths[0], 3, 2, act=None)]
    mixer = lambda c: Residual(plain(c, 2 * c, act=nn.GELU), plain(2 * c, c))
    se = lambda c: SqueezeExcite(c, divisible(c * 0.25))

    def block(c, attention):
        return [plain(c, c, 3, groups=c), *([se(c)] if attention else []), mixer(c)]

    c = widths[0]
    for stage, (width, n) in enumerate(zip(widths, depths)):
        if stage:
            layers += block(c, False) + [conv(c, c, 3, 2, c, None), conv(c, width, act=None), mixer(width)]
        c = width
        for i in range(n):
            layers += block(c, i % 2 == 0)
    return nn.Sequential(*layers, classifier(c))


class PartialConv(nn.Module):
    """3 x 3 convolution of the first quarter of the channels.

    Written with slices: the published times leave no room for uneven Splits, which the board's CPU would do."""

    def __init__(self, c):
        super().__init__()
        self.c = c // 4
        self.conv = nn.Conv2d(c // 4, c // 4, 3, 1, 1, bias=False)

    def forward(self, x):
        return torch.cat((self.conv(x[:, :self.c]), x[:, self.c:]), 1)


def fasternet(width, depths, act):
    layers, c = [conv(3, width, 4, 4, act=None, padding=0)], width
    for stage, n in enumerate(depths):
        for _ in range(n):
            layers.append(Residual(PartialConv(c), conv(c, 2 * c, act=act), nn.Conv2d(2 * c, c, 1, bias=False)))
        if stage < 3:
            layers.append(conv(c, 2 * c, 2, 2, act=None, padding=0))
            c *= 2
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Conv2d(c, 1280, 1, bias=False), act(), nn.Flatten(1),
                         nn.Linear(1280, 1000))


def _row(name, build, *published, side=224, **more):
    return Network(name, build, (side, side), published, **more)


NETWORKS = [
    _row("mobilenet_v1", mobilenet_v1, "MobileNetv1", "MobileNetV1 (caffe)",
         note="width 1.0: the published 1.33 M parameters are those of width 0.5, the times are not"),
    _row("mobilenet_v2", partial(torchvision, "mobilenet_v2"), "Mobilenetv2"),
    _row("mobilenet_v3_small", partial(torchvision, "mobilenet_v3_small"), "MobileNetV3_small"),
    _row("mobilenet_v3_large", partial(torchvision, "mobilenet_v3_large"), "MobileNetV3_large_100"),
    _row("mobilenet_v4_small", partial(mobilenet_v4, *V4_SMALL), "bernoulli2:Mobilenetv4", "Mobilenetv4_conv_small"),
    _row("mobilenet_v4_medium", partial(mobilenet_v4, *V4_MEDIUM), "Mobilenetv4_conv_medium"),
    *[_row(f"efficientnet_b{i}", partial(efficientnet, w, d), f"Efficientnet_B{i}")
      for i, (w, d) in {0: (1.0, 1.0), 2: (1.1, 1.2), 3: (1.2, 1.4), 4: (1.4, 1.8)}.items()],
    *[_row(f"efficientnet_lite{i}", partial(efficientnet, w, d, True), f"EfficientNet_lite{i}", side=side)
      for i, w, d, side in ((0, 1.0, 1.0, 224), (1, 1.0, 1.1, 240), (2, 1.1, 1.2, 260), (3, 1.2, 1.4, 280),
                            (4, 1.4, 1.8, 300))],
    *[_row(f"repghostnet_{w}", partial(repghostnet, w / 100), f"RepGhostNet_{w}",
           *(["bernoulli2:RepGhost"] if w == 100 else [])) for w in (100, 111, 130, 150, 200)],
    _row("repvit_m0_9", partial(repvit, (48, 96, 192, 384), (2, 2, 14, 2)), "RepViT_m0_9", "bernoulli2:RepViT"),
    _row("repvit_m1_0", partial(repvit, (56, 112, 224, 448), (2, 2, 14, 2)), "RepViT_m1_0"),
    _row("repvit_m1_1", partial(repvit, (64, 128, 256, 512), (2, 2, 12, 2)), "RepViT_m1_1"),
    *[_row(f"fasternet_{n.lower()}", partial(fasternet, *a), f"FasterNet_{n}") for n, a in {
        "T0": (40, (1, 2, 8, 2), nn.GELU), "T1": (64, (1, 2, 8, 2), nn.GELU), "T2": (96, (1, 2, 8, 2), nn.ReLU),
        "S": (128, (1, 2, 13, 2), nn.ReLU)}.items()],
]
