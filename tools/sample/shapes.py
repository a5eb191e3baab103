"""Draws the pictures of the built-in sample: one shape or pattern of ten kinds in front of clutter.

draw(kind, rng) is a pure function of the kind and of the generator's state. What makes the pictures hard: any
rotation, size and place (partly outside too), low contrast, shading, clutter, lines across the shape, blur, noise.

SPDX-License-Identifier: Apache-2.0
"""
import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIDE = 64
FINE = 3 * SIDE  # drawn three times as large, then averaged down
KINDS = ("circle", "square", "triangle", "star", "cross", "ring", "stripes", "checker", "crescent", "arrow")

ARROW = ((0.0, -1.0), (0.75, -0.15), (0.28, -0.15), (0.28, 0.95), (-0.28, 0.95), (-0.28, -0.15), (-0.75, -0.15))
CROSS = ((-0.3, -0.95), (0.3, -0.95), (0.3, -0.3), (0.95, -0.3), (0.95, 0.3), (0.3, 0.3),
         (0.3, 0.95), (-0.3, 0.95), (-0.3, 0.3), (-0.95, 0.3), (-0.95, -0.3), (-0.3, -0.3))


def regular(n, phase=0.0, inner=None):
    """The corners of a regular polygon with circumradius 1, or of an n-pointed star with that inner radius."""
    radii = (1.0,) if inner is None else (1.0, inner)
    count = n * len(radii)
    return [(radii[i % len(radii)] * math.sin(phase + 2 * math.pi * i / count),
             -radii[i % len(radii)] * math.cos(phase + 2 * math.pi * i / count)) for i in range(count)]


OUTLINES = {
    "square": regular(4, math.pi / 4),
    "triangle": regular(3),
    "star": regular(5, inner=0.42),
    "cross": CROSS,
    "arrow": ARROW,
}


class Place:
    """Where a shape of unit size lands: center, radius, angle and stretch, in fine pixels."""

    def __init__(self, rng):
        self.radius = FINE * rng.uniform(0.17, 0.40)
        self.x, self.y = FINE / 2 + rng.uniform(-0.2, 0.2, 2) * FINE
        self.stretch = rng.uniform(0.85, 1.18)
        angle = rng.uniform(0, 2 * math.pi)
        self.cos, self.sin = math.cos(angle), math.sin(angle)

    def polygon(self, points):
        return [(self.x + self.radius * (u * self.stretch * self.cos - v * self.sin),
                 self.y + self.radius * (u * self.stretch * self.sin + v * self.cos)) for u, v in points]

    def unit_coordinates(self):
        """The fine pixel grid seen from the unit shape: u, v as FINE x FINE arrays."""
        y, x = np.mgrid[0:FINE, 0:FINE]
        dx, dy = (x - self.x) / self.radius, (y - self.y) / self.radius
        return (dx * self.cos + dy * self.sin) / self.stretch, -dx * self.sin + dy * self.cos


def masks(kind, rng):
    """Two masks: where the shape is in its first color, and where in its second (patterns only)."""
    place = Place(rng)
    first = np.zeros((FINE, FINE), bool)
    second = first
    if kind in OUTLINES:
        image = Image.new("1", (FINE, FINE))
        ImageDraw.Draw(image).polygon(place.polygon(OUTLINES[kind]), fill=1)
        return np.asarray(image), second

    u, v = place.unit_coordinates()
    inside = u * u + v * v < 1
    if kind == "circle":
        first = inside
    elif kind == "ring":
        first = inside & (u * u + v * v > rng.uniform(0.5, 0.68) ** 2)
    elif kind == "crescent":
        shift, bite = rng.uniform(0.38, 0.55), rng.uniform(0.78, 0.9)
        first = inside & ((u - shift) ** 2 + v * v > bite * bite)
    else:
        pitch = rng.uniform(0.28, 0.42)
        odd = np.floor(u / pitch) % 2 == 1
        if kind == "checker":
            odd ^= np.floor(v / pitch) % 2 == 1
        first, second = inside & odd, inside & ~odd
    return first, second


def color(rng, away_from=(), least=70.0):
    """A random color, at least that far (Euclidean, 0..255 per channel) from others."""
    while True:
        c = rng.uniform(0, 255, 3)
        if all(np.linalg.norm(c - other) >= least for other in away_from):
            return c


def background(rng):
    """A gradient between two colors, crossed by lines, spots and slabs that are none of the ten kinds."""
    a = color(rng)
    b = np.clip(a + rng.normal(0, 35, 3), 0, 255)
    y, x = np.mgrid[0:FINE, 0:FINE] / FINE
    angle = rng.uniform(0, 2 * math.pi)
    t = np.clip(0.5 + (x - 0.5) * math.cos(angle) + (y - 0.5) * math.sin(angle), 0, 1)[..., None]
    image = Image.fromarray((a * (1 - t) + b * t).astype(np.uint8))
    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(2, 8)):
        fill = tuple(int(c) for c in np.clip((a + b) / 2 + rng.normal(0, 45, 3), 0, 255))
        p, q = rng.uniform(-0.1, 1.1, (2, 2)) * FINE
        what = rng.integers(3)
        if what == 0:
            pen.line([tuple(p), tuple(q)], fill=fill, width=int(rng.integers(2, 14)))
        elif what == 1:
            r = rng.uniform(0.01, 0.05) * FINE
            pen.ellipse([p[0] - r, p[1] - r, p[0] + r, p[1] + r], fill=fill)
        else:
            pen.polygon([tuple(p), tuple(q), tuple(p + rng.normal(0, 0.15, 2) * FINE)], fill=fill)
    return image, (a + b) / 2


def draw(kind, rng):
    """One SIDE x SIDE RGB picture as a uint8 array [SIDE, SIDE, 3]."""
    image, behind = background(rng)
    paint = color(rng, [behind])
    first, second = masks(kind, rng)
    pixels = np.asarray(image).astype(np.float32)
    shade = rng.uniform(0.75, 1.1) + rng.uniform(-0.25, 0.25) * (np.mgrid[0:FINE, 0:FINE][0] / FINE)
    pixels = np.where(first[..., None], paint * shade[..., None], pixels)
    pixels = np.where(second[..., None], color(rng, [paint], 90.0) * shade[..., None], pixels)
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))

    pen = ImageDraw.Draw(image)
    for _ in range(rng.integers(0, 3)):  # something in front of it
        p, q = rng.uniform(0, 1, (2, 2)) * FINE
        pen.line([tuple(p), tuple(q)], fill=tuple(int(c) for c in color(rng)), width=int(rng.integers(2, 10)))

    image = image.reduce(FINE // SIDE)
    if rng.random() < 0.4:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.3, 1.1)))
    pixels = np.asarray(image) + rng.normal(0, rng.uniform(2, 12), (SIDE, SIDE, 3))
    # Five bits a channel: noise in the low bits is what would make the PNG files large.
    return (np.clip(pixels, 0, 255).astype(np.uint8) & 0xF8) | 4
