"""The YOLO family, version 5 to 26: every version is a list of layers in the order and numbering of its published table.

SPDX-License-Identifier: Apache-2.0
"""
from functools import partial
from math import ceil

import torch
from torch import nn

from .network import SOFTMAX16, SOFTMAX8, Network
from .yolo_blocks import (A2C2f, AConv, ADown, BottleneckCsp, C2f, C3, Elan1, Psa, RepNcspElan, Spp, Sppf, attention_block,
                          bottleneck, cib, scdown, unit)
from .yolo_heads import Anchored, Classify, Detect, Pose, Segment


class Focus(nn.Module):
    """Four pixels become channels, then a convolution."""

    def __init__(self, c_in, c_out, act):
        super().__init__()
        self.conv = unit(4 * c_in, c_out, 3, act=act)

    def forward(self, x):
        return self.conv(torch.cat([x[..., i::2, j::2] for j in (0, 1) for i in (0, 1)], 1))


class Table(nn.Module):
    """Layers that read earlier ones by number; a layer that reads several joins their channels."""

    def __init__(self, depth=1.0, width=1.0, most=1024):
        super().__init__()
        self.depth, self.width, self.most = depth, width, most
        self.layers, self.sources, self.channels = nn.ModuleList(), [], []
        self.head = None

    def scaled(self, channels):
        return ceil(min(channels, self.most) * self.width / 8) * 8

    def times(self, n):
        return max(round(n * self.depth), 1) if n > 1 else n

    def add(self, make, channels, *args, source=-1, scale=True):
        """Append make(c_in, c_out, *args)."""
        c_out = self.scaled(channels) if scale else channels
        c_in = self.channels[source] if self.channels else 3
        return self._append(make(c_in, c_out, *args), c_out, (source,))

    def _append(self, layer, channels, sources):
        self.sources.append([s % len(self.layers) if self.layers else -1 for s in sources])
        self.layers.append(layer)
        self.channels.append(channels)
        return len(self.layers) - 1

    def up(self):
        self._append(nn.Upsample(scale_factor=2.0, mode="nearest"), self.channels[-1], (-1,))

    def join(self, *sources):
        self._append(nn.Identity(), sum(self.channels[s] for s in sources), sources)

    def up_join(self, source):
        self.up()
        self.join(-1, source)

    def finish(self, head, *sources):
        self.read = sources
        self.head = head([self.channels[s] for s in sources])
        self.outputs = self.head.outputs
        return self

    def forward(self, x):
        values = []
        for layer, sources in zip(self.layers, self.sources):
            inputs = [values[s] if s >= 0 else x for s in sources]
            values.append(layer(inputs[0] if len(inputs) == 1 else torch.cat(inputs, 1)))
        return self.head([values[s] for s in self.read])


def v5_v2(depth, width):
    """Release 2.0: focus, older CSP stages, leaky activations."""
    t = Table(depth, width)
    act = partial(nn.LeakyReLU, 0.1)
    down = partial(unit, act=act)
    csp = lambda channels, n, shortcut=True: t.add(BottleneckCsp, channels, t.times(n), shortcut, act)
    t.add(Focus, 64, act)
    t.add(down, 128, 3, 2), csp(128, 3), t.add(down, 256, 3, 2), csp(256, 9), t.add(down, 512, 3, 2), csp(512, 9)
    t.add(down, 1024, 3, 2), t.add(Spp, 1024, act), csp(1024, 3, False)
    t.add(down, 512), t.up_join(6), csp(512, 3, False)
    t.add(down, 256), t.up_join(4), csp(256, 3, False)
    t.add(down, 256, 3, 2), t.join(-1, 14), csp(512, 3, False)
    t.add(down, 512, 3, 2), t.join(-1, 10), csp(1024, 3, False)
    return t.finish(Anchored, 17, 20, 23)


