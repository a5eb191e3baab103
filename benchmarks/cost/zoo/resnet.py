"""Residual networks and what grew out of them: ResNet, ResNeXt, GoogLeNet, RepVGG, MobileOne.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial

import torchvision.models as models
from torch import nn

from .layers import classifier, plain
from .network import Network


def torchvision(name, **options):
    """torchvision's own network."""
    return getattr(models, name)(weights=None, **options)


def repvgg(blocks, widths, grouped=1):
    """Deployed form: nothing but 3 x 3 convolutions; every second one in `grouped` groups."""
    stem = min(64, int(64 * widths[0]))
    layers, c, number = [plain(3, stem, 3, 2, act=nn.ReLU)], stem, 1
    for n, width, base in zip(blocks, widths, (64, 128, 256, 512)):
        for i in range(n):
            groups = grouped if number % 2 == 0 else 1
            layers.append(plain(c, int(base * width), 3, 2 if i == 0 else 1, groups, nn.ReLU))
            c, number = int(base * width), number + 1
    return nn.Sequential(*layers, classifier(c))


A_BLOCKS, B_BLOCKS = (2, 4, 14, 1), (4, 6, 16, 1)


def mobileone(widths):
    """Deployed form: depthwise and 1 x 1 convolutions."""
    stem = min(64, int(64 * widths[0]))
    layers, c = [plain(3, stem, 3, 2, act=nn.ReLU)], stem
    for n, width, base in zip((2, 8, 10, 1), widths, (64, 128, 256, 512)):
        for i in range(n):
            layers.append(plain(c, c, 3, 2 if i == 0 else 1, c, nn.ReLU))
            layers.append(plain(c, int(base * width), 1, act=nn.ReLU))
            c = int(base * width)
    return nn.Sequential(*layers, classifier(c))


def _tv(name, *published, **options):
    return Network(name, partial(torchvision, name, **options), published=published)


NETWORKS = [
    _tv("resnet18", "ResNet18"),
    _tv("resnet34", "ResNet34"),
    _tv("resnet50", "ResNet50"),
    _tv("resnext50_32x4d", "ResNeXt50_32x4d"),
    _tv("googlenet", "GoogLeNet", init_weights=False, aux_logits=False),
    *[Network(f"repvgg_{n.lower()}", partial(repvgg, *a), published=(f"RepVGG_{n}", *more)) for n, a, more in (
        ("A0", (A_BLOCKS, (0.75, 0.75, 0.75, 2.5)), ()),
        ("A1", (A_BLOCKS, (1, 1, 1, 2.5)), ("bernoulli2:RepVGG",)),
        ("A2", (A_BLOCKS, (1.5, 1.5, 1.5, 2.75)), ()),
        ("B0", (B_BLOCKS, (1, 1, 1, 2.5)), ()),
        ("B1g2", (B_BLOCKS, (2, 2, 2, 4), 2), ()),
        ("B1g4", (B_BLOCKS, (2, 2, 2, 4), 4), ()),
    )],
    *[Network(f"mobileone_{n.lower()}", partial(mobileone, w), published=(f"MobileOne_{n}", *more)) for n, w, more in (
        ("S0", (0.75, 1, 1, 2), ()),
        ("S1", (1.5, 1.5, 2, 2.5), ("bernoulli2:MobileOne",)),
        ("S2", (1.5, 2, 2.5, 4), ()),
        ("S3", (2, 2.5, 3, 4), ()),
    )],
]
