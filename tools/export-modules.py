#!/usr/bin/python3
"""Writes small PyTorch modules, one operator family each, as ONNX files NAME-opsetN.onnx, for comparing engines.

    export-modules.py FOLDER [--opset 11,13,16]

Needs Debian 12's python3-torch (tools/setup.sh bench). What the exporter refuses at an opset is told and left out.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import sys
import warnings
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional as F

from torch_export import export, settle


class Call(nn.Module):
    """A function as a module."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *inputs):
        return self.function(*inputs)


def image(channels=8, height=13, width=17, batch=1):
    return torch.randn(batch, channels, height, width)


def recurrent(table):
    for layers, both in ((1, False), (2, True)):
        tag = f"{layers}{'b' if both else ''}"
        for kind in (nn.LSTM, nn.GRU, nn.RNN):
            table[f"{kind.__name__.lower()}_{tag}"] = (
                kind(12, 10, num_layers=layers, bidirectional=both), (torch.randn(7, 3, 12),))
    table["lstm_batch_first"] = (nn.LSTM(12, 10, batch_first=True), (torch.randn(3, 7, 12),))
    table["lstm_no_bias"] = (nn.LSTM(12, 10, bias=False), (torch.randn(7, 3, 12),))
    table["lstm_proj"] = (nn.LSTM(12, 10, proj_size=4), (torch.randn(7, 3, 12),))
    table["rnn_relu"] = (nn.RNN(12, 10, nonlinearity="relu"), (torch.randn(7, 3, 12),))
    table["lstm_state"] = (nn.LSTM(12, 10), (torch.randn(7, 3, 12), (torch.randn(1, 3, 10), torch.randn(1, 3, 10))))


def convolutions(table):
    for name, options in {
        "k2s2": dict(kernel_size=2, stride=2), "k4s2p1": dict(kernel_size=4, stride=2, padding=1),
        "k3s2p1o1": dict(kernel_size=3, stride=2, padding=1, output_padding=1),
        "k3s3o2": dict(kernel_size=3, stride=3, output_padding=(2, 1)), "k3d2": dict(kernel_size=3, dilation=2),
        "g2": dict(kernel_size=3, groups=2, padding=1), "g8": dict(kernel_size=4, groups=8, stride=2, padding=1),
        "k5x1": dict(kernel_size=(5, 1), stride=(1, 3), padding=(2, 0)), "k1s2": dict(kernel_size=1, stride=2),
        "nobias": dict(kernel_size=3, stride=2, bias=False), "p3": dict(kernel_size=3, padding=3),
    }.items():
        table[f"deconv_{name}"] = (nn.ConvTranspose2d(8, 16, **options), (image(),))
    table["deconv_1d"] = (nn.ConvTranspose1d(4, 6, 4, stride=2, padding=1), (torch.randn(2, 4, 11),))
    table["deconv_3d"] = (nn.ConvTranspose3d(4, 6, 3, stride=2, output_padding=1), (torch.randn(1, 4, 4, 5, 6),))
    for name, options in {
        "k3s2d2": dict(kernel_size=3, stride=2, dilation=2, padding=3), "g4": dict(kernel_size=3, groups=4),
        "dw": dict(kernel_size=5, groups=8, padding=2), "dw_mult": dict(kernel_size=3, groups=8, padding=1),
        "k1": dict(kernel_size=1), "k7x1": dict(kernel_size=(7, 1), padding=(3, 0)), "p9": dict(kernel_size=3, padding=9),
        "same": dict(kernel_size=4, padding="same"), "reflect": dict(kernel_size=3, padding=2, padding_mode="reflect"),
        "replicate": dict(kernel_size=3, padding=2, padding_mode="replicate"),
        "circular": dict(kernel_size=3, padding=2, padding_mode="circular"),
    }.items():
        outputs = 24 if name == "dw_mult" else 8
        table[f"conv_{name}"] = (nn.Conv2d(8, outputs, **options), (image(),))
    table["conv_1d"] = (nn.Sequential(nn.Conv1d(4, 6, 5, stride=2, padding=2), nn.BatchNorm1d(6), nn.ReLU()),
                        (torch.randn(2, 4, 19),))
    table["conv_3d"] = (nn.Sequential(nn.Conv3d(4, 6, 3, padding=1), nn.BatchNorm3d(6), nn.MaxPool3d(2)),
                        (torch.randn(1, 4, 6, 7, 8),))
    table["conv_weights_computed"] = (Call(lambda x, w: F.conv2d(x, w * 0.5, padding=1)),
                                      (image(), torch.randn(4, 8, 3, 3)))
    table["unfold"] = (nn.Unfold(3, padding=1, stride=2), (image(),))


