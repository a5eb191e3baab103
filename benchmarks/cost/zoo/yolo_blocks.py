"""Blocks of the YOLO families: convolution units, CSP stages, attention.

SPDX-License-Identifier: Apache-2.0
"""
from math import gcd

import torch
from torch import nn
from torch.nn import functional as F

from .layers import Residual, conv


def unit(c_in, c_out, kernel=1, stride=1, groups=1, act=nn.SiLU):
    return conv(c_in, c_out, kernel, stride, groups, act)


def depthwise(c_in, c_out, kernel=3, stride=1, act=nn.SiLU):
    """As many groups as both sides allow."""
    return conv(c_in, c_out, kernel, stride, gcd(c_in, c_out), act)


def bottleneck(c_in, c_out, shortcut=True, kernels=(3, 3), expand=0.5, act=nn.SiLU):
    hidden = int(c_out * expand)
    layers = unit(c_in, hidden, kernels[0], act=act), unit(hidden, c_out, kernels[1], act=act)
    return Residual(*layers) if shortcut and c_in == c_out else nn.Sequential(*layers)


class C3(nn.Module):
    """CSP stage of three convolutions: a chain beside a shortcut, joined."""

    def __init__(self, c_in, c_out, n, shortcut=True, kernels=(1, 3), expand=0.5):
        super().__init__()
        hidden = int(c_out * expand)
        self.a, self.b, self.out = unit(c_in, hidden), unit(c_in, hidden), unit(2 * hidden, c_out)
        self.chain = nn.Sequential(*[bottleneck(hidden, hidden, shortcut, kernels, 1.0) for _ in range(n)])

    def forward(self, x):
        return self.out(torch.cat((self.chain(self.a(x)), self.b(x)), 1))


class BottleneckCsp(nn.Module):
    """The older CSP stage: the joined halves are normalized together."""

    def __init__(self, c_in, c_out, n, shortcut=True, act=nn.LeakyReLU):
        super().__init__()
        hidden = c_out // 2
        self.a, self.out = unit(c_in, hidden, act=act), unit(2 * hidden, c_out, act=act)
        self.b, self.c = nn.Conv2d(c_in, hidden, 1, bias=False), nn.Conv2d(hidden, hidden, 1, bias=False)
        self.norm = nn.Sequential(nn.BatchNorm2d(2 * hidden), act())
        self.chain = nn.Sequential(*[bottleneck(hidden, hidden, shortcut, (1, 3), 1.0, act) for _ in range(n)])

    def forward(self, x):
        return self.out(self.norm(torch.cat((self.c(self.chain(self.a(x))), self.b(x)), 1)))


class C2f(nn.Module):
    """CSP stage that keeps the result of every step; `step(channels)` makes one."""

    def __init__(self, c_in, c_out, n, step, expand=0.5):
        super().__init__()
        self.hidden = int(c_out * expand)
        self.head, self.out = unit(c_in, 2 * self.hidden), unit((2 + n) * self.hidden, c_out)
        self.steps = nn.ModuleList(step(self.hidden) for _ in range(n))

    def forward(self, x):
        parts = list(self.head(x).split((self.hidden, self.hidden), 1))
        for step in self.steps:
            parts.append(step(parts[-1]))
        return self.out(torch.cat(parts, 1))


class Sppf(nn.Module):
    """Spatial pyramid: the same 5 x 5 maximum three times in a row."""

    def __init__(self, c_in, c_out, act=nn.SiLU, shortcut=False, hidden=None):
        super().__init__()
        hidden = hidden or c_in // 2
        self.a, self.out = unit(c_in, hidden, act=act), unit(4 * hidden, c_out)
        self.pool = nn.MaxPool2d(5, 1, 2)
        self.shortcut = shortcut and c_in == c_out

    def forward(self, x):
        parts = [self.a(x)]
        for _ in range(3):
            parts.append(self.pool(parts[-1]))
        y = self.out(torch.cat(parts, 1))
        return x + y if self.shortcut else y


