#!/usr/bin/python3
"""Makes the built-in sample: draws its pictures, trains its network, and writes data/sample/.

Needs Debian 12's python3-torch, python3-onnx, python3-numpy and python3-pil (tools/setup.sh sample). Takes about six
minutes on one core. The pictures depend on the seed only; the trained weights also on the CPU, in their last digits.

SPDX-License-Identifier: Apache-2.0
"""
import argparse
import io
import json
import shutil
from pathlib import Path

import numpy as np
import onnx
import torch
from PIL import Image
from torch import nn

import shapes

SEED = 11
TRAIN, CALIBRATION, TEST = 6000, 64, 200
MEAN, SCALE = 128.0, 1 / 128  # both exact in binary
PREPROCESS = "rgb; mean 128 128 128; scale 0.0078125; layout nchw"


def unit(c_in, c_out, activation, **conv):
    """Convolution, BatchNorm and, unless None, an activation."""
    layers = [nn.Conv2d(c_in, c_out, bias=False, **conv), nn.BatchNorm2d(c_out)]
    return nn.Sequential(*layers, *([activation()] if activation else []))


def separable(c_in, c_out, stride, activation=nn.ReLU):
    """Depthwise 3x3, then pointwise 1x1."""
    return nn.Sequential(
        unit(c_in, c_in, activation, kernel_size=3, stride=stride, padding=1, groups=c_in),
        unit(c_in, c_out, activation, kernel_size=1))


class InvertedResidual(nn.Module):
    """Widen, depthwise 3x3, narrow without activation, add the input (MobileNetV2, arXiv:1801.04381)."""

    def __init__(self, channels, wide):
        super().__init__()
        self.body = nn.Sequential(
            unit(channels, wide, nn.ReLU6, kernel_size=1),
            unit(wide, wide, nn.ReLU6, kernel_size=3, padding=1, groups=wide),
            unit(wide, channels, None, kernel_size=1))

    def forward(self, x):
        return x + self.body(x)


class SampleNet(nn.Module):
    """64x64 RGB in, ten scores out: 15 convolutions, two residual adds, one fully connected layer."""

    def __init__(self):
        super().__init__()
        self.stem = unit(3, 16, nn.ReLU6, kernel_size=3, stride=2, padding=1)  # 32 x 32
        self.stage1 = separable(16, 32, 1)
        self.stage2 = separable(32, 48, 2)  # 16 x 16
        self.stage3 = InvertedResidual(48, 96)
        self.stage4 = separable(48, 64, 2)  # 8 x 8
        self.stage5 = InvertedResidual(64, 128)
        self.stage6 = separable(64, 128, 2)  # 4 x 4
        self.pool = nn.AdaptiveAvgPool2d(1)
        self.classifier = nn.Linear(128, len(shapes.KINDS))

    def forward(self, x):
        x = self.stage2(self.stage1(self.stem(x)))
        x = self.stage4(self.stage3(x))
        x = self.stage6(self.stage5(x))
        return self.classifier(torch.flatten(self.pool(x), 1))


def pictures(count, stream):
    """`count` pictures of all kinds in turn, uint8 [count, 64, 64, 3], and their labels; streams never meet."""
    rng = np.random.default_rng([SEED, stream])
    labels = np.arange(count) % len(shapes.KINDS)
    return np.stack([shapes.draw(shapes.KINDS[label], rng) for label in labels]), labels


def as_input(pixels):
    """What PREPROCESS says, of uint8 [n, 64, 64, 3]."""
    return (torch.from_numpy(np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))).float() - MEAN) * SCALE


def augment(x, generator):
    """Mirror, transpose and shift a batch: all kinds stay what they are."""
    coin = torch.rand(3, generator=generator)
    if coin[0] < 0.5:
        x = x.flip(2)
    if coin[1] < 0.5:
        x = x.flip(3)
    if coin[2] < 0.5:
        x = x.transpose(2, 3)
    shift = [int(s) for s in torch.randint(-4, 5, (2,), generator=generator)]
    return torch.roll(x, shift, (2, 3)).contiguous()


