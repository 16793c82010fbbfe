"""What the demo's pictures are drawn on: flat forms in a hub's own colours, smooth at the edges."""

from __future__ import annotations

import io
from collections.abc import Iterable
from dataclasses import dataclass
from math import cos, radians, sin

from PIL import Image, ImageDraw

from hubapp.cli.faces import colours

WIDTH, HEIGHT = 400, 300  # of all coordinates
_DRAWN, _SHOWN = 6, 3  # pixels of a unit while it is drawn, and in the file
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Palette:
    """A hub's two colours, and what lies between them, white and night."""

    primary: str
    accent: str

    def light(self, share: float = 0.8) -> str:
        """The primary colour with so much white in it."""
        return mixed(self.primary, "#fffdf8", share)

    def dark(self, share: float = 0.5) -> str:
        """The primary colour with so much of the night in it."""
        return mixed(self.primary, "#10131f", share)

    def warm(self, share: float = 0.6) -> str:
        """The accent colour with so much white in it."""
        return mixed(self.accent, "#fffdf8", share)

    def deep(self, share: float = 0.35) -> str:
        """The accent colour with so much of the night in it."""
        return mixed(self.accent, "#10131f", share)


def mixed(one: str, other: str, share: float) -> str:
    """A colour between two, `share` of the way to the other."""
    return "#{:02x}{:02x}{:02x}".format(*colours.mixed(colours.hexed(one), colours.hexed(other), share))


class Sheet:
    """Paper of 400 by 300 units; the first one is at the top left."""

    def __init__(self, ground: str) -> None:
        self.image = Image.new("RGB", (WIDTH * _DRAWN, HEIGHT * _DRAWN), ground)
        self.pen = ImageDraw.Draw(self.image)

    def box(self, x: float, y: float, width: float, height: float, colour: str, *, round_: float = 0) -> None:
        """A rectangle by its corner and sides."""
        self.pen.rounded_rectangle(_scaled(x, y, x + width, y + height), round_ * _DRAWN, fill=colour)

    def disc(self, x: float, y: float, radius: float, colour: str, *, tall: float = 0) -> None:
        """A circle around a point, or an ellipse `tall` high to either side."""
        high = tall or radius
        self.pen.ellipse(_scaled(x - radius, y - high, x + radius, y + high), fill=colour)

    def ring(self, x: float, y: float, radius: float, colour: str, *, width: float) -> None:
        """The line of a circle."""
        outer = radius + width / 2
        self.pen.ellipse(
            _scaled(x - outer, y - outer, x + outer, y + outer), outline=colour, width=round(width * _DRAWN)
        )

    def arc(self, x: float, y: float, radius: float, between: tuple[float, float], colour: str, width: float) -> None:
        """A piece of that line, between two angles in degrees, clockwise from three o'clock."""
        outer = radius + width / 2
        self.pen.arc(
            _scaled(x - outer, y - outer, x + outer, y + outer), *between, fill=colour, width=round(width * _DRAWN)
        )

    def half(self, x: float, y: float, radius: float, colour: str, *, up: bool = True) -> None:
        """Half a disc that stands on its straight side, or hangs from it."""
        angles = (180, 360) if up else (0, 180)
        self.pen.pieslice(_scaled(x - radius, y - radius, x + radius, y + radius), *angles, fill=colour)

    def form(self, points: Iterable[Point], colour: str) -> None:
        """A polygon."""
        self.pen.polygon([(x * _DRAWN, y * _DRAWN) for x, y in points], fill=colour)

    def line(self, points: Iterable[Point], colour: str, width: float) -> None:
        """A line through points, round at its ends."""
        found = list(points)
        self.pen.line([(x * _DRAWN, y * _DRAWN) for x, y in found], colour, round(width * _DRAWN), joint="curve")
        for x, y in (found[0], found[-1]):
            self.disc(x, y, width / 2, colour)

    def png(self) -> bytes:
        """The picture as a file."""
        out = io.BytesIO()
        self.image.resize((WIDTH * _SHOWN, HEIGHT * _SHOWN), Image.Resampling.LANCZOS).save(out, "PNG")
        return out.getvalue()


def around(x: float, y: float, radius: float, angle: float) -> Point:
    """The point at this angle in degrees on a circle, clockwise from three o'clock."""
    return x + radius * cos(radians(angle)), y + radius * sin(radians(angle))


def _scaled(*values: float) -> tuple[float, ...]:
    return tuple(value * _DRAWN for value in values)
