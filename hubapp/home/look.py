"""Stylesheets made from stored seeds: a hub's own, the cards of several hubs, a preview of seeds not saved."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from hubapp.tenancy import theme as themes

# What a hub without a theme looks like: the network's own colours.
NETWORK: Mapping[str, Any] = {
    "primary": "#1f5f4a",
    "accent": "#f2a541",
    "neutral_hue": None,
    "font_pair": "plain",
    "radius": 10,
    "control_shape": "rounded",
    "tile_set": "network",
    "mosaic": 1,
    "density": "regular",
}


def full(theme: Mapping[str, Any]) -> dict[str, Any]:
    """The theme with every key."""
    return {**NETWORK, **theme}


@lru_cache(maxsize=4096)
def palette(primary: str, accent: str, neutral_hue: float | None) -> themes.Palette:
    """The palette of two seeds; deriving it takes milliseconds, so it is kept."""
    return themes.build(primary, accent, neutral_hue)


def palette_of(theme: Mapping[str, Any]) -> themes.Palette:
    """The palette of a stored theme."""
    known = full(theme)
    return palette(known["primary"], known["accent"], known["neutral_hue"])


def stylesheet(theme: Mapping[str, Any], extra_css: str = "") -> str:
    """A hub's `/theme.css`."""
    known = full(theme)
    return themes.stylesheet(palette_of(known), **_shapes(known), font_pair=known["font_pair"], extra_css=extra_css)


def scoped(selector: str, theme: Mapping[str, Any], extra_css: str = "") -> str:
    """A theme for one part of a page: `selector` is ours, never typed by anyone."""
    return stylesheet(theme, extra_css).replace(":root", selector, 1)


def card(selector: str, theme: Mapping[str, Any]) -> str:
    """A hub's colours and shapes for its card, in the page's own faces: those of a few hubs outweigh the page."""
    known = full(theme)
    return themes.stylesheet(palette_of(known), **_shapes(known), font_pair=None).replace(":root", selector, 1)


def _shapes(known: Mapping[str, Any]) -> dict[str, Any]:
    return {key: known[key] for key in ("radius", "control_shape", "density")}