def train(net, x, y, epochs):
    generator = torch.Generator().manual_seed(SEED)
    batch = 64
    optimizer = torch.optim.AdamW(net.parameters(), weight_decay=0.02)
    steps = epochs * (len(x) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=6e-3, total_steps=steps)
    loss_of = nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(epochs):
        net.train()
        order = torch.randperm(len(x), generator=generator)
        total = 0.0
        for i in range(0, len(x) - batch + 1, batch):
            picked = order[i:i + batch]
            loss = loss_of(net(augment(x[picked], generator)), y[picked])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item()
        print(f"epoch {epoch + 1:2d} of {epochs}: loss {total / (len(x) // batch):.3f}", flush=True)


def top1(net, x, labels):
    net.eval()
    with torch.no_grad():
        return float((net(x).argmax(1).numpy() == labels).mean())


def export(net, path):
    """Opset 11, ir_version 6, BatchNormalization kept as nodes of their own, nothing of the machine in it."""
    net.eval()
    buffer = io.BytesIO()
    torch.onnx.export(net, torch.zeros(1, 3, shapes.SIDE, shapes.SIDE), buffer, opset_version=11,
                      training=torch.onnx.TrainingMode.PRESERVE, keep_initializers_as_inputs=False,
                      input_names=["input"], output_names=["scores"])
    model = onnx.load_from_string(buffer.getvalue())
    model.ir_version = 6
    model.producer_name, model.producer_version = "fixpoint make-sample.py", ""
    model.graph.name = "sample"
    for node in model.graph.node:
        node.ClearField("doc_string")
    onnx.checker.check_model(model)
    path.write_bytes(model.SerializeToString(deterministic=True))


def save_pictures(folder, pixels):
    folder.mkdir(parents=True)
    names = [f"{i:03d}.png" for i in range(len(pixels))]
    for name, picture in zip(names, pixels):
        Image.fromarray(picture).save(folder / name, optimize=True)
    return names


def load_pictures(folder, names):
    return np.stack([np.asarray(Image.open(folder / name).convert("RGB")) for name in names])


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--output", type=Path, default=Path(__file__).parents[2] / "data" / "sample")
    parser.add_argument("--epochs", type=int, default=14)
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(SEED)

    pixels, labels = pictures(TRAIN, 0)
    print(f"drew {TRAIN} pictures to train on", flush=True)
    net = SampleNet()
    train(net, as_input(pixels), torch.from_numpy(labels), options.epochs)

    out = options.output
    for part in ("calibration", "test"):
        shutil.rmtree(out / part, ignore_errors=True)
    save_pictures(out / "calibration", pictures(CALIBRATION, 1)[0])
    pixels, labels = pictures(TEST, 2)
    names = save_pictures(out / "test", pixels)
    (out / "test" / "labels.txt").write_text(
        "".join(f"{name} {label} {shapes.KINDS[label]}\n" for name, label in zip(names, labels)))
    export(net, out / "sample.onnx")

    accuracy = top1(net, as_input(load_pictures(out / "test", names)), labels)
    (out / "sample.json").write_text(json.dumps({
        "model": "sample.onnx",
        "input": {"name": "input", "shape": [1, 3, shapes.SIDE, shapes.SIDE], "dtype": "float32"},
        "output": {"name": "scores", "shape": [1, len(shapes.KINDS)], "dtype": "float32"},
        "preprocess": PREPROCESS,
        "classes": shapes.KINDS,
        "calibration": "calibration",
        "test": "test",
        "labels": "test/labels.txt",
        "float_top1": round(accuracy, 4),
        "measured_with": f"torch {torch.__version__} on the {TEST} files of test/",
    }, indent=2) + "\n")
    print(f"top-1 on the {TEST} test pictures: {100 * accuracy:.1f} %")


if __name__ == "__main__":
    main()
