"""Tools and repaired things, for hubs that make and mend."""

from __future__ import annotations

from hubapp.web.tiles.shapes import (
    around,
    disc,
    halves,
    path,
    polygon,
    quarter,
    rays,
    rect,
    ring,
    stroke,
    turned,
)


def _checks() -> str:
    return rect(0, 0, 50, 50) + rect(50, 50, 50, 50)


def _spool() -> str:
    thread = "".join(rect(30, 31 + index * 8.2, 40, 5.6, rx=2.8) for index in range(5))
    return rect(22, 14, 56, 13, rx=3) + rect(22, 73, 56, 13, rx=3) + thread


def _bulb() -> str:
    glass = path("M50 12a30 30 0 0 1 17 54c-3 2-4 4-4 8H37c0-4-1-6-4-8a30 30 0 0 1 17-54z")
    return glass + rect(37, 78, 26, 6, rx=3) + rect(41, 87, 18, 6, rx=3)


TILES = {
    "nut": polygon(6, 40) + disc(50, 50, 18, ground=True),
    "gear": around(rect(41, 6, 18, 24, rx=3), 8) + disc(50, 50, 32) + disc(50, 50, 13, ground=True),
    "screw": disc(50, 50, 36) + turned(rect(22, 45, 56, 10, ground=True) + rect(45, 22, 10, 56, ground=True), 24),
    "wheel": ring(50, 50, 36, 7) + rays(12, 8, 33, 2.4) + disc(50, 50, 8),
    "plug": path("M26 46h48v12a24 24 0 0 1-48 0z")
    + rect(34, 20, 9, 28, rx=3)
    + rect(57, 20, 9, 28, rx=3)
    + rect(45.5, 78, 9, 22),
    "spool": _spool(),
    "bulb": _bulb(),
    "cable": stroke("M-5 50h23c12 0 12-26 24-26s10 52 22 52 10-26 22-26h19", 9, cap="butt"),
    "wrench": turned(
        rect(42, 30, 16, 60, rx=8) + disc(50, 24, 22) + rect(42, -2, 16, 26, ground=True),
        45,
    ),
    "checks": _checks(),
    "quarter": quarter(),
    "halves": halves(),
}