def v5(depth, width, head=Anchored):
    """Release 7.0, and with YOLOv8's head the "u" models."""
    t = Table(depth, width)
    c3 = lambda channels, n, shortcut=True: t.add(C3, channels, t.times(n), shortcut)
    t.add(lambda a, b: nn.Sequential(nn.Conv2d(a, b, 6, 2, 2, bias=False), nn.BatchNorm2d(b), nn.SiLU()), 64)
    t.add(unit, 128, 3, 2), c3(128, 3), t.add(unit, 256, 3, 2), c3(256, 6), t.add(unit, 512, 3, 2), c3(512, 9)
    t.add(unit, 1024, 3, 2), c3(1024, 3), t.add(Sppf, 1024)
    t.add(unit, 512), t.up_join(6), c3(512, 3, False)
    t.add(unit, 256), t.up_join(4), c3(256, 3, False)
    t.add(unit, 256, 3, 2), t.join(-1, 14), c3(512, 3, False)
    t.add(unit, 512, 3, 2), t.join(-1, 10), c3(1024, 3, False)
    return t.finish(head, 17, 20, 23)


def v8_stage(t, channels, n, shortcut):
    t.add(C2f, channels, t.times(n), partial(lambda s, c: bottleneck(c, c, s, expand=1.0), shortcut))


def v8(depth, width, most, head):
    t = Table(depth, width, most)
    c2f = partial(v8_stage, t)
    t.add(unit, 64, 3, 2), t.add(unit, 128, 3, 2), c2f(128, 3, True), t.add(unit, 256, 3, 2), c2f(256, 6, True)
    t.add(unit, 512, 3, 2), c2f(512, 6, True), t.add(unit, 1024, 3, 2), c2f(1024, 3, True)
    if head is Classify:
        return t.finish(head, 8)
    t.add(Sppf, 1024)
    t.up_join(6), c2f(512, 3, False), t.up_join(4), c2f(256, 3, False)
    t.add(unit, 256, 3, 2), t.join(-1, 12), c2f(512, 3, False)
    t.add(unit, 512, 3, 2), t.join(-1, 9), c2f(1024, 3, False)
    if head is Segment:
        head = partial(Segment, masks=t.scaled(256))
    return t.finish(partial(head, light=False), 15, 18, 21)


