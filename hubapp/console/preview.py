"""A look that is not saved yet: its palette or why there is none, and its stylesheet for one part of a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from hubapp.tenancy import theme as themes
from hubapp.tenancy.palette import Palette, PaletteRefused

SELECTOR = ".look-preview"


@dataclass(frozen=True, slots=True)
class Preview:
    """`palette` None: refused, at the field `part` (primary or accent), with the nearest shade that would do."""

    palette: Palette | None
    part: str = ""
    words: str = ""
    nearest: str | None = None


def preview(primary: str, accent: str) -> Preview:
    """What two seeds make, or why they cannot be used."""
    try:
        return Preview(_palette(primary.strip(), accent.strip()))
    except PaletteRefused as refused:
        return Preview(None, refused.part, str(refused), refused.nearest)


def css(look: Mapping[str, Any]) -> str:
    """The look's custom properties for the preview alone. Raises PaletteRefused, or KeyError for an unknown shape."""
    sheet = themes.stylesheet(
        _palette(str(look["primary"]), str(look["accent"])),
        radius=10,
        control_shape=str(look["control_shape"]),
        density=str(look["density"]),
        font_pair=str(look["font_pair"]),
    )
    return sheet.replace(":root", SELECTOR, 1)


@lru_cache(maxsize=512)
def _palette(primary: str, accent: str) -> Palette:
    return themes.build(primary, accent, None)
