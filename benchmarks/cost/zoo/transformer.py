"""Networks that borrow from transformers: ConvNeXt, EdgeNeXt, EfficientFormer 1 and 2, EfficientViT, FastViT.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial
from math import ceil

import torch
from torch import nn
from torch.nn import functional as F

from .layers import LayerNorm2d, LayerScale, Residual, SqueezeExcite, classifier, conv, plain
from .network import ALL16, SOFTMAX16, Network


# ConvNeXt

def convnext(dims, depths):
    layers = [nn.Conv2d(3, dims[0], 4, 4), LayerNorm2d(dims[0])]
    for stage, (c, n) in enumerate(zip(dims, depths)):
        if stage:
            layers += [LayerNorm2d(dims[stage - 1]), nn.Conv2d(dims[stage - 1], c, 2, 2)]
        layers += [Residual(plain(c, c, 7, groups=c), LayerNorm2d(c), plain(c, 4 * c, act=nn.GELU), plain(4 * c, c),
                            LayerScale(c)) for _ in range(n)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), LayerNorm2d(dims[-1]), nn.Flatten(1), nn.Linear(dims[-1], 1000))


# EdgeNeXt

def pixel_mlp(c):
    """Norm, widen, GELU, narrow, scale. Linear layers over pixels are written as the convolutions they are deployed as."""
    return LayerNorm2d(c), plain(c, 4 * c, act=nn.GELU), plain(4 * c, c), LayerScale(c)


class CrossCovariance(nn.Module):
    """Attention between channels."""

    def __init__(self, c, heads):
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.out = (nn.Conv2d(c, c, 1) for _ in range(4))
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))

    def forward(self, x):
        b, c, h, w = x.shape
        q, k, v = (f(x).reshape(b, self.heads, c // self.heads, h * w) for f in (self.q, self.k, self.v))
        weights = (F.normalize(q, dim=-1) @ F.normalize(k, dim=-1).transpose(-2, -1)) * self.temperature
        return self.out((weights.softmax(-1) @ v).reshape(b, c, h, w))


class SplitTranspose(nn.Module):
    """EdgeNeXt's encoder: depthwise convolutions of channel groups in cascade, then attention between channels."""

    def __init__(self, c, scales, heads, position):
        super().__init__()
        self.width = max(ceil(c / scales), c // scales)
        self.convs = nn.ModuleList(nn.Conv2d(self.width, self.width, 3, 1, 1, groups=self.width) for _ in range(scales - 1))
        self.position = nn.Conv2d(64, c, 1) if position else None
        self.attention = Residual(LayerNorm2d(c), CrossCovariance(c, heads), LayerScale(c))
        self.mlp = nn.Sequential(*pixel_mlp(c))

    def forward(self, x):
        h, w = x.shape[2:]
        parts = list(x.split(self.width, 1))
        y = parts[0]
        for i, layer in enumerate(self.convs):
            y = layer(y if i == 0 else y + parts[i])
            parts[i] = y
        y = torch.cat(parts, 1)
        if self.position is not None:  # depends on the size only: a constant in the file
            y = y + self.position(torch.zeros(1, 64, h, w))
        return x + self.mlp(self.attention(y))


def edgenext(dims, depths, heads=4):
    layers = [nn.Conv2d(3, dims[0], 4, 4), LayerNorm2d(dims[0])]
    for stage, (c, n) in enumerate(zip(dims, depths)):
        if stage:
            layers += [LayerNorm2d(dims[stage - 1]), nn.Conv2d(dims[stage - 1], c, 2, 2)]
        kernel = (3, 5, 7, 9)[stage]
        for i in range(n):
            if stage and i == n - 1:
                layers.append(SplitTranspose(c, (2, 2, 3, 4)[stage], heads, stage == 1))
            else:
                layers.append(Residual(plain(c, c, kernel, groups=c), *pixel_mlp(c)))
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), LayerNorm2d(dims[-1]), nn.Flatten(1), nn.Linear(dims[-1], 1000))