def norms(table):
    table["groupnorm"] = (nn.GroupNorm(4, 8), (image(batch=2),))
    table["groupnorm_1"] = (nn.GroupNorm(1, 8, affine=False), (image(batch=2),))
    table["instancenorm"] = (nn.InstanceNorm2d(8, affine=True), (image(batch=2),))
    table["instancenorm_plain"] = (nn.InstanceNorm2d(8), (image(batch=2),))
    table["instancenorm_1d"] = (nn.InstanceNorm1d(8, affine=True), (torch.randn(2, 8, 31),))
    table["layernorm"] = (nn.LayerNorm(17), (image(),))
    table["layernorm_3"] = (nn.LayerNorm((8, 13, 17)), (image(batch=2),))
    table["layernorm_plain"] = (nn.LayerNorm(17, elementwise_affine=False), (image(),))
    table["batchnorm_alone"] = (nn.BatchNorm2d(8), (image(batch=2),))
    table["batchnorm_2d_input"] = (nn.Sequential(nn.Linear(6, 5), nn.BatchNorm1d(5)), (torch.randn(4, 6),))
    table["lrn"] = (nn.LocalResponseNorm(5), (image(),))
    table["normalize"] = (Call(lambda x: F.normalize(x, dim=1)), (image(),))
    table["weight_norm"] = (nn.utils.weight_norm(nn.Conv2d(8, 4, 3)), (image(),))


def activations(table):
    for name, module in {
        "prelu": nn.PReLU(8, 0.1), "prelu_1": nn.PReLU(), "elu": nn.ELU(0.7), "selu": nn.SELU(), "celu": nn.CELU(1.3),
        "gelu": nn.GELU(), "gelu_tanh": nn.GELU(approximate="tanh"), "silu": nn.SiLU(), "mish": nn.Mish(),
        "hardswish": nn.Hardswish(), "hardsigmoid": nn.Hardsigmoid(), "hardtanh": nn.Hardtanh(-0.3, 0.6),
        "softplus": nn.Softplus(2.0), "softsign": nn.Softsign(), "logsigmoid": nn.LogSigmoid(), "glu": nn.GLU(1),
        "leaky": nn.LeakyReLU(0.2), "relu6": nn.ReLU6(), "threshold": nn.Threshold(0.1, 0.5),
        "hardshrink": nn.Hardshrink(), "softshrink": nn.Softshrink(), "tanhshrink": nn.Tanhshrink(),
        "softmax_1": nn.Softmax(1), "softmax_3": nn.Softmax(3), "log_softmax": nn.LogSoftmax(1), "softmin": nn.Softmin(2),
    }.items():
        table[f"act_{name}"] = (module, (image(),))
        table[f"conv_act_{name}"] = (nn.Sequential(nn.Conv2d(8, 8, 3), module), (image(),))


