"""Cover art drawn from a hub's own colours, so that a hub without a single photo still looks like itself.

Everything here is pure: the same tile set, seed and size give the same drawing, byte for byte. The drawing names
tones (`tone-brand-accent`); the stylesheet knows the colours, so light, dark and every palette share one drawing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import lru_cache

from markupsafe import Markup, escape

from hubapp.web.tiles import harbour, network, rest, workshop
from hubapp.web.tiles.shapes import turned

TILE_SETS = {
    "workshop": workshop.TILES,
    "rest": rest.TILES,
    "harbour": harbour.TILES,
    "network": network.TILES,
}
# How often each tone is drawn, and what ground it stands on: equal grounds never touch.
_TONES = {
    "brand": ("brand", 3),
    "brand-accent": ("brand", 4),
    "accent": ("accent", 3),
    "accent-brand": ("accent", 3),
    "soft": ("soft", 3),
    "deep": ("deep", 2),
    "deep-accent": ("deep", 2),
    "warm": ("warm", 2),
    "quiet": ("quiet", 1),
}
_THUMB_TONES = ("brand-accent", "soft", "warm", "deep-accent", "brand", "accent")
_TURNING = frozenset({"quarter", "petal", "signal"})
_AVATAR_TONES = 4
# In pixels, as the stylesheets show them.
AVATAR_SIZES = {"": 36, "sm": 28, "lg": 56, "xl": 96}


@lru_cache(maxsize=256)
def mosaic(tile_set: str = "network", seed: str = "", rows: int = 4, cols: int = 5) -> Markup:
    """Return the cover: `rows` × `cols` tiles, no tile twice until all were used, no equal grounds side by side."""
    tiles = TILE_SETS.get(tile_set, network.TILES)
    chance = _chance(f"{tile_set}/{seed}")
    cells, grounds = [], {}  # type: list[str], dict[tuple[int, int], str]
    waiting: list[str] = []
    for row in range(rows):
        for col in range(cols):
            waiting = waiting or _shuffled(sorted(tiles), chance)
            tile = waiting.pop()
            taken = {grounds.get((row - 1, col)), grounds.get((row, col - 1))}
            tone = _pick_tone(taken, chance)
            grounds[row, col] = _TONES[tone][0]
            drawing = turned(tiles[tile], 90 * (next(chance) % 4)) if tile in _TURNING else tiles[tile]
            cells.append(_cell(drawing, tone, x=col * 100, y=row * 100))
    return Markup(  # noqa: S704  drawings are our own, no input reaches them
        f'<svg class="cover" viewBox="0 0 {cols * 100} {rows * 100}" preserveAspectRatio="xMinYMin slice"'
        f' aria-hidden="true">{"".join(cells)}</svg>'
    )


@lru_cache(maxsize=2048)
def single(tile_set: str = "network", seed: str = "") -> Markup:
    """Return one tile for a thing without a picture, always the same for the same seed (its id, say)."""
    tiles = TILE_SETS.get(tile_set, network.TILES)
    chance = _chance(f"one/{tile_set}/{seed}")
    names = sorted(set(tiles) - {"quarter", "halves", "petal", "checks", "lattice", "hills", "bridge"})
    tile = names[next(chance) % len(names)]
    tone = _THUMB_TONES[next(chance) % len(_THUMB_TONES)]
    return Markup(  # noqa: S704
        f'<svg class="tile tone-{tone}" viewBox="-24 -24 148 148" preserveAspectRatio="xMidYMid slice"'
        f' fill="currentColor" aria-hidden="true">'
        f'<rect class="ground" x="-200" y="-200" width="500" height="500"/>{tiles[tile]}</svg>'
    )


def avatar(name: str, size: str = "", image_url: str = "", tone: int = 0) -> Markup:
    """Return a person's picture, or their initials on a tone that stays theirs; size is one of AVATAR_SIZES.

    A tone from 1 to 4 overrides theirs, so that neighbours in a pile differ.
    """
    tone = tone or next(_chance(name)) % _AVATAR_TONES + 1
    classes = f"ava ava-{tone}" + (f" ava-{size}" if size else "")
    if image_url:
        side = AVATAR_SIZES[size]
        return Markup('<img class="{}" src="{}" alt="" width="{}" height="{}" loading="lazy">').format(
            classes, image_url, side, side
        )
    return Markup('<span class="{}" aria-hidden="true">{}</span>').format(classes, initials(name))


def initials(name: str) -> str:
    """Return one or two letters for a name in any script: `Inès Marchand` → `IM`."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    letters = [words[0][0], words[-1][0]] if len(words) > 1 else [word[0] for word in words]
    # Joined scripts would tie two letters into something that looks like a word.
    if letters and not letters[0].isascii() and not letters[0].isupper():
        letters = letters[:1]
    return "".join(letters).upper() or "·"


def tones() -> Sequence[str]:
    """Return the names of all tones, for tests and the style page."""
    return tuple(_TONES)


def _cell(drawing: str, tone: str, *, x: int, y: int) -> str:
    # The ground reaches a little under its neighbours, or a hairline shows between tiles at odd sizes.
    return (
        f'<g class="tile tone-{escape(tone)}" fill="currentColor">'
        f'<rect class="ground" x="{x}" y="{y}" width="101" height="101"/>'
        f'<svg x="{x}" y="{y}" width="100" height="100" viewBox="0 0 100 100">{drawing}</svg></g>'
    )


def _pick_tone(taken: set[str | None], chance: Iterator[int]) -> str:
    bag = [tone for tone, (ground, weight) in _TONES.items() if ground not in taken for _ in range(weight)]
    return bag[next(chance) % len(bag)]


def _shuffled(names: list[str], chance: Iterator[int]) -> list[str]:
    return [name for _, name in sorted((next(chance), name) for name in names)]


def _chance(seed: str) -> Iterator[int]:
    """Yield numbers that depend on the seed alone, the same on every machine and in every release of Python."""
    count = 0
    while True:
        digest = hashlib.blake2b(f"{seed}/{count}".encode(), digest_size=32).digest()
        for start in range(0, len(digest), 4):
            yield int.from_bytes(digest[start : start + 4])
        count += 1
