"""Pictures of the demo, drawn by us: the same name and colours give the same file, byte for byte."""

from __future__ import annotations

from collections.abc import Callable

from hubapp.cli.demo.scenes import harbour, rest, workshop
from hubapp.cli.demo.scenes.sheet import Palette, Sheet

SCENES: dict[str, Callable[[Palette], Sheet]] = {
    scene.__name__: scene
    for scene in (
        workshop.bench,
        workshop.bicycle,
        workshop.table,
        workshop.armchair,
        workshop.bowl,
        rest.dawn,
        rest.circle,
        rest.tea,
        rest.balm,
        rest.pot,
        harbour.boats,
        harbour.door,
        harbour.loom,
        harbour.spoons,
        harbour.shelf,
    )
}


def drawn(name: str, *, primary: str, accent: str) -> bytes:
    """A picture of 1200 by 900 pixels in a hub's colours, as PNG. Raises KeyError for a scene that there is not."""
    return SCENES[name](Palette(primary, accent)).png()
