"""Stars, lattice and the sea, for hubs around the Mediterranean and beyond."""

from __future__ import annotations

from hubapp.web.tiles.shapes import (
    around,
    disc,
    path,
    polygon,
    quarter,
    rays,
    rect,
    ring,
    stroke,
    turned,
)


def _star() -> str:
    square = rect(22, 22, 56, 56)
    return square + turned(square, 45) + polygon(8, 17, turn=22.5, ground=True)


def _lattice() -> str:
    bars = "".join(f"M{x} -10 {x + 120} 110M{x} 110 {x + 120} -10" for x in (-110, -60, -10, 40, 90))
    knots = "".join(disc(x, y, 7) for x in (0, 50, 100) for y in (0, 50, 100))
    return stroke(bars, 6, cap="butt") + knots


def _palm() -> str:
    frond = "M50 42C40 18 18 14 6 30c18-4 32 0 44 12z"
    low = "M50 42C34 34 16 44 14 64c10-12 22-18 36-22z"
    fronds = path(frond) + path(low)
    return fronds + f'<g transform="translate(100) scale(-1 1)">{fronds}</g>' + stroke("M50 42c4 20 4 38-2 62", 8)


def _lantern() -> str:
    body = path("M34 34h32l8 32-10 16H36L26 66z") + path("M50 14c10 4 14 10 14 16H36c0-6 4-12 14-16z")
    flame = path("M50 44c7 8 9 12 9 17a9 9 0 0 1-18 0c0-5 2-9 9-17z", ground=True)
    return ring(50, 9, 5, 3) + body + flame + rect(40, 86, 20, 6, rx=3)


def _fish() -> str:
    body = path("M8 50c14-24 42-30 64-8l20-16c-4 16-4 32 0 48L72 58C50 80 22 74 8 50z")
    return body + disc(28, 46, 4.5, ground=True) + stroke("M44 34c6 10 6 22 0 32", 4, ground=True)


def _olive() -> str:
    leaf = '<ellipse cx="34" cy="30" rx="9" ry="20" transform="rotate(-42 34 30)"/>'
    low = '<ellipse cx="30" cy="62" rx="9" ry="20" transform="rotate(-62 30 62)"/>'
    mirrored = f'<g transform="translate(100) scale(-1 1)">{leaf}{low}</g>'
    return stroke("M50 6v90", 4) + leaf + low + mirrored + disc(50, 44, 9) + disc(50, 78, 10)


def _horseshoe() -> str:
    outer = "M14 100V58h8a32 32 0 1 1 56 0h8v42z"
    inner = "M32 100V64h5a19 19 0 1 1 26 0h5v36z"
    return path(outer) + path(inner, ground=True)


TILES = {
    "star": _star(),
    "lattice": _lattice(),
    "palm": _palm(),
    "lantern": _lantern(),
    "fish": _fish(),
    "olive": _olive(),
    "horseshoe": _horseshoe(),
    "waves": "".join(
        path(f"M0 {y}c17-22 33-22 50 0s33 22 50 0v14c-17 22-33 22-50 0s-33-22-50 0z") for y in (14, 44, 74)
    ),
    "sail": path("M54 8c26 18 34 42 32 62H54z") + path("M46 22v48H18c4-18 12-34 28-48z") + path("M8 76h84l-12 16H22z"),
    "crescent": disc(46, 50, 36) + disc(60, 44, 29, ground=True) + disc(66, 44, 8),
    "rosette": around(path("M50 50C36 36 38 16 50 4c12 12 14 32 0 46z"), 8) + disc(50, 50, 9, ground=True),
    "compass": ring(50, 50, 38, 5) + path("M50 18l10 32-10 32-10-32z") + rays(4, 38, 46, 6),
    "quarter": quarter(),
}
