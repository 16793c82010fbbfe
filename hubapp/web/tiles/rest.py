"""Leaves, breath and evening light, for hubs that care and calm."""

from __future__ import annotations

from hubapp.web.tiles.shapes import around, disc, path, petal, quarter, rays, stroke

_LOTUS_SIDE = "M12 44c24 0 36 14 38 38-26 2-40-12-38-38z"

TILES = {
    "sun": disc(50, 100, 34) + rays(28, 44, 62, 6, y=100),
    "leaf": path("M12 88C6 38 38 10 90 10c4 50-26 82-78 78z") + stroke("M14 86 72 28", 4, ground=True),
    "bloom": around('<ellipse cx="50" cy="27" rx="15" ry="22"/>', 5) + disc(50, 50, 9, ground=True),
    "breath": disc(50, 50, 42) + disc(50, 50, 29, ground=True) + disc(50, 50, 16),
    "moon": disc(50, 50, 36) + disc(65, 42, 30, ground=True),
    "hills": path("M0 100C10 50 40 40 60 62S90 70 100 48v52z"),
    "lotus": path("M50 22c16 18 16 42 0 60-16-18-16-42 0-60z")
    + f'<g opacity=".75">{path(_LOTUS_SIDE)}<g transform="translate(100) scale(-1 1)">{path(_LOTUS_SIDE)}</g></g>',
    "wave": stroke(
        "".join(f"M-5 {y}c18-20 37-20 55 0s37 20 55 0" for y in (24, 50, 76)),
        7,
        cap="butt",
    ),
    "arch": path("M10 100V50a40 40 0 0 1 80 0v50z") + path("M30 100V54a20 20 0 0 1 40 0v46z", ground=True),
    "drop": path("M50 10c20 26 30 40 30 54a30 30 0 0 1-60 0c0-14 10-28 30-54z"),
    "petal": petal(),
    "quarter": quarter(),
}
