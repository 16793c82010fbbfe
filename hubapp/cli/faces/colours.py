"""Colours as numbers."""

from __future__ import annotations

Colour = tuple[int, int, int]


def hexed(text: str) -> Colour:
    """`#d2691e` as numbers."""
    return int(text[1:3], 16), int(text[3:5], 16), int(text[5:7], 16)


def mixed(one: Colour, other: Colour, part: float) -> Colour:
    """The first colour with a part (0 to 1) of the other in it."""
    red, green, blue = (round(a + (b - a) * part) for a, b in zip(one, other, strict=True))
    return red, green, blue
