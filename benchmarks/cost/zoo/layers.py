"""Blocks that several families share. Batch norms are left to the exporter, which folds them.

SPDX-License-Identifier: Apache-2.0
"""
import torch
from torch import nn

from .network import divisible


def conv(c_in, c_out, kernel=1, stride=1, groups=1, act=nn.ReLU, bias=False, padding=None):
    """Convolution, batch norm and activation (None: none)."""
    layers = [nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2 if padding is None else padding, groups=groups, bias=bias),
              nn.BatchNorm2d(c_out)]
    return nn.Sequential(*layers, *([act()] if act else []))


def plain(c_in, c_out, kernel=1, stride=1, groups=1, act=None, padding=None):
    """Convolution with a bias, as a reparametrized block ends up."""
    layer = nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2 if padding is None else padding, groups=groups)
    return nn.Sequential(layer, act()) if act else layer


class Residual(nn.Module):
    """x + f(x)"""

    def __init__(self, *f):
        super().__init__()
        self.f = f[0] if len(f) == 1 else nn.Sequential(*f)

    def forward(self, x):
        return x + self.f(x)


class Mean(nn.Module):
    """Global average over the picture, kept as 1 x 1."""

    def forward(self, x):
        return x.mean((2, 3), keepdim=True)


class SqueezeExcite(nn.Module):
    """Channel attention: pool, two 1 x 1 convolutions, gate."""

    def __init__(self, channels, squeezed, act=nn.ReLU, gate=nn.Sigmoid):
        super().__init__()
        self.f = nn.Sequential(Mean(), nn.Conv2d(channels, squeezed, 1), act(), nn.Conv2d(squeezed, channels, 1), gate())

    def forward(self, x):
        return x * self.f(x)


class LayerNorm2d(nn.Module):
    """Layer norm over the channels of NCHW, the way timm writes it: to NHWC and back."""

    def __init__(self, channels):
        super().__init__()
        self.norm = nn.LayerNorm(channels, eps=1e-6)

    def forward(self, x):
        return self.norm(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class LayerScale(nn.Module):
    """A learned factor for each channel."""

    def __init__(self, channels):
        super().__init__()
        self.gamma = nn.Parameter(torch.ones(channels, 1, 1))

    def forward(self, x):
        return x * self.gamma


def classifier(channels, classes=1000):
    """Global pooling and the linear layer that gives the scores."""
    return nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.Linear(channels, classes))


def inverted(c_in, c_out, expand, kernel=3, stride=1, act=nn.ReLU, se=None, hidden=None):
    """MobileNetV2's block: widen, depthwise, narrow; `se` makes the channel attention of the wide part."""
    hidden = hidden or divisible(c_in * expand)
    layers = [conv(c_in, hidden, 1, act=act)] if hidden != c_in else []
    layers += [conv(hidden, hidden, kernel, stride, hidden, act=act)]
    layers += [se(c_in, hidden)] if se else []
    layers += [conv(hidden, c_out, 1, act=None)]
    return Residual(*layers) if stride == 1 and c_in == c_out else nn.Sequential(*layers)
