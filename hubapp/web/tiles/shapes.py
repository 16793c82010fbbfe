"""The few shapes that all drawings are made of."""

from __future__ import annotations

import math


def rect(
    x: float,
    y: float,
    width: float,
    height: float,
    *,
    rx: float = 0,
    ground: bool = False,
) -> str:
    """Return a rectangle, with rounded corners if `rx` is given."""
    corner = f' rx="{rx:g}"' if rx else ""
    return f'<rect{_class(ground)} x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}"{corner}/>'


def disc(x: float, y: float, radius: float, *, ground: bool = False) -> str:
    """Return a filled circle."""
    return f'<circle{_class(ground)} cx="{x:g}" cy="{y:g}" r="{radius:g}"/>'


def ring(x: float, y: float, radius: float, width: float) -> str:
    """Return a circle's outline."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" fill="none" stroke="currentColor" stroke-width="{width:g}"/>'


def path(d: str, *, ground: bool = False) -> str:
    """Return a filled path."""
    return f'<path{_class(ground)} d="{d}"/>'


def stroke(d: str, width: float, *, ground: bool = False, cap: str = "round") -> str:
    """Return a path drawn as a line."""
    colour = ' class="ground-line"' if ground else ' stroke="currentColor"'
    return (
        f'<path{colour} d="{d}" fill="none" stroke-width="{width:g}" stroke-linecap="{cap}" stroke-linejoin="round"/>'
    )


def rays(
    count: int,
    inner: float,
    outer: float,
    width: float,
    *,
    x: float = 50,
    y: float = 50,
) -> str:
    """Return `count` lines from an inner to an outer circle, starting at the top."""
    parts = []
    for index in range(count):
        angle = math.radians(360 * index / count - 90)
        cos, sin = math.cos(angle), math.sin(angle)
        parts.append(f"M{x + inner * cos:.1f} {y + inner * sin:.1f}L{x + outer * cos:.1f} {y + outer * sin:.1f}")
    return stroke("".join(parts), width)


def around(shape: str, count: int) -> str:
    """Return the shape repeated `count` times around the middle of the field."""
    return "".join(f'<g transform="rotate({360 * index / count:g} 50 50)">{shape}</g>' for index in range(count))


def polygon(count: int, radius: float, *, turn: float = 0, ground: bool = False) -> str:
    """Return a regular polygon around the middle of the field."""
    points = [
        f"{50 + radius * math.cos(math.radians(turn + 360 * index / count)):.1f},"
        f"{50 + radius * math.sin(math.radians(turn + 360 * index / count)):.1f}"
        for index in range(count)
    ]
    return f'<polygon{_class(ground)} points="{" ".join(points)}"/>'


def turned(shape: str, degrees: float) -> str:
    """Return the shape turned around the middle of the field."""
    return f'<g transform="rotate({degrees:g} 50 50)">{shape}</g>'


def quarter() -> str:
    """Return a quarter of a wide ring: every set has it, it ties the mosaic together."""
    return path("M0 0h100A100 100 0 0 1 0 100z") + path("M0 0h50A50 50 0 0 1 0 50z", ground=True)


def halves() -> str:
    """Return two half discs, one above the other."""
    return path("M0 50a50 50 0 0 1 100 0z") + path("M0 100a50 50 0 0 1 100 0z")


def petal() -> str:
    """Return a leaf shape from corner to corner."""
    return path("M0 0C60 0 100 40 100 100 40 100 0 60 0 0z")


def _class(ground: bool) -> str:  # noqa: FBT001
    return ' class="ground"' if ground else ""
