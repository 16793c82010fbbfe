"""The contrast guard: two seed colours in, a readable light and dark token set out, or a refusal in words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask_babel import gettext as _

from hubapp.kernel.errors import Refusal

TEXT = 4.5
PART = 3.0
# How far (in OKLCH lightness) a primary may move on light pages before it stops looking like the hub's colour.
FURTHEST_SHIFT = 0.20
# Below this difference (in OKLab) two colours side by side are taken for one.
ALIKE = 0.08

PAGES = ("bg", "surface", "sunken")
# Every pair of tokens the interface sets on one another, with the ratio WCAG 2.2 AA asks for.
PAIRS: tuple[tuple[str, str, float], ...] = (
    *(
        (text, page, TEXT)
        for text in ("ink", "ink-2", "brand-text", "accent-text", "good", "warn", "bad")
        for page in PAGES
    ),
    *((text, f"{text}-soft", TEXT) for text in ("good", "warn", "bad")),
    *(("ink", soft, TEXT) for soft in ("brand-soft", "accent-soft", "good-soft", "warn-soft", "bad-soft")),
    ("on-brand", "brand", TEXT),
    ("on-brand", "brand-hover", TEXT),
    ("brand-soft-ink", "brand-soft", TEXT),
    ("on-accent", "accent", TEXT),
    ("accent-text", "accent-soft", TEXT),
    ("on-deep", "deep", TEXT),
    *((part, page, PART) for part in ("brand", "brand-hover", "control") for page in PAGES),
)

_HEX = re.compile(r"#(?:[0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# What a colour means is the same in every hub; only its shade follows the hub's pages.
_MEANINGS: Mapping[str, str] = {"good": "#17663a", "warn": "#7d5200", "bad": "#ab231b"}


class PaletteRefused(Refusal):
    """A seed colour that cannot be made readable; `part` is the seed's name, `nearest` a shade that works, if any."""

    status = 422

    def __init__(self, message: str, *, part: str, nearest: str | None) -> None:
        self.part = part
        self.nearest = nearest
        super().__init__(message, field=part)


