"""Points, bridges and growth: the network's own set, also for a hub that has not chosen one."""

from __future__ import annotations

from hubapp.web.tiles.shapes import (
    around,
    disc,
    halves,
    path,
    petal,
    quarter,
    rect,
    ring,
    stroke,
)


def _hub() -> str:
    spokes = around(stroke("M50 50V18", 5) + disc(50, 15, 9), 6)
    return spokes + disc(50, 50, 16)


def _bridge() -> str:
    arches = "".join(path(f"M{x} 100V70a14 14 0 0 1 28 0v30z", ground=True) for x in (-14, 36, 86))
    return rect(0, 36, 100, 64) + arches


def _branch() -> str:
    limbs = stroke("M50 100V34M50 74 22 50V36M50 74l28-24V36", 7)
    return limbs + disc(50, 24, 13) + disc(22, 28, 10) + disc(78, 28, 10)


def _coins() -> str:
    edges = "".join(stroke(f"M18 {y}a32 13 0 0 0 64 0", 4, ground=True, cap="butt") for y in (50, 66))
    return (
        path("M18 32a32 13 0 0 1 64 0v48a32 13 0 0 1-64 0z") + stroke("M18 33a32 13 0 0 0 64 0", 4, ground=True) + edges
    )


def _grid() -> str:
    return "".join(disc(x, y, 7.5) for x in (14, 38, 62, 86) for y in (14, 38, 62, 86))


def _sprout() -> str:
    leaf = "M50 58C24 58 10 42 10 18c26 0 40 14 40 40z"
    small = "M50 70c22 0 36-14 36-36-22 0-36 14-36 36z"
    return path(leaf) + path(small) + stroke("M50 50v50", 7)


TILES = {
    "hub": _hub(),
    "links": ring(36, 50, 22, 10) + ring(64, 50, 22, 10),
    "signal": "".join(ring(0, 100, radius, 10) for radius in (26, 50, 74)) + disc(0, 100, 12),
    "bridge": _bridge(),
    "branch": _branch(),
    "grid": _grid(),
    "sprout": _sprout(),
    "coins": _coins(),
    "orbit": ring(50, 50, 36, 5) + disc(50, 50, 15) + disc(76, 25, 10),
    "pin": path("M50 92C30 66 20 54 20 40a30 30 0 0 1 60 0c0 14-10 26-30 52z") + disc(50, 40, 12, ground=True),
    "petal": petal(),
    "quarter": quarter(),
    "halves": halves(),
}