def v9_aconv(stem, first, channels, n, head):
    """Sizes t, s and m: `channels` of the three levels."""
    t = Table()
    add = partial(t.add, scale=False)
    elan = lambda c: add(RepNcspElan, c, c, c // 2, n)
    a, b, c = channels
    add(unit, stem, 3, 2), add(unit, 2 * stem, 3, 2), add(*first)
    add(AConv, a), elan(a), add(AConv, b), elan(b), add(AConv, c), elan(c)
    add(lambda x, y: Sppf(x, y, hidden=c // 2), c)
    t.up_join(6), elan(b), t.up_join(4), elan(a)
    add(AConv, b // 2), t.join(-1, 12), elan(b)
    add(AConv, c // 2), t.join(-1, 9), elan(c)
    return t.finish(head, 15, 18, 21)


def v9c(head):
    t = Table()
    add = partial(t.add, scale=False)
    elan = lambda c, c3, c4: add(RepNcspElan, c, c3, c4, 1)
    add(unit, 64, 3, 2), add(unit, 128, 3, 2), elan(256, 128, 64), add(ADown, 256), elan(512, 256, 128), add(ADown, 512)
    elan(512, 512, 256), add(ADown, 512), elan(512, 512, 256), add(lambda x, y: Sppf(x, y, hidden=256), 512)
    t.up_join(6), elan(512, 512, 256), t.up_join(4), elan(256, 256, 128)
    add(ADown, 256), t.join(-1, 12), elan(512, 512, 256)
    add(ADown, 512), t.join(-1, 9), elan(512, 512, 256)
    return t.finish(partial(head, light=False), 15, 18, 21)


class V9e(nn.Module):
    """Size e: a second backbone that takes in the first one's levels, each as 1 x 1 convolutions."""

    LEVELS = (64, 128), (256, 128, 64), (512, 256, 128), (1024, 512, 256), (1024, 512, 256)

    def __init__(self, head):
        super().__init__()
        stage = lambda c_in, c_out, c3, c4: RepNcspElan(c_in, c_out, c3, c4, 2)
        wide = [64, 256, 512, 1024, 1024]  # the backbone's channels at stride 2, 4, 8, 16, 32
        fused = [64, 128, 256, 512, 1024]  # the channels handed over at each of them

        def backbone():
            return nn.ModuleList([unit(3, 64, 3, 2), nn.Sequential(unit(64, 128, 3, 2), stage(128, 256, 128, 64)),
                                  nn.Sequential(ADown(256, 256), stage(256, 512, 256, 128)),
                                  nn.Sequential(ADown(512, 512), stage(512, 1024, 512, 256)),
                                  nn.Sequential(ADown(1024, 1024), stage(1024, 1024, 512, 256))])

        self.first, self.links = backbone(), nn.ModuleList(nn.Conv2d(c, sum(fused[:i + 1]), 1) for i, c in enumerate(wide))
        self.fused = fused
        self.stem, self.downs = unit(3, 64, 3, 2), nn.ModuleList([unit(64, 128, 3, 2), ADown(256, 256), ADown(512, 512),
                                                                  ADown(1024, 1024)])
        self.stages = nn.ModuleList([stage(128, 256, 128, 64), stage(256, 512, 256, 128), stage(512, 1024, 512, 256),
                                     stage(1024, 1024, 512, 256)])
        self.pyramid = Sppf(1024, 512, hidden=256)
        one = lambda c_in, c_out, c3, c4: RepNcspElan(c_in, c_out, c3, c4, 2)
        self.up = nn.Upsample(scale_factor=2.0, mode="nearest")
        self.p4, self.p3 = one(512 + 1024, 512, 512, 256), one(512 + 512, 256, 256, 128)
        self.d3, self.n4 = ADown(256, 256), one(256 + 512, 512, 512, 256)
        self.d4, self.n5 = ADown(512, 512), one(512 + 512, 512, 1024, 512)
        self.head = head([256, 512, 512], light=False)
        self.outputs = self.head.outputs

    def forward(self, x):
        links, y = [], x
        for layer, link in zip(self.first, self.links):
            y = layer(y)
            links.append(link(y).split(self.fused[:len(links) + 1], 1))

        def fuse(y, level):
            for depth in range(level, 5):
                part = links[depth][level]
                scale = 2 ** (depth - level)
                y = y + (part if scale == 1 else nn.functional.interpolate(part, scale_factor=float(scale), mode="nearest"))
            return y

        y, levels = fuse(self.stem(x), 0), []
        for i, (down, stage) in enumerate(zip(self.downs, self.stages)):
            y = stage(fuse(down(y), i + 1))
            levels.append(y)
        y = self.pyramid(y)
        p4 = self.p4(torch.cat((self.up(y), levels[2]), 1))
        p3 = self.p3(torch.cat((self.up(p4), levels[1]), 1))
        n4 = self.n4(torch.cat((self.d3(p3), p4), 1))
        n5 = self.n5(torch.cat((self.d4(n4), y), 1))
        return self.head([p3, n4, n5])


def v10(depth, width, most, compact, head=Detect):
    """`compact`: numbers of the layers of compact inverted blocks, those with large kernels negated."""
    t = Table(depth, width, most)

    def stage(channels, n, shortcut):
        number = len(t.layers)
        if number in compact or -number in compact:
            t.add(C2f, channels, t.times(n), lambda c: cib(c, -number in compact))
        else:
            v8_stage(t, channels, n, shortcut)

    t.add(unit, 64, 3, 2), t.add(unit, 128, 3, 2), stage(128, 3, True), t.add(unit, 256, 3, 2), stage(256, 6, True)
    t.add(scdown, 512), stage(512, 6, True), t.add(scdown, 1024), stage(1024, 3, True)
    t.add(Sppf, 1024), t.add(lambda a, b: Psa(a), 1024)
    t.up_join(6), stage(512, 3, False), t.up_join(4), stage(256, 3, False)
    t.add(unit, 256, 3, 2), t.join(-1, 13), stage(512, 3, False)
    t.add(scdown, 512), t.join(-1, 10), stage(1024, 3, False)
    return t.finish(head, 16, 19, 22)


def v11_stage(t, deep, attention=False):
    """C3k2; large sizes have the deeper step everywhere."""
    large = t.most == 512

    def step(c):
        if attention:
            return nn.Sequential(bottleneck(c, c), attention_block(c))
        return C3(c, c, 2, kernels=(3, 3)) if deep or large else bottleneck(c, c)
    return step


def v11(depth, width, most, head, second=False):
    """`second`: YOLO26, with deeper neck stages, attention in the last one, and no distribution of box sides."""
    t = Table(depth, width, most)
    c3k2 = lambda channels, deep, expand=0.5, n=2, attention=False: t.add(
        C2f, channels, t.times(n), v11_stage(t, deep, attention), expand)
    t.add(unit, 64, 3, 2), t.add(unit, 128, 3, 2), c3k2(256, False, 0.25), t.add(unit, 256, 3, 2), c3k2(512, False, 0.25)
    t.add(unit, 512, 3, 2), c3k2(512, True), t.add(unit, 1024, 3, 2), c3k2(1024, True)
    if head is Classify:
        t.add(lambda a, b: Psa(a, t.times(2)), 1024)
        return t.finish(head, 9)
    t.add(partial(Sppf, act=None, shortcut=True) if second else Sppf, 1024), t.add(lambda a, b: Psa(a, t.times(2)), 1024)
    t.up_join(6), c3k2(512, second), t.up_join(4), c3k2(256, second)
    t.add(unit, 256, 3, 2), t.join(-1, 13), c3k2(512, second)
    t.add(unit, 512, 3, 2), t.join(-1, 10)
    c3k2(1024, True, n=1, attention=True) if second else c3k2(1024, True)
    if isinstance(head, type) and issubclass(head, Segment):
        head = partial(head, masks=t.scaled(256))
    return t.finish(partial(head, bins=1) if second else head, 16, 19, 22)


def v12(depth, width, most, head=Detect):
    t = Table(depth, width, most)
    large = width >= 1.0 and depth == 1.0
    c3k2 = lambda channels, deep, expand=0.5: t.add(C2f, channels, t.times(2), v11_stage(t, deep), expand)
    area = lambda channels, n, areas: t.add(A2C2f, channels, t.times(n), areas, large, 1.2 if large else 2.0)
    t.add(unit, 64, 3, 2), t.add(unit, 128, 3, 2), c3k2(256, False, 0.25), t.add(unit, 256, 3, 2), c3k2(512, False, 0.25)
    t.add(unit, 512, 3, 2), area(512, 4, 4), t.add(unit, 1024, 3, 2), area(1024, 4, 1)
    t.up_join(6), area(512, 2, 0), t.up_join(4), area(256, 2, 0)
    t.add(unit, 256, 3, 2), t.join(-1, 11), area(512, 2, 0)
    t.add(unit, 512, 3, 2), t.join(-1, 8), c3k2(1024, True)
    return t.finish(head, 14, 17, 20)


class OpenVocabulary(Segment):
    """YOLOE without prompts: an embedding of 512 numbers and its products with a vocabulary, the same at every level."""

    def __init__(self, channels, masks):
        super().__init__(channels, masks, 512)
        words = nn.Conv2d(512, 4585, 1)
        for branch in self.parts["cls"]:
            branch.append(words)


SIZES = {
    "v5": {"n": (0.33, 0.25), "s": (0.33, 0.5), "m": (0.67, 0.75), "l": (1.0, 1.0), "x": (1.33, 1.25)},
    "v8": {"n": (0.33, 0.25, 1024), "s": (0.33, 0.5, 1024), "m": (0.67, 0.75, 768), "l": (1.0, 1.0, 512),
           "x": (1.0, 1.25, 512)},
    "v8-cls": {"n": (0.33, 0.25, 1024), "s": (0.33, 0.5, 1024), "m": (0.67, 0.75, 1024), "l": (1.0, 1.0, 1024),
               "x": (1.0, 1.25, 1024)},
    "v11": {"n": (0.5, 0.25, 1024), "s": (0.5, 0.5, 1024), "m": (0.5, 1.0, 512), "l": (1.0, 1.0, 512),
            "x": (1.0, 1.5, 512)},
    "v10": {"n": (0.33, 0.25, 1024, (-22,)), "s": (0.33, 0.5, 1024, (-8, -22)), "m": (0.67, 0.75, 768, (8, 19, 22)),
            "b": (0.67, 1.0, 512, (8, 13, 19, 22)), "l": (1.0, 1.0, 512, (8, 13, 19, 22)),
            "x": (1.0, 1.25, 512, (6, 8, 13, 19, 22))},
}
V9 = {
    "t": partial(v9_aconv, 16, (Elan1, 32, 32, 16), (64, 96, 128), 3),
    "s": partial(v9_aconv, 32, (Elan1, 64, 64, 32), (128, 192, 256), 3),
    "m": partial(v9_aconv, 32, (RepNcspElan, 128, 128, 64, 1), (240, 360, 480), 1),
    "c": v9c, "e": V9e,
}
TASKS = {"": Detect, "-seg": Segment, "-pose": Pose, "-cls": Classify}


def _row(name, build, *published, side=640, options=SOFTMAX8, **more):
    return Network(name, build, (side, side), published or (name,), options=options, **more)


def _every(version, build, suffixes, pattern, **more):
    """One row for each size and task."""
    rows = []
    for suffix in suffixes:
        sizes = SIZES.get(version + suffix) or SIZES[version]
        for size, numbers in sizes.items():
            name = pattern.format(size) + suffix
            tail = {"": "", "-seg": "-Seg", "-pose": "-Pose", "-cls": "-CLS"}[suffix]
            names = {name, pattern.format(size) + tail, f"{pattern.format(size)} {tail[1:].capitalize() or 'Detect'}"}
            rows.append(_row(name.lower(), partial(build, *numbers, TASKS[suffix], **more), *sorted(names),
                             side=224 if suffix == "-cls" else 640))
    return rows


NETWORKS = [
    *[_row(f"yolov5{s}_v2.0", partial(v5_v2, *n), f"YOLOv5{s}_v2.0") for s, n in SIZES["v5"].items()],
    *[_row(f"yolov5{s}_v7.0", partial(v5, *n), f"YOLOv5{s}_v7.0") for s, n in SIZES["v5"].items()],
    *[_row(f"yolov5{s}u", partial(v5, *n, partial(Detect, light=False)), f"YOLOv5{s}u") for s, n in SIZES["v5"].items()],
    *_every("v8", v8, ("", "-seg", "-pose", "-cls"), "YOLOv8{}"),
    *[_row(f"yolov9{s}", partial(build, partial(Detect, light=False) if s in "tsm" else Detect), f"YOLOv9{s}")
      for s, build in V9.items()],
    *[_row(f"yolov9{s}-seg", partial(V9[s], partial(Segment, masks=256)), f"YOLOv9{s}-Seg") for s in "ce"],
    *[_row(f"yolov10{s}", partial(v10, *n), f"YOLOv10{s}") for s, n in SIZES["v10"].items()],
    *_every("v11", v11, ("", "-seg", "-pose", "-cls"), "YOLO11{}"),
    *[_row(f"yolo12{s}", partial(v12, *n), f"YOLO12{s}") for s, n in SIZES["v11"].items()],
    *_every("v11", v11, ("", "-seg", "-pose", "-cls"), "YOLO26{}", second=True),
    _row("yoloe-11s-seg-pf", partial(v11, *SIZES["v11"]["s"], OpenVocabulary), "YOLOE-11S-Seg", options=SOFTMAX16,
         note="vocabulary of 4,585 words as a convolution behind the embedding"),
]
