"""A canvas of 100 × 100 for flat shapes with soft edges: drawn large, to be shown small."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PIL import Image, ImageDraw

from hubapp.cli.faces.colours import Colour

Point = tuple[float, float]
SIDE = 192 * 3  # three times the largest size in which it is kept
STEPS = 8


def mirrored(points: Sequence[Point]) -> list[Point]:
    """A half, drawn from top to bottom on the right, made whole."""
    return [*points, *((100 - x, y) for x, y in reversed(points))]


class Sheet:
    """What is drawn on; all measures in hundredths of its side."""

    def __init__(self, ground: Colour) -> None:
        self._picture = Image.new("RGB", (SIDE, SIDE), ground)
        self._draw = ImageDraw.Draw(self._picture)

    def cut(self, left: float, top: float, side: float) -> Image.Image:
        """A square part of it."""
        unit = SIDE / 100
        box = (left * unit, top * unit, (left + side) * unit, (top + side) * unit)
        return self._picture.crop((round(box[0]), round(box[1]), round(box[2]), round(box[3])))

    def oval(self, centre: Point, across: float, down: float, colour: Colour) -> None:
        """An ellipse; `across` and `down` are its radii."""
        (x, y), unit = centre, SIDE / 100
        box = ((x - across) * unit, (y - down) * unit, (x + across) * unit, (y + down) * unit)
        self._draw.ellipse(box, fill=colour)

    def ring(self, centre: Point, across: float, down: float, colour: Colour, width: float) -> None:
        """The outline of an ellipse."""
        (x, y), unit = centre, SIDE / 100
        box = ((x - across) * unit, (y - down) * unit, (x + across) * unit, (y + down) * unit)
        self._draw.ellipse(box, outline=colour, width=round(width * unit))

    def box(self, corner: Point, opposite: Point, colour: Colour, *, round_by: float = 0, width: float = 0) -> None:
        """A rectangle with round corners; with `width` its outline alone."""
        unit = SIDE / 100
        place = (corner[0] * unit, corner[1] * unit, opposite[0] * unit, opposite[1] * unit)
        if width:
            self._draw.rounded_rectangle(place, round_by * unit, outline=colour, width=round(width * unit))
        else:
            self._draw.rounded_rectangle(place, round_by * unit, fill=colour)

    def facet(self, points: Sequence[Point], colour: Colour) -> None:
        """A shape with corners."""
        self._draw.polygon([(x * SIDE / 100, y * SIDE / 100) for x, y in points], fill=colour)

    def blob(self, points: Sequence[Point], colour: Colour) -> None:
        """A shape without corners, through these points."""
        self.facet(_through(points, is_closed=True), colour)

    def stroke(self, points: Sequence[Point], colour: Colour, width: float) -> None:
        """A line without corners, with round ends."""
        line = [(x * SIDE / 100, y * SIDE / 100) for x, y in _through(points, is_closed=False)]
        thick = width * SIDE / 100
        self._draw.line(line, fill=colour, width=round(thick), joint="curve")
        for x, y in (line[0], line[-1]):
            self._draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=colour)

    def curls(self, centre: Point, reach: Point, between: tuple[int, int], size: float, colour: Colour) -> None:
        """Locks side by side on an arc, from one angle to another (degrees, clockwise from the right)."""
        begin, end = between
        count = max(2, round((end - begin) * math.pi / 180 * max(reach) / (size * 1.15)))
        for number in range(count + 1):
            angle = math.radians(begin + (end - begin) * number / count)
            place = centre[0] + reach[0] * math.cos(angle), centre[1] + reach[1] * math.sin(angle)
            self.oval(place, size, size, colour)


def curve(points: Sequence[Point]) -> list[Point]:
    """A line without corners through points, for an edge of a shape that has some."""
    return _through(points, is_closed=False)


def _through(points: Sequence[Point], *, is_closed: bool) -> list[Point]:
    """A curve through points (Catmull and Rom's), as many small steps."""
    around = [points[-1], *points, *points[:2]] if is_closed else [points[0], *points, points[-1]]
    found: list[Point] = []
    for place in range(len(around) - 3):
        parts = around[place : place + 4]
        found += [_between(parts, step / STEPS) for step in range(STEPS)]
    return found if is_closed else [*found, points[-1]]


def _between(parts: Sequence[Point], at: float) -> Point:
    one, two, three, four = parts

    def along(axis: int) -> float:
        a, b, c, d = one[axis], two[axis], three[axis], four[axis]
        return 0.5 * (2 * b + (c - a) * at + (2 * a - 5 * b + 4 * c - d) * at**2 + (3 * b - a - 3 * c + d) * at**3)

    return along(0), along(1)
