"""A hub's icon on a phone's home screen: drawn from its pack, whole to the edge, so that any mask may cut it.

Everything that matters stays within the middle 80 %, which every mask leaves.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from hubapp.web.mosaic import initials
from hubapp.web.static import FOLDER

SIZES = (180, 192, 512)
# Drawn larger and made smaller: that smooths the edges.
_FINE = 2
_FONTS = {
    "grotesque": "bricolage-grotesque-latin",
    "serif": "fraunces-latin",
    "arabic": "readex-pro-arabic",
    "plain": "figtree-latin",
}
_HEAVY = 700


def drawn(*, name: str, colours: Mapping[str, str], font_pair: str, tile_set: str, mosaic: int, size: int) -> bytes:
    """The icon as PNG; the same pack gives the same drawing, byte for byte."""
    key = tuple(colours[token] for token in ("brand", "accent", "deep", "on-brand"))
    # Half of all Arabic names begin with the article, whose first letter is a mere stroke.
    return _drawn(initials(name.removeprefix("ال")), key, font_pair, tile_set, mosaic, size)


@lru_cache(maxsize=256)
def _drawn(letters: str, colours: tuple[str, ...], font_pair: str, tile_set: str, mosaic: int, size: int) -> bytes:
    brand, accent, deep, on_brand = colours
    side = size * _FINE
    art = Image.new("RGB", (side, side), brand)
    _SHAPES.get(tile_set, _rings)(ImageDraw.Draw(art), side, deep, accent)
    art = art.rotate(90 * (mosaic % 4))
    pen = ImageDraw.Draw(art)
    # A calm middle: the letters never stand on the ornament.
    pen.ellipse(_around(side / 2, side / 2, side * 0.34), fill=brand)
    pen.text((side / 2, side / 2), letters, font=_font(font_pair, letters, side), fill=on_brand, anchor="mm")
    out = io.BytesIO()
    art.resize((size, size), Image.Resampling.LANCZOS).quantize(64).save(out, "PNG", optimize=True)
    return out.getvalue()


def _font(font_pair: str, letters: str, side: int) -> FreeTypeFont:
    """The hub's display font, as large as two letters fit; Latin letters of an Arabic hub have the Latin one."""
    known = _FONTS.get(font_pair, _FONTS["plain"])
    name = _FONTS["plain"] if known == _FONTS["arabic"] and letters.isascii() else known
    if not letters.isascii() and known != _FONTS["arabic"]:
        name = _FONTS["arabic"] if any("؀" <= letter <= "ۿ" for letter in letters) else known
    path = FOLDER / "vendor" / "fonts" / f"{name}-wght-normal.woff2"
    for share in (0.36, 0.30, 0.26, 0.22):
        font = ImageFont.truetype(str(path), int(side * share))
        font.set_variation_by_axes([_HEAVY])
        left, _top, right, _bottom = font.getbbox(letters)
        if right - left <= side * 0.5:
            break
    return font


def _rings(pen: ImageDraw.ImageDraw, side: int, deep: str, accent: str) -> None:
    """A wide quarter ring in one corner, its echo in the other."""
    pen.ellipse(_around(side, side, side * 0.62), fill=deep)
    pen.ellipse(_around(side, side, side * 0.34), fill=accent)
    pen.ellipse(_around(0, 0, side * 0.30), fill=accent)


def _steps(pen: ImageDraw.ImageDraw, side: int, deep: str, accent: str) -> None:
    """Blocks, as a workbench seen from its end."""
    pen.rectangle((side * 0.5, side * 0.5, side, side), fill=deep)
    pen.rectangle((0, 0, side * 0.32, side * 0.32), fill=accent)


def _waves(pen: ImageDraw.ImageDraw, side: int, deep: str, accent: str) -> None:
    """Half discs in a row, as water is drawn in the mosaics, and a sun above it."""
    radius = side / 6
    for column in range(3):
        pen.pieslice(_around(side * (1 + 2 * column) / 6, side, radius), 180, 360, fill=deep)
    pen.ellipse(_around(side, 0, side * 0.30), fill=accent)


def _moons(pen: ImageDraw.ImageDraw, side: int, deep: str, accent: str) -> None:
    """A rising disc and its shadow."""
    pen.ellipse(_around(side * 0.5, side * 1.1, side * 0.52), fill=deep)
    pen.ellipse(_around(side * 0.86, side * 0.14, side * 0.24), fill=accent)


def _around(x: float, y: float, radius: float) -> tuple[float, float, float, float]:
    return (x - radius, y - radius, x + radius, y + radius)


_SHAPES = {"workshop": _steps, "harbour": _waves, "rest": _moons, "network": _rings}