def sampling(table):
    for mode in ("nearest", "bilinear", "bicubic"):
        for corners in (None,) if mode == "nearest" else (False, True):
            tag = {"nearest": "nearest", "bilinear": "linear", "bicubic": "cubic"}[mode] + ("_corners" if corners else "")
            table[f"up_{tag}_x2"] = (nn.Upsample(scale_factor=2, mode=mode, align_corners=corners), (image(),))
            table[f"up_{tag}_x1.7"] = (nn.Upsample(scale_factor=1.7, mode=mode, align_corners=corners), (image(),))
            table[f"up_{tag}_size"] = (nn.Upsample(size=(31, 20), mode=mode, align_corners=corners), (image(),))
            table[f"down_{tag}_size"] = (nn.Upsample(size=(5, 9), mode=mode, align_corners=corners), (image(),))
            table[f"up_{tag}_recompute"] = (
                Call(lambda x, m=mode, c=corners: F.interpolate(x, scale_factor=(1.3, 2.1), mode=m, align_corners=c,
                                                                recompute_scale_factor=True)), (image(),))
            table[f"up_{tag}_to_other"] = (
                Call(lambda x, y, m=mode, c=corners: F.interpolate(x, y.shape[2:], mode=m, align_corners=c)),
                (image(), image(4, 21, 40)))
    table["up_linear_1d"] = (nn.Upsample(scale_factor=3, mode="linear"), (torch.randn(2, 4, 9),))
    table["up_trilinear"] = (nn.Upsample(scale_factor=2, mode="trilinear"), (torch.randn(1, 2, 4, 5, 6),))
    table["pixel_shuffle"] = (nn.PixelShuffle(2), (image(),))
    table["pixel_unshuffle"] = (nn.PixelUnshuffle(2), (image(8, 12, 18),))
    table["channel_shuffle"] = (Call(lambda x: x.view(1, 2, 4, 13, 17).transpose(1, 2).reshape(1, 8, 13, 17)), (image(),))
    for mode in ("bilinear", "nearest", "bicubic"):
        for padding in ("zeros", "border", "reflection"):
            for corners in (False, True):
                table[f"grid_{mode}_{padding}{'_corners' if corners else ''}"] = (
                    Call(lambda x, g, m=mode, p=padding, c=corners: F.grid_sample(x, g, m, p, c)),
                    (image(), torch.rand(1, 9, 11, 2) * 2.6 - 1.3))


def pools(table):
    for name, module in {
        "max": nn.MaxPool2d(3, 2, 1), "max_ceil": nn.MaxPool2d(3, 2, ceil_mode=True),
        "max_dilated": nn.MaxPool2d(3, 1, dilation=2), "max_indices": nn.MaxPool2d(2, return_indices=True),
        "avg": nn.AvgPool2d(3, 2, 1), "avg_ceil": nn.AvgPool2d(3, 2, ceil_mode=True),
        "avg_ceil_pad": nn.AvgPool2d(3, 2, 1, ceil_mode=True),
        "avg_exclude": nn.AvgPool2d(3, 2, 1, count_include_pad=False), "lp": nn.LPPool2d(2, 3, 2),
        "adaptive_avg_1": nn.AdaptiveAvgPool2d(1), "adaptive_max_1": nn.AdaptiveMaxPool2d(1),
        "adaptive_avg_row": nn.AdaptiveAvgPool2d((1, 17)),
    }.items():
        table[f"pool_{name}"] = (module, (image(),))
    table["pool_adaptive_avg_4"] = (nn.AdaptiveAvgPool2d((4, 3)), (image(8, 16, 12),))
    table["pool_adaptive_max_4"] = (nn.AdaptiveMaxPool2d((4, 3)), (image(8, 16, 12),))
    table["pool_1d"] = (nn.Sequential(nn.MaxPool1d(3, 2, 1), nn.AvgPool1d(2)), (torch.randn(2, 4, 19),))
    table["pool_3d"] = (nn.AvgPool3d(2, ceil_mode=True), (torch.randn(1, 4, 5, 6, 7),))