# EfficientFormer

class PoolMixer(nn.Module):
    def __init__(self):
        super().__init__()
        self.pool = nn.AvgPool2d(3, 1, 1, count_include_pad=False)

    def forward(self, x):
        return self.pool(x) - x


class TokenAttention(nn.Module):
    """Attention with learned position bias over all pixels."""

    def __init__(self, c, key=32, heads=8, ratio=4, tokens=49):
        super().__init__()
        self.heads, self.key, self.value = heads, key, ratio * key
        self.q, self.k, self.v = nn.Conv2d(c, heads * key, 1), nn.Conv2d(c, heads * key, 1), nn.Conv2d(c, heads * self.value, 1)
        self.out = nn.Conv2d(heads * self.value, c, 1)
        self.register_buffer("bias", torch.zeros(heads, tokens, tokens))

    def forward(self, x):
        b, _, h, w = x.shape
        q, k = (f(x).reshape(b, self.heads, self.key, h * w) for f in (self.q, self.k))
        v = self.v(x).reshape(b, self.heads, self.value, h * w)
        weights = ((q.transpose(-2, -1) @ k) * self.key ** -0.5 + self.bias).softmax(-1)
        return self.out((v @ weights.transpose(-2, -1)).reshape(b, -1, h, w))


def normed_mlp(c, ratio=4, middle=False):
    """1 x 1 convolutions with norms; `middle`: a depthwise one between."""
    hidden = c * ratio
    return nn.Sequential(conv(c, hidden, act=nn.GELU, bias=True),
                         *([conv(hidden, hidden, 3, groups=hidden, act=nn.GELU, bias=True)] if middle else []),
                         conv(hidden, c, act=None, bias=True))


class TwoHeads(nn.Module):
    """The mean of two classifiers (trained with a teacher)."""

    def __init__(self, c):
        super().__init__()
        self.a, self.b = nn.Linear(c, 1000), nn.Linear(c, 1000)

    def forward(self, x):
        return (self.a(x) + self.b(x)) / 2


