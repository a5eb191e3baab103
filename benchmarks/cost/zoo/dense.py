"""Networks whose result is a picture: UNet, MODNet, XFeat.

SPDX-License-Identifier: Apache-2.0
"""
import torch
from torch import nn
from torch.nn import functional as F

from .layers import conv, inverted
from .network import Network
from .resnet import torchvision


class UNet(nn.Module):
    """ResNet-18 with four joining steps of two convolutions each, and two more at full size."""

    def __init__(self, classes=21):
        super().__init__()
        self.net = torchvision("resnet18")
        step = lambda c_in, c_out: nn.Sequential(nn.Conv2d(c_in, c_out, 3, 1, 1), nn.ReLU(), nn.Conv2d(c_out, c_out, 3, 1, 1),
                                                 nn.ReLU())
        self.steps = nn.ModuleList([step(256 + 512, 512), step(128 + 512, 256), step(64 + 256, 128), step(64 + 128, 64)])
        self.up = nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=True)
        self.last = nn.Sequential(self.up, step(64, 64), nn.Conv2d(64, classes, 1))

    def forward(self, x):
        n = self.net
        y = n.relu(n.bn1(n.conv1(x)))
        skips = [y]
        y = n.maxpool(y)
        for layer in (n.layer1, n.layer2, n.layer3, n.layer4):
            y = layer(y)
            skips.append(y)
        y = skips.pop()
        for step in self.steps:
            y = step(torch.cat((skips.pop(), self.up(y)), 1))
        return self.last(y)


class HalfInstanceNorm(nn.Module):
    """Batch norm of one half of the channels, instance norm of the other."""

    def __init__(self, c):
        super().__init__()
        self.half = c // 2
        self.batch, self.instance = nn.BatchNorm2d(c // 2), nn.InstanceNorm2d(c - c // 2, affine=False)

    def forward(self, x):
        return torch.cat((self.batch(x[:, :self.half].contiguous()), self.instance(x[:, self.half:].contiguous())), 1)


def ib(c_in, c_out, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(c_in, c_out, kernel, stride, kernel // 2), HalfInstanceNorm(c_out), nn.ReLU())


def bare(c_in, c_out, kernel):
    return nn.Conv2d(c_in, c_out, kernel, 1, kernel // 2)


class ModNet(nn.Module):
    """Portrait matting: a semantic, a detail and a fusing branch on MobileNetV2."""

    def __init__(self):
        super().__init__()
        self.stages, c = nn.ModuleList([conv(3, 32, 3, 2, act=nn.ReLU6)]), 32
        for t, c_out, n, s in ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                               (6, 320, 1, 1)):
            self.stages.append(nn.Sequential(*[inverted(c if i == 0 else c_out, c_out, t, stride=s if i == 0 else 1,
                                                        act=nn.ReLU6) for i in range(n)]))
            c = c_out
        self.stages.append(conv(320, 1280, act=nn.ReLU6))
        self.gate = nn.Sequential(nn.Linear(1280, 320, bias=False), nn.ReLU(), nn.Linear(320, 1280, bias=False), nn.Sigmoid())
        self.lr16, self.lr8 = ib(1280, 96, 5), ib(96, 32, 5)
        self.enc2, self.in2 = ib(16, 32, 1), ib(35, 32, 3, 2)
        self.enc4, self.in4 = ib(24, 32, 1), ib(64, 64, 3)
        self.hr4 = nn.Sequential(ib(99, 64, 3), ib(64, 64, 3), ib(64, 32, 3))
        self.hr2 = nn.Sequential(ib(64, 64, 3), ib(64, 32, 3), ib(32, 32, 3), ib(32, 32, 3))
        self.lr4, self.f2, self.f1 = ib(32, 32, 5), ib(64, 32, 3), nn.Sequential(ib(35, 16, 3), bare(16, 1, 1))

    def forward(self, x):
        scale = lambda y, s: F.interpolate(y, scale_factor=float(s), mode="bilinear", align_corners=False)
        y, taps = x, []
        for i, stage in enumerate(self.stages):
            y = stage(y)
            if i in (1, 2):
                taps.append(y)
        enc2, enc4 = taps
        y = y * self.gate(F.adaptive_avg_pool2d(y, 1).flatten(1)).view(1, 1280, 1, 1)
        lr8 = self.lr8(scale(self.lr16(scale(y, 2)), 2))
        x2, x4 = scale(x, 0.5), scale(x, 0.25)
        enc2 = self.enc2(enc2)
        hr = self.in4(torch.cat((self.in2(torch.cat((x2, enc2), 1)), self.enc4(enc4)), 1))
        lr4 = scale(lr8, 2)
        hr = scale(self.hr4(torch.cat((hr, lr4, x4), 1)), 2)
        hr2 = self.hr2(torch.cat((hr, enc2), 1))
        lr2 = scale(self.lr4(lr4), 2)
        f2 = self.f2(torch.cat((lr2, hr2), 1))
        return torch.sigmoid(self.f1(torch.cat((scale(f2, 2), x), 1)))


class XFeat(nn.Module):
    """Sparse features: descriptors, reliability, and the logits of the key points in cells of 8 x 8."""

    def __init__(self):
        super().__init__()
        self.skip = nn.Sequential(nn.AvgPool2d(4), nn.Conv2d(1, 24, 1))
        self.block1 = nn.Sequential(conv(1, 4, 3), conv(4, 8, 3, 2), conv(8, 8, 3), conv(8, 24, 3, 2))
        self.block2 = nn.Sequential(conv(24, 24, 3), conv(24, 24, 3))
        self.block3 = nn.Sequential(conv(24, 64, 3, 2), conv(64, 64, 3), conv(64, 64))
        self.block4 = nn.Sequential(conv(64, 64, 3, 2), conv(64, 64, 3), conv(64, 64, 3))
        self.block5 = nn.Sequential(conv(64, 128, 3, 2), conv(128, 128, 3), conv(128, 128, 3), conv(128, 64))
        self.fuse = nn.Sequential(conv(64, 64, 3), conv(64, 64, 3), nn.Conv2d(64, 64, 1))
        self.reliability = nn.Sequential(conv(64, 64), conv(64, 64), nn.Conv2d(64, 1, 1), nn.Sigmoid())
        self.points = nn.Sequential(conv(64, 64), conv(64, 64), conv(64, 64), nn.Conv2d(64, 65, 1))
        self.outputs = ["descriptors", "points", "reliability"]

    def forward(self, x):
        h, w = x.shape[2:]
        y = self.block3(self.block2(self.block1(x) + self.skip(x)))
        y4 = self.block4(y)
        y5 = self.block5(y4)
        grow = lambda t: F.interpolate(t, (h // 8, w // 8), mode="bilinear", align_corners=False)
        y = self.fuse(y + grow(y4) + grow(y5))
        # written as published: the exporter makes a Slice, a Transpose and an Unsqueeze of each of the 140 windows
        cells = x.unfold(2, 8, 8).unfold(3, 8, 8).reshape(1, 1, h // 8, w // 8, 64)
        cells = cells.permute(0, 1, 4, 2, 3).reshape(1, 64, h // 8, w // 8)
        return y, self.points(cells), self.reliability(y)


NETWORKS = [
    Network("unet_resnet18", UNet, (512, 512), ("UNet-ResNet18",), note="decoder with as many channels as the encoder"),
    Network("modnet", ModNet, (512, 512), ("MODNet",)),
    Network("xfeat", XFeat, (480, 640), ("XFeat core",), channels=1),
]