def arithmetic(table):
    einsums = {"bij,bjk->bik": ((2, 3, 4), (2, 4, 5)), "bhid,bhjd->bhij": ((2, 3, 4, 5), (2, 3, 6, 5)),
               "nchw,cd->ndhw": ((1, 4, 3, 5), (4, 6)), "ij->ji": ((3, 4),), "bij->b": ((2, 3, 4),), "ii->i": ((4, 4),)}
    for i, (equation, shapes) in enumerate(einsums.items()):
        table[f"einsum_{i}"] = (Call(lambda *x, e=equation: torch.einsum(e, *x)), tuple(torch.randn(s) for s in shapes))
    one = (image(),)
    for name, function in {
        "cat_split": lambda x: torch.cat([x.chunk(2, 1)[1], x.split([3, 5], 1)[0]], 1),
        "slices": lambda x: x[:, ::2, 1:-1, -5:], "flip": lambda x: x.flip(3), "roll": lambda x: x.roll((1, -2), (2, 3)),
        "pad_reflect": lambda x: F.pad(x, (1, 2, 3, 0), "reflect"), "pad_const": lambda x: F.pad(x, (1, 2, -1, 0), value=0.5),
        "mean_std": lambda x: torch.cat([x.mean((2, 3)), x.std((2, 3))], 1), "var": lambda x: x.var(1, keepdim=True),
        "norm": lambda x: x.norm(2, dim=1), "norm_1": lambda x: x.norm(1, dim=3), "logsumexp": lambda x: x.logsumexp(1),
        "argmax": lambda x: x.argmax(1), "topk": lambda x: x.topk(3, dim=1), "sort": lambda x: x.sort(dim=3),
        "amax": lambda x: x.amax((1, 3)), "prod": lambda x: x.prod(2), "cumsum": lambda x: x.cumsum(3),
        "clamp": lambda x: x.clamp(min=-0.1).clamp(max=0.7), "where": lambda x: torch.where(x > 0, x, x * x),
        "masked_fill": lambda x: x.masked_fill(x > 0.5, -1.0), "remainder": lambda x: torch.remainder(x, 0.3),
        "fmod": lambda x: torch.fmod(x, 0.3), "floor_divide": lambda x: torch.floor_divide(x, 0.3),
        "round": lambda x: torch.round(x * 4), "sign_erf": lambda x: torch.sign(x) * torch.erf(x), "atan": torch.atan,
        "expm1": torch.expm1, "log1p": lambda x: torch.log1p(x.abs()), "rsqrt": lambda x: torch.rsqrt(x.abs() + 0.1),
        "pow": lambda x: x.abs().pow(1.7) + x.pow(2) + x.pow(3), "trig": lambda x: x.sin() + x.cos() * x.tan(),
        "gather": lambda x: x.gather(2, torch.arange(17).remainder(13).expand(1, 8, 3, 17)),
        "index_select": lambda x: x.index_select(1, torch.tensor([7, 0, 3])), "index": lambda x: x[:, [1, 3], :, [2, 0]],
        "scatter": lambda x: x.scatter(1, torch.zeros(1, 2, 13, 17, dtype=torch.long), 5.0),
        "index_put": lambda x: x.index_put((torch.tensor([0]), torch.tensor([3])), torch.ones(13, 17)),
        "tril": lambda x: x.tril(1), "triu": lambda x: x.triu(-1), "repeat": lambda x: x.repeat(1, 2, 1, 3),
        "expand": lambda x: x[:, :1].expand(2, 8, 13, 17), "stack": lambda x: torch.stack([x, -x], 2),
        "unbind": lambda x: x.unbind(1)[2], "squeeze": lambda x: x[:, :1].squeeze(1).unsqueeze(3),
        "flatten": lambda x: x.flatten(1), "shape_math": lambda x: x.view(x.shape[0], x.shape[1] // 2, -1) / x.shape[2],
        "full_like": lambda x: x + torch.full_like(x, 2.0) + torch.arange(x.shape[3]), "isnan": lambda x: torch.isnan(x),
        "nonzero": lambda x: (x > 1).nonzero(), "bool_math": lambda x: (x > 0) & ~(x < 0.5) | (x == 1), "numel": lambda x: x * x.numel(),
        "one_hot": lambda x: F.one_hot(x.argmax(1), 8), "cast": lambda x: (x * 10).int().float() + x.double().float(),
        "space_to_depth": lambda x: x[..., :12, :16].reshape(1, 8, 6, 2, 8, 2).permute(0, 3, 5, 1, 2, 4).reshape(1, 32, 6, 8),
        "focus": lambda x: torch.cat([x[..., ::2, ::2][..., :6, :8], x[..., 1::2, 1::2][..., :6, :8]], 1),
        "cdist": lambda x: torch.cdist(x[0], x[0]), "minmax": lambda x: torch.maximum(x, -x) - torch.minimum(x, x * x),
        "baddbmm": lambda x: torch.baddbmm(x[0, :, :, :13], x[0], x[0].transpose(1, 2), beta=0.5, alpha=2.0),
        "addmm": lambda x: torch.addmm(x[0, 0, :, :13], x[0, 1], x[0, 2].t(), beta=0.3, alpha=1.4),
        "meshgrid": lambda x: torch.stack(torch.meshgrid(torch.arange(x.shape[2]), torch.arange(x.shape[3]), indexing="ij")) * x[0, 0],
    }.items():
        table[f"fn_{name}"] = (Call(function), one)


def attention(table):
    table["mha"] = (nn.MultiheadAttention(16, 4), (torch.randn(5, 2, 16),) * 3)
    table["mha_batch_first"] = (nn.MultiheadAttention(16, 4, batch_first=True), tuple(torch.randn(2, n, 16) for n in (5, 7, 7)))
    table["encoder"] = (nn.TransformerEncoderLayer(16, 4, 32, batch_first=True, norm_first=True, activation="gelu"), (torch.randn(2, 5, 16),))
    table["decoder"] = (nn.TransformerDecoderLayer(16, 4, 32), (torch.randn(5, 2, 16), torch.randn(7, 2, 16)))
    table["linear_nd"] = (nn.Linear(17, 5), (image(),))
    table["linear_no_bias"] = (nn.Linear(17, 5, bias=False), (torch.randn(3, 17),))
    table["bilinear"] = (nn.Bilinear(5, 6, 4), (torch.randn(3, 5), torch.randn(3, 6)))
    table["embedding"] = (nn.Embedding(20, 6), (torch.randint(0, 20, (3, 5)),))
    table["embedding_bag"] = (nn.EmbeddingBag(20, 6, mode="mean"), (torch.randint(0, 20, (3, 5)),))


def modules():
    """name: (module, inputs), every module seeded alike."""
    table = {}
    for family in (recurrent, convolutions, norms, activations, sampling, pools, arithmetic, attention):
        torch.manual_seed(7)
        family(table)
    return table


def main():
    parser = argparse.ArgumentParser(description="Writes small PyTorch modules as ONNX files.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--opset", default="11,13,16")
    args = parser.parse_args()
    args.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    for name, (net, inputs) in modules().items():
        settle(net, *inputs)
        for opset in map(int, args.opset.split(",")):
            for dynamic in (False, True):
                path = args.folder / f"{name}{'-dynamic' if dynamic else ''}-opset{opset}.onnx"
                if path.exists():
                    continue
                axes = dynamic_axes(inputs) if dynamic else None
                try:
                    names = sorted(axes) if dynamic else None
                    export(net, inputs, path, opset, input_names=names, dynamic_axes=axes)
                except Exception as error:  # the exporter raises whatever comes to its mind
                    reason = (str(error).splitlines() or [type(error).__name__])[0]
                    print(f"{path.stem}: {reason}", file=sys.stderr)
                    path.with_suffix(".part").unlink(missing_ok=True)


def dynamic_axes(inputs):
    """Every axis of pictures but the channels, the first of tables, and the first two of the rest are left open."""
    flat = [x for item in inputs for x in (item if isinstance(item, tuple) else (item,))]
    return {f"in{i}": {axis: f"d{i}_{axis}" for axis in range(x.dim())
                       if (axis != 1 or x.dim() == 3) and (axis != 2 or x.dim() != 3)}
            for i, x in enumerate(flat) if x.dim() > 1}


if __name__ == "__main__":
    main()
