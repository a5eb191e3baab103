"""YOLOv13: separable stages, area attention, and a hypergraph over three levels whose result feeds all of the neck.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial

import torch
from torch import nn

from .network import SOFTMAX8, Network
from .yolo import SIZES, Table
from .yolo_blocks import A2C2f, C2f, unit
from .yolo_heads import Detect


def separable(c_in, c_out, kernel=3, stride=1):
    """Depthwise and 1 x 1 convolution, one norm, one activation."""
    return nn.Sequential(nn.Conv2d(c_in, c_in, kernel, stride, kernel // 2, groups=c_in, bias=False),
                         nn.Conv2d(c_in, c_out, 1, bias=False), nn.BatchNorm2d(c_out), nn.SiLU())


class Step(nn.Module):
    """Two separable convolutions with a shortcut."""

    def __init__(self, c, kernel):
        super().__init__()
        self.f = nn.Sequential(separable(c, c, 3), separable(c, c, kernel))

    def forward(self, x):
        return x + self.f(x)


class Csp(nn.Module):
    """CSP stage of two steps."""

    def __init__(self, c, kernel=5):
        super().__init__()
        self.a, self.b, self.out = unit(c, c // 2), unit(c, c // 2), unit(c, c)
        self.chain = nn.Sequential(Step(c // 2, kernel), Step(c // 2, kernel))

    def forward(self, x):
        return self.out(torch.cat((self.chain(self.a(x)), self.b(x)), 1))


class Hypergraph(nn.Module):
    """Soft membership of every pixel in `edges` groups, made from the picture's own mean and maximum."""

    def __init__(self, c, edges):
        super().__init__()
        self.c, self.edges, self.heads = c, edges, c // 16
        self.a, self.b, self.out = unit(c, c), unit(c, c), unit(2 * c, c)
        self.base = nn.Parameter(torch.zeros(1, edges, c, 1))
        self.context, self.project = nn.Conv2d(2 * c, edges * c, 1), nn.Conv2d(c, c, 1)
        self.edge, self.node = (nn.Sequential(nn.Conv2d(c, c, 1), nn.GELU()) for _ in range(2))

    def mix(self, x):
        c, edges, heads = self.c, self.edges, self.heads
        h, w = x.shape[2:]
        context = torch.cat((nn.functional.adaptive_avg_pool2d(x, 1), nn.functional.adaptive_max_pool2d(x, 1)), 1)
        groups = (self.context(context).reshape(1, edges, c, 1) + self.base).reshape(1, edges, heads, c // heads)
        pixels = self.project(x).reshape(1, heads, c // heads, h * w)
        scores = (groups.permute(0, 2, 1, 3) @ pixels) * (c // heads) ** -0.5
        member = scores.mean(1, keepdim=True).softmax(-1)                      # [1, 1, edges, pixels]
        gathered = x.reshape(1, 1, c, h * w) @ member.transpose(-2, -1)          # [1, 1, c, edges]
        gathered = self.edge(gathered.reshape(1, c, edges, 1)).reshape(1, 1, c, edges)
        return self.node((gathered @ member).reshape(1, c, h, w)) + x

    def forward(self, x):
        return self.out(torch.cat((self.mix(self.a(x)), self.b(x)), 1))


class HyperAce(nn.Module):
    """The three levels joined at the middle one's size, two hypergraphs and a chain of convolutions."""

    def __init__(self, channels, c_out, n, edges):
        super().__init__()
        c = c_out // 2
        self.down, self.up = nn.AvgPool2d(2), nn.Upsample(scale_factor=2.0, mode="nearest")
        self.c, self.join = c, unit(sum(channels), channels[1])
        self.head, self.out = unit(channels[1], 3 * c), unit((4 + n) * c, c_out)
        self.graphs = nn.ModuleList(Hypergraph(c, edges) for _ in range(2))
        self.steps = nn.ModuleList(Csp(c, 7) for _ in range(n))

    def forward(self, levels):
        x = self.join(torch.cat((self.down(levels[0]), levels[1], self.up(levels[2])), 1))
        a, b, c = self.head(x).split((self.c, self.c, self.c), 1)
        parts = [a, self.graphs[0](b), c]
        for step in self.steps:
            parts.append(step(parts[-1]))
        return self.out(torch.cat(parts + [self.graphs[1](b)], 1))


class Tunnel(nn.Module):
    """x + gate · y"""

    def __init__(self):
        super().__init__()
        self.gate = nn.Parameter(torch.zeros(1, 1, 1, 1))

    def forward(self, x, y):
        return x + self.gate * y


class YoloV13(nn.Module):
    def __init__(self, depth, width, most, edges):
        super().__init__()
        t = Table(depth, width, most)
        c, n, large = t.scaled, t.times, most == 512 and depth == 1.0
        stage = lambda c_in, c_out, deep, expand=0.5: C2f(c_in, c_out, n(2), (lambda k: Csp(k)) if deep else
                                                          (lambda k: Step(k, 7)), expand)
        area = lambda k, areas: A2C2f(k, k, n(4), areas, large, 1.2 if large else 2.0)
        c2, c3, c4, c5 = c(256), c(512), c(512), c(1024)
        large = most == 512
        self.p3 = nn.Sequential(unit(3, c(64), 3, 2), unit(c(64), c(128), 3, 2, 2), stage(c(128), c2, large, 0.25),
                                unit(c2, c2, 3, 2, 4), stage(c2, c3, large, 0.25))
        self.p4 = nn.Sequential(separable(c3, c4, 3, 2), area(c4, 4))
        self.p5 = nn.Sequential(separable(c4, c5, 3, 2), area(c5, 1))
        self.ace = HyperAce([c3, c4, c5], c(512), n(2), edges)
        self.up, self.pool = nn.Upsample(scale_factor=2.0, mode="nearest"), nn.AvgPool2d(2)
        self.wide = unit(c(512), c5) if c5 != c(512) else nn.Identity()
        self.tunnels = nn.ModuleList(Tunnel() for _ in range(7))
        self.n4, self.n3 = stage(c4 + c5, c(512), True), stage(c3 + c(512), c(256), True)
        self.thin = unit(c(512), c(256))
        self.d3, self.o4 = unit(c(256), c(256), 3, 2), stage(c(256) + c(512), c(512), True)
        self.d4, self.o5 = unit(c(512), c(512), 3, 2), stage(c(512) + c5, c5, True)
        self.head = Detect([c(256), c(512), c5])
        self.outputs = self.head.outputs

    def forward(self, x):
        p3 = self.p3(x)
        p4 = self.p4(p3)
        p5 = self.p5(p4)
        same = self.ace([p3, p4, p5])
        fine, coarse = self.up(same), self.wide(self.pool(same))
        t = self.tunnels
        p4, p3, p5 = t[0](p4, same), t[1](p3, fine), t[2](p5, coarse)
        n4 = self.n4(torch.cat((self.up(p5), p4), 1))
        n3 = self.n3(torch.cat((self.up(n4), p3), 1))
        n3, joined4 = t[3](n3, self.thin(fine)), t[4](n4, same)
        o4 = self.o4(torch.cat((self.d3(n3), joined4), 1))
        o5 = self.o5(torch.cat((self.d4(o4), p5), 1))
        return self.head([n3, t[5](o4, same), t[6](o5, coarse)])


NETWORKS = [Network(f"yolov13{size}", partial(YoloV13, *SIZES["v11"][size], edges), (640, 640), (f"YOLOv13{size}",),
                    options=SOFTMAX8)
            for size, edges in (("n", 4), ("s", 8), ("l", 8), ("x", 12))]