def efficientformer(dims, depths, attentive):
    """The last `attentive` blocks attend over tokens, the others mix by pooling."""
    layers = [conv(3, dims[0] // 2, 3, 2, bias=True), conv(dims[0] // 2, dims[0], 3, 2, bias=True)]
    for stage, (c, n) in enumerate(zip(dims, depths)):
        layers += [conv(dims[stage - 1], c, 3, 2, act=None, bias=True)] if stage else []
        for i in range(n):
            if stage == 3 and n - i <= attentive:
                layers += [Residual(LayerNorm2d(c), TokenAttention(c), LayerScale(c)), Residual(*pixel_mlp(c))]
            else:
                layers += [Residual(PoolMixer(), LayerScale(c)), Residual(normed_mlp(c), LayerScale(c))]
    return nn.Sequential(*layers, LayerNorm2d(dims[-1]), nn.AdaptiveAvgPool2d(1), nn.Flatten(1), TwoHeads(dims[-1]))


class TalkingAttention(nn.Module):
    """EfficientFormerV2's attention on NCHW, at half the size where `stride` is 2, with 1 x 1 mixing between heads."""

    def __init__(self, c, side, stride, heads=8, key=32, ratio=4):
        super().__init__()
        self.heads, self.key, self.value = heads, key, ratio * key
        self.side = side // stride
        self.down = conv(c, c, 3, 2, c, None, bias=True) if stride == 2 else nn.Identity()
        self.up = nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=False) if stride == 2 else nn.Identity()
        one = lambda out: conv(c, out, act=None, bias=True)
        self.q, self.k, self.v = one(heads * key), one(heads * key), one(heads * self.value)
        wide = heads * self.value
        self.local = conv(wide, wide, 3, groups=wide, act=None, bias=True)
        self.mix = nn.ModuleList(nn.Conv2d(heads, heads, 1) for _ in range(2))
        n = self.side ** 2
        self.register_buffer("bias", torch.zeros(heads, n, n))
        self.out = nn.Sequential(nn.GELU(), conv(wide, c, act=None, bias=True))

    def forward(self, x):
        b = x.shape[0]
        n = self.side ** 2
        x = self.down(x)
        q = self.q(x).reshape(b, self.heads, self.key, n).permute(0, 1, 3, 2)
        k = self.k(x).reshape(b, self.heads, self.key, n)
        v = self.v(x)
        local = self.local(v)
        v = v.reshape(b, self.heads, self.value, n).permute(0, 1, 3, 2)
        weights = self.mix[1](self.mix[0]((q @ k) * self.key ** -0.5 + self.bias).softmax(-1))
        y = (weights @ v).transpose(2, 3).reshape(b, -1, self.side, self.side) + local
        return self.out(self.up(y))


class AttentiveDown(nn.Module):
    """EfficientFormerV2's last downsampling: a strided convolution plus attention from the smaller to the larger picture."""

    def __init__(self, c_in, c_out, side, heads=8, key=16, ratio=4):
        super().__init__()
        self.heads, self.key, self.value = heads, key, ratio * key
        self.side, self.small = side, ceil(side / 2)
        self.local_query = nn.Conv2d(c_in, c_in, 3, 2, 1, groups=c_in)
        self.q = conv(c_in, heads * key, act=None, bias=True)
        self.k, self.v = conv(c_in, heads * key, act=None, bias=True), conv(c_in, heads * self.value, act=None, bias=True)
        wide = heads * self.value
        self.local = conv(wide, wide, 3, 2, wide, None, bias=True)
        self.register_buffer("bias", torch.zeros(heads, self.small ** 2, side ** 2))
        self.out = nn.Sequential(nn.GELU(), conv(wide, c_out, act=None, bias=True))
        self.down = conv(c_in, c_out, 3, 2, act=None, bias=True)

    def forward(self, x):
        b, n, small = x.shape[0], self.side ** 2, self.small ** 2
        q = self.q(self.local_query(x) + F.avg_pool2d(x, 1, 2))
        q = q.reshape(b, self.heads, self.key, small).permute(0, 1, 3, 2)
        k, v = self.k(x).reshape(b, self.heads, self.key, n), self.v(x)
        local = self.local(v)
        v = v.reshape(b, self.heads, self.value, n).permute(0, 1, 3, 2)
        weights = ((q @ k) * self.key ** -0.5 + self.bias).softmax(-1)
        y = (weights @ v).transpose(2, 3).reshape(b, -1, self.small, self.small) + local
        return self.out(y) + self.down(x)


def efficientformer_v2(dims, depths, attentive, ratios):
    """`ratios`: the widening of each block of the last two stages; the last `attentive` blocks of these attend."""
    layers = [conv(3, dims[0] // 2, 3, 2, act=nn.GELU, bias=True), conv(dims[0] // 2, dims[0], 3, 2, act=nn.GELU, bias=True)]
    for stage, (c, n) in enumerate(zip(dims, depths)):
        if stage:
            layers.append(AttentiveDown(dims[2], c, 14) if stage == 3 else conv(dims[stage - 1], c, 3, 2, act=None, bias=True))
        for i in range(n):
            if stage > 1 and n - i <= attentive:
                layers.append(Residual(TalkingAttention(c, 14 if stage == 2 else 7, 2 if stage == 2 else 1), LayerScale(c)))
            layers.append(Residual(normed_mlp(c, ratios[stage - 2][i] if stage > 1 else 4, True), LayerScale(c)))
    return nn.Sequential(*layers, nn.BatchNorm2d(dims[-1]), nn.AdaptiveAvgPool2d(1), nn.Flatten(1), TwoHeads(dims[-1]))


# EfficientViT of Microsoft

class CascadedAttention(nn.Module):
    """Each head attends over its share of the channels plus the result of the head before."""

    def __init__(self, c, heads, side, kernels=(7, 5, 3, 3), key=16):
        super().__init__()
        self.heads, self.key, self.value = heads, key, c // heads
        self.qkv = nn.ModuleList(conv(self.value, 2 * key + self.value, act=None) for _ in range(heads))
        self.query = nn.ModuleList(conv(key, key, kernels[i], groups=key, act=None) for i in range(heads))
        self.out = nn.Sequential(nn.ReLU(), conv(c, c, act=None))
        self.register_buffer("bias", torch.zeros(heads, side * side, side * side))

    def forward(self, x):
        b, _, h, w = x.shape
        parts, y = [], None
        for i, part in enumerate(x.split(self.value, 1)):
            q, k, v = self.qkv[i](part if y is None else part + y).split((self.key, self.key, self.value), 1)
            q, k, v = self.query[i](q).flatten(2), k.flatten(2), v.flatten(2)
            weights = ((q.transpose(-2, -1) * self.key ** -0.5) @ k + self.bias[i]).softmax(-1)
            y = (v @ weights.transpose(-2, -1)).view(b, self.value, h, w)
            parts.append(y)
        return self.out(torch.cat(parts, 1))


class Windowed(nn.Module):
    """f on windows of 7 x 7, the picture padded to whole ones."""

    def __init__(self, f, c, side):
        super().__init__()
        self.f, self.c, self.side = f, c, side

    def forward(self, x):
        side, c = self.side, self.c
        if side <= 7:
            return self.f(x)
        n = side // 7
        x = x.permute(0, 2, 3, 1).reshape(1, n, 7, n, 7, c).transpose(2, 3).reshape(n * n, 7, 7, c).permute(0, 3, 1, 2)
        x = self.f(x)
        x = x.permute(0, 2, 3, 1).view(1, n, n, 7, 7, c).transpose(2, 3).reshape(1, side, side, c)
        return x.permute(0, 3, 1, 2)


def efficientvit(dims, depths, heads):
    mlp = lambda c: Residual(conv(c, 2 * c), conv(2 * c, c, act=None))
    local = lambda c: Residual(conv(c, c, 3, groups=c, act=None))
    c = dims[0]
    layers = [conv(3, c // 8, 3, 2), conv(c // 8, c // 4, 3, 2), conv(c // 4, c // 2, 3, 2), conv(c // 2, c, 3, 2, act=None)]
    side = 14
    for stage, (c, n) in enumerate(zip(dims, depths)):
        if stage:
            before, wide = dims[stage - 1], 4 * dims[stage - 1]
            layers += [local(before), mlp(before), conv(before, wide), conv(wide, wide, 3, 2, wide),
                       SqueezeExcite(wide, wide // 4), conv(wide, c, act=None), local(c), mlp(c)]
            side = ceil(side / 2)
        for _ in range(n):
            attention = Windowed(CascadedAttention(c, heads[stage], min(7, side)), c, side)
            layers += [local(c), mlp(c), Residual(attention), local(c), mlp(c)]
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten(1), nn.BatchNorm1d(dims[-1]), nn.Linear(dims[-1], 1000))


# FastViT

class HeadAttention(nn.Module):
    """Attention over all pixels in heads of 32 channels, as the authors write it: linear layers over tokens, with weights of
    fewer axes than the tokens have (the boards' CPU multiplies these), and queries, keys and values in five axes."""

    def __init__(self, c):
        super().__init__()
        self.heads = c // 32
        self.qkv, self.out = nn.Linear(c, 3 * c, bias=False), nn.Linear(c, c)

    def forward(self, x):
        b, c, h, w = x.shape
        qkv = self.qkv(x.flatten(2).transpose(1, 2)).reshape(b, h * w, 3, self.heads, 32)
        q, k, v = qkv.permute(2, 0, 3, 1, 4).unbind(0)
        weights = (q * 32 ** -0.5 @ k.transpose(-2, -1)).softmax(-1)
        y = self.out((weights @ v).transpose(1, 2).reshape(b, h * w, c))
        return y.transpose(1, 2).reshape(b, c, h, w)


def fastvit(width, depths, ratio, attentive=False):
    """Deployed form: every token mixer one depthwise convolution; `attentive`: attention in the last stage."""
    ffn = lambda c: Residual(conv(c, c, 7, groups=c, act=None), plain(c, ratio * c, act=nn.GELU), plain(ratio * c, c),
                             LayerScale(c))
    layers = [plain(3, width, 3, 2, act=nn.GELU), plain(width, width, 3, 2, width, nn.GELU), plain(width, width, act=nn.GELU)]
    c = width
    for stage, n in enumerate(depths):
        if stage:
            layers += [plain(c, 2 * c, 7, 2, c, nn.GELU), plain(2 * c, 2 * c, act=nn.GELU)]
            c *= 2
        attend = attentive and stage == 3
        layers += [plain(c, c, 7, groups=c)] if attend else []
        for _ in range(n):
            mixer = Residual(nn.BatchNorm2d(c), HeadAttention(c), LayerScale(c)) if attend else plain(c, c, 3, groups=c)
            layers += [mixer, ffn(c)]
    return nn.Sequential(*layers, plain(c, 2 * c, 3, groups=c), SqueezeExcite(2 * c, 2 * c // 16), nn.GELU(),
                         classifier(2 * c))


NETWORKS = [
    *[Network(f"convnext_{n}", partial(convnext, *a), published=(f"ConvNeXt_{n}",)) for n, a in {
        "atto": ((40, 80, 160, 320), (2, 2, 6, 2)), "femto": ((48, 96, 192, 384), (2, 2, 6, 2)),
        "pico": ((64, 128, 256, 512), (2, 2, 6, 2)), "nano": ((80, 160, 320, 640), (2, 2, 8, 2))}.items()],
    *[Network(f"edgenext_{n}", partial(edgenext, *a), published=(f"EdgeNeXt_{n}",), options=SOFTMAX16) for n, a in {
        "xx_small": ((24, 48, 88, 168), (2, 2, 6, 2)), "x_small": ((32, 64, 100, 192), (3, 3, 9, 3)),
        "small": ((48, 96, 160, 304), (3, 3, 9, 3), 8), "base": ((80, 160, 288, 584), (3, 3, 9, 3), 8)}.items()],
    *[Network(f"efficientformer_{n}", partial(efficientformer, *a), published=(f"EfficientFormer_{n}",), options=ALL16) for n, a in {
        "l1": ((48, 96, 224, 448), (3, 2, 6, 4), 1), "l3": ((64, 128, 320, 512), (4, 4, 12, 6), 4)}.items()],
    *[Network(f"efficientformerv2_{n}", partial(efficientformer_v2, *a), published=(f"EfficientFormerv2_{n}",),
              options=ALL16 if n == "s0" else SOFTMAX16)
      for n, a in {
          "s0": ((32, 48, 96, 176), (2, 2, 6, 4), 2, ((4, 3, 3, 3, 4, 4), (4, 3, 3, 4))),
          "s1": ((32, 48, 120, 224), (3, 3, 9, 6), 2, ((4, 4, 3, 3, 3, 3, 4, 4, 4), (4, 4, 3, 3, 4, 4))),
          "s2": ((32, 64, 144, 288), (4, 4, 12, 8), 4, ((4, 4, 3, 3, 3, 3, 3, 3, 4, 4, 4, 4), (4, 4, 3, 3, 3, 3, 4, 4))),
      }.items()],
    Network("efficientvit_m5", partial(efficientvit, (192, 288, 384), (1, 3, 4), (3, 3, 4)),
            published=("EfficientViT_MSRA_m5",), options=SOFTMAX16),
    *[Network(f"fastvit_{n.lower()}", partial(fastvit, *a), published=(f"FastViT_{n}",), options=SOFTMAX16) for n, a in {
        "T8": (48, (2, 2, 4, 2), 3), "T12": (64, (2, 2, 6, 2), 3), "S12": (64, (2, 2, 6, 2), 4),
        "SA12": (64, (2, 2, 6, 2), 4, True)}.items()],
]