class Spp(nn.Module):
    """Spatial pyramid of the first versions: maxima of 5, 9 and 13."""

    def __init__(self, c_in, c_out, act=nn.LeakyReLU):
        super().__init__()
        self.a, self.out = unit(c_in, c_in // 2, act=act), unit(2 * c_in, c_out, act=act)
        self.pools = nn.ModuleList(nn.MaxPool2d(k, 1, k // 2) for k in (5, 9, 13))

    def forward(self, x):
        x = self.a(x)
        return self.out(torch.cat([x] + [pool(x) for pool in self.pools], 1))


class Attention(nn.Module):
    """Attention over all positions with a depthwise convolution as position code (YOLOv10 and 11)."""

    def __init__(self, c, heads):
        super().__init__()
        self.heads, self.dim, self.key = heads, c // heads, c // heads // 2
        self.qkv = unit(c, c + 2 * self.key * heads, act=None)
        self.out, self.position = unit(c, c, act=None), unit(c, c, 3, groups=c, act=None)

    def forward(self, x):
        b, c, h, w = x.shape
        qkv = self.qkv(x).view(b, self.heads, 2 * self.key + self.dim, h * w)
        q, k, v = qkv.split((self.key, self.key, self.dim), 2)
        weights = ((q.transpose(-2, -1) @ k) * self.key ** -0.5).softmax(-1)
        x = (v @ weights.transpose(-2, -1)).view(b, c, h, w) + self.position(v.reshape(b, c, h, w))
        return self.out(x)


def attention_block(c, heads=None):
    return nn.Sequential(Residual(Attention(c, heads or max(1, c // 64))),
                         Residual(unit(c, 2 * c), unit(2 * c, c, act=None)))


class Psa(nn.Module):
    """Attention on one half of the channels."""

    def __init__(self, c, n=1):
        super().__init__()
        self.half = c // 2
        self.head, self.out = unit(c, c), unit(c, c)
        self.blocks = nn.Sequential(*[attention_block(self.half) for _ in range(n)])

    def forward(self, x):
        a, b = self.head(x).split((self.half, self.half), 1)
        return self.out(torch.cat((a, self.blocks(b)), 1))


def spread_softmax(x):
    """As YOLO12 and YOLO13 write it where there is no flash attention: five operators, all of them on the BPU."""
    weights = torch.exp(x - x.max(-1, keepdim=True).values)
    return weights / weights.sum(-1, keepdim=True)


class AreaAttention(nn.Module):
    """Attention inside `areas` equal stripes of the picture (YOLO12)."""

    def __init__(self, c, heads, areas):
        super().__init__()
        self.heads, self.areas, self.dim = heads, areas, c // heads
        self.qkv = unit(c, 3 * c, act=None)
        self.out, self.position = unit(c, c, act=None), unit(c, c, 7, groups=c, act=None)

    def forward(self, x):
        b, c, h, w = x.shape
        n = h * w // self.areas
        qkv = self.qkv(x).flatten(2).transpose(1, 2)
        qkv = qkv.reshape(b * self.areas, n, 3 * c).view(b * self.areas, n, self.heads, 3 * self.dim).permute(0, 2, 3, 1)
        q, k, v = qkv.split((self.dim, self.dim, self.dim), 2)
        weights = spread_softmax((q.transpose(-2, -1) @ k) * self.dim ** -0.5)
        y, v = (v @ weights.transpose(-2, -1)).permute(0, 3, 1, 2), v.permute(0, 3, 1, 2)
        y, v = (t.reshape(b, h, w, c).permute(0, 3, 1, 2).contiguous() for t in (y, v))
        return self.out(y + self.position(v))


def area_block(c, areas, ratio):
    hidden = int(c * ratio)
    return nn.Sequential(Residual(AreaAttention(c, c // 32, areas)), Residual(unit(c, hidden), unit(hidden, c, act=None)))


class A2C2f(nn.Module):
    """YOLO12's stage: area attention, or C3 steps when `areas` is 0; `residual` adds the input, scaled by channel."""

    def __init__(self, c_in, c_out, n, areas=0, residual=False, ratio=2.0):
        super().__init__()
        hidden = c_out // 2
        self.head, self.out = unit(c_in, hidden), unit((1 + n) * hidden, c_out)
        self.gamma = nn.Parameter(0.01 * torch.ones(1, c_out, 1, 1)) if areas and residual else None
        self.steps = nn.ModuleList(
            nn.Sequential(area_block(hidden, areas, ratio), area_block(hidden, areas, ratio)) if areas
            else C3(hidden, hidden, 2, kernels=(3, 3)) for _ in range(n))

    def forward(self, x):
        parts = [self.head(x)]
        for step in self.steps:
            parts.append(step(parts[-1]))
        y = self.out(torch.cat(parts, 1))
        return y if self.gamma is None else x + self.gamma * y


def scdown(c_in, c_out):
    """Downsampling with the channels first, the picture second (YOLOv10)."""
    return nn.Sequential(unit(c_in, c_out), unit(c_out, c_out, 3, 2, c_out, act=None))


def cib(c, large, shortcut=True):
    """Compact inverted block (YOLOv10); the large kernel is 7 x 7 with its 3 x 3 branch folded in."""
    middle = unit(2 * c, 2 * c, 7 if large else 3, groups=2 * c)
    layers = unit(c, c, 3, groups=c), unit(c, 2 * c), middle, unit(2 * c, c), unit(c, c, 3, groups=c)
    return Residual(*layers) if shortcut else nn.Sequential(*layers)


class RepNcspElan(nn.Module):
    """YOLOv9's stage: two CSP chains in a row, all parts joined."""

    def __init__(self, c_in, c_out, c3, c4, n):
        super().__init__()
        self.half = c3 // 2
        self.head, self.out = unit(c_in, c3), unit(c3 + 2 * c4, c_out)
        self.a = nn.Sequential(C3(self.half, c4, n, kernels=(3, 3)), unit(c4, c4, 3))
        self.b = nn.Sequential(C3(c4, c4, n, kernels=(3, 3)), unit(c4, c4, 3))

    def forward(self, x):
        parts = list(self.head(x).split((self.half, self.half), 1))
        for chain in (self.a, self.b):
            parts.append(chain(parts[-1]))
        return self.out(torch.cat(parts, 1))


class Elan1(RepNcspElan):
    """The small first stage of YOLOv9 t and s: plain convolutions as chains."""

    def __init__(self, c_in, c_out, c3, c4):
        super().__init__(c_in, c_out, c3, c4, 0)
        self.a, self.b = unit(c3 // 2, c4, 3), unit(c4, c4, 3)


class AConv(nn.Module):
    """Downsampling: average, then a convolution of stride 2."""

    def __init__(self, c_in, c_out):
        super().__init__()
        self.conv = unit(c_in, c_out, 3, 2)

    def forward(self, x):
        return self.conv(F.avg_pool2d(x, 2, 1, 0))


class ADown(nn.Module):
    """Downsampling: average, then half by convolution and half by maximum."""

    def __init__(self, c_in, c_out):
        super().__init__()
        self.half = c_in // 2
        self.a, self.b = unit(self.half, c_out // 2, 3, 2), unit(self.half, c_out // 2)

    def forward(self, x):
        a, b = F.avg_pool2d(x, 2, 1, 0).split((self.half, self.half), 1)
        return torch.cat((self.a(a), self.b(F.max_pool2d(b, 3, 2, 1))), 1)