@dataclass(frozen=True)
class Palette:
    """Token name → #rrggbb for both modes, and notes on what the guard had to move."""

    light: dict[str, str]
    dark: dict[str, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Seed:
    """One seed colour as lightness, chroma and hue, with the grey's undefined hue made zero."""

    text: str
    lightness: float
    chroma: float
    hue: float

    def at(self, lightness: float, *, chroma: float | None = None) -> str:
        return _shade(
            lightness,
            self.chroma if chroma is None else min(chroma, self.chroma),
            self.hue,
        )


def contrast(first: str, second: str) -> float:
    """WCAG 2 contrast ratio of two #rrggbb colours, from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def build(primary: str, accent: str, neutral_hue: float | None = None) -> Palette:
    """Derive both modes from two seeds (`#rgb` or `#rrggbb`) and the hue of the greys (degrees, None = the primary's).

    Raises PaletteRefused, whose `nearest` is a shade that is accepted in the same place.
    """
    seed, second = _read(primary, "primary"), _read(accent, "accent")
    hue = seed.hue if neutral_hue is None else neutral_hue % 360
    light, dark = (
        dict(_mode(seed, second, hue, dark=False)),
        dict(_mode(seed, second, hue, dark=True)),
    )
    _refuse_a_stranger(seed, light)
    return Palette(light=light, dark=dark, notes=_notes(seed, second, light))


def failures(tokens: Mapping[str, str]) -> list[str]:
    """The pairs of one mode that fall short, in words; empty for everything `build` returns."""
    return [
        f"{front} on {back} is {contrast(tokens[front], tokens[back]):.2f}:1, {needed}:1 is needed"
        for front, back, needed in PAIRS
        if contrast(tokens[front], tokens[back]) < needed
    ]


@lru_cache(maxsize=256)  # shades are tried until they stand out, which takes long; notes in words are not kept
def _mode(seed: _Seed, accent: _Seed, hue: float, *, dark: bool) -> dict[str, str]:
    tokens = _neutrals(seed, hue, dark=dark)
    pages = [tokens[page] for page in PAGES]
    tokens |= _brand(seed, pages, hue, dark=dark)
    tokens |= _accent(accent, pages, dark=dark)
    for name, colour in _MEANINGS.items():
        tokens |= _meaning(name, _read(colour, name), pages, dark=dark)
    return tokens


def _neutrals(seed: _Seed, hue: float, *, dark: bool) -> dict[str, str]:
    if dark:
        return {
            "bg": _shade(0.172, 0.016, hue),
            "surface": _shade(0.215, 0.020, hue),
            "sunken": _shade(0.255, 0.022, hue),
            "line": _shade(0.315, 0.024, hue),
            "control": _shade(0.600, 0.030, hue),
            "ink": _shade(0.955, 0.008, hue),
            "ink-2": _shade(0.760, 0.020, hue),
            "deep": seed.at(0.115, chroma=0.020),
            "on-deep": _shade(0.970, 0.006, hue),
        }
    return {
        "bg": _shade(0.982, 0.006, hue),
        "surface": "#ffffff",
        "sunken": _shade(0.955, 0.011, hue),
        "line": _shade(0.895, 0.014, hue),
        "control": _shade(0.600, 0.025, hue),
        "ink": _shade(0.225, 0.030, hue),
        "ink-2": _shade(0.455, 0.028, hue),
        "deep": seed.at(0.235, chroma=0.045),
        "on-deep": _shade(0.970, 0.006, hue),
    }


def _brand(seed: _Seed, pages: list[str], hue: float, *, dark: bool) -> dict[str, str]:
    fill = _reach(seed, pages, PART, lighter=dark)
    text = _ink_for(fill, hue)
    soft = seed.at(0.30, chroma=0.07) if dark else seed.at(0.94, chroma=0.05)
    return {
        "brand": fill,
        "on-brand": text,
        "brand-hover": _hover(fill, text, pages),
        "brand-text": _reach(seed, pages, 4.6, lighter=dark),
        "brand-soft": soft,
        "brand-soft-ink": _reach(seed, [soft], 5.0, lighter=dark),
    }


def _accent(accent: _Seed, pages: list[str], *, dark: bool) -> dict[str, str]:
    fill = accent.at(accent.lightness)
    soft = accent.at(0.31, chroma=0.06) if dark else accent.at(0.945, chroma=0.06)
    return {
        "accent": fill,
        "on-accent": _ink_for(fill, accent.hue),
        "accent-soft": soft,
        "accent-text": _reach(accent, [*pages, soft], 4.6, lighter=dark),
    }


def _meaning(name: str, seed: _Seed, pages: list[str], *, dark: bool) -> dict[str, str]:
    soft = seed.at(0.30, chroma=0.06) if dark else seed.at(0.95, chroma=0.035)
    return {name: _reach(seed, [*pages, soft], 5.0, lighter=dark), f"{name}-soft": soft}


def _reach(seed: _Seed, backgrounds: Iterable[str], needed: float, *, lighter: bool) -> str:
    """The shade nearest to the seed, moved one way only, that stands off every background."""
    behind = list(backgrounds)

    def stands(lightness: float) -> bool:
        return min(contrast(seed.at(lightness), back) for back in behind) >= needed

    if stands(seed.lightness):
        return seed.at(seed.lightness)
    fails, works = seed.lightness, 1.0 if lighter else 0.0
    for _halving in range(12):
        middle = (fails + works) / 2
        fails, works = (fails, middle) if stands(middle) else (middle, works)
    return seed.at(works)


def _ink_for(fill: str, hue: float) -> str:
    """White, a tinted near-black, or plain black: one of white and black always reaches 4.5:1."""
    best = max(("#ffffff", _shade(0.18, 0.03, hue)), key=lambda ink: contrast(ink, fill))
    return best if contrast(best, fill) >= TEXT else "#000000"


def _hover(fill: str, text: str, pages: list[str]) -> str:
    """A slightly different fill that keeps the text and the button's edge visible; the fill itself if none does."""
    base = _read(fill, "primary")
    away = -0.05 if text == "#ffffff" else 0.05
    for step in (away, away / 2, -away / 2):
        shade = base.at(min(1.0, max(0.0, base.lightness + step)))
        if contrast(text, shade) >= TEXT and min(contrast(shade, page) for page in pages) >= PART:
            return shade
    return fill


def _refuse_a_stranger(seed: _Seed, light: Mapping[str, str]) -> None:
    moved = abs(_read(light["brand"], "primary").lightness - seed.lightness)
    if moved <= FURTHEST_SHIFT:
        return
    # A little beyond the limit: written as a hexadecimal colour it has a slightly other hue, and so other greys.
    nearest = _reach(seed, [light[page] for page in PAGES], PART + 0.1, lighter=False)
    words = _(
        "%(colour)s reaches only %(ratio)s:1 on a light page, and a button needs 3:1 to be seen. "
        "The nearest shade that works is %(nearest)s. Take that one, or keep %(colour)s as the accent "
        "and choose a deeper primary.",
        colour=seed.text,
        nearest=nearest,
        ratio=f"{contrast(seed.at(seed.lightness), light['bg']):.1f}",
    )
    raise PaletteRefused(words, part="primary", nearest=nearest)


def _notes(seed: _Seed, accent: _Seed, light: Mapping[str, str]) -> tuple[str, ...]:
    notes = []
    if light["brand"] != seed.at(seed.lightness):
        words = _(
            "%(colour)s becomes %(shade)s on light pages, where it reached only %(ratio)s:1.",
            colour=seed.text,
            shade=light["brand"],
            ratio=f"{contrast(seed.at(seed.lightness), light['bg']):.1f}",
        )
        notes.append(words)
    if _color(light["brand"]).delta_e(light["accent"], method="ok") < ALIKE:
        words = _(
            "%(first)s and %(second)s look almost alike; a different accent would be noticed.",
            first=seed.text,
            second=accent.text,
        )
        notes.append(words)
    return tuple(notes)


def _read(colour: str, part: str) -> _Seed:
    if not _HEX.fullmatch(colour):
        words = _(
            "%(colour)s is not a colour: write # and six hexadecimal digits, for example #1d3fa6.",
            colour=repr(colour[:40]),
        )
        raise PaletteRefused(words, part=part, nearest=None)
    lightness, chroma, hue = _color(colour).convert("oklch").coords(nans=False)
    return _Seed(
        text=colour,
        lightness=min(1.0, max(0.0, lightness)),
        chroma=max(0.0, chroma),
        hue=hue,
    )


def _color(*arguments: Any) -> Any:
    # Loaded with the first stylesheet that is built: it would be a tenth of what starting a web process takes.
    from coloraide import Color  # noqa: PLC0415

    return Color(*arguments)


def _shade(lightness: float, chroma: float, hue: float) -> str:
    fitted = _color("oklch", [lightness, chroma, 0.0 if math.isnan(hue) else hue]).convert("srgb").fit()
    return str(fitted.to_string(hex=True, fit="clip", compress=False))


def _luminance(colour: str) -> float:
    # The sRGB transfer curve and the weights are WCAG 2's definition of relative luminance.
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)  # noqa: PLR2004
    red, green, blue = linear
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
