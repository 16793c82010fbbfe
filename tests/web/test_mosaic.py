"""Cover art is the same for the same seed everywhere, well formed, and leaves colours to the stylesheet."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from hubapp.web import mosaic as art
from hubapp.web.static import FOLDER

SETS = sorted(art.TILE_SETS)
STYLES = (Path(FOLDER) / "components.css").read_text(encoding="utf-8")


def tones_of(drawing: str) -> list[str]:
    return re.findall(r'class="tile tone-([a-z-]+)"', drawing)


@pytest.mark.parametrize("tile_set", SETS)
def test_the_same_seed_gives_the_same_drawing(tile_set: str) -> None:
    first = art.mosaic(tile_set, "lyon")
    art.mosaic.cache_clear()

    assert art.mosaic(tile_set, "lyon") == first
    assert art.mosaic(tile_set, "nairobi") != first


def test_a_known_seed_gives_the_tones_it_always_gave() -> None:
    assert tones_of(art.mosaic("workshop", "lyon", rows=1, cols=3)) == ["accent", "deep-accent", "accent-brand"]


@pytest.mark.parametrize("tile_set", SETS)
def test_covers_are_well_formed_and_carry_no_style(tile_set: str) -> None:
    drawing = art.mosaic(tile_set, "x", rows=4, cols=6)

    ET.fromstring(drawing)
    assert not re.search(r"style=|#[0-9a-f]{3}|var\(|<script", drawing)


@pytest.mark.parametrize("tile_set", SETS)
def test_a_cover_has_as_many_tiles_as_asked_for(tile_set: str) -> None:
    assert len(tones_of(art.mosaic(tile_set, "x", rows=3, cols=4))) == 12


def test_equal_grounds_never_touch() -> None:
    ground = {tone: art._TONES[tone][0] for tone in art.tones()}
    cells = [ground[tone] for tone in tones_of(art.mosaic("rest", "any", rows=6, cols=6))]
    rows = [cells[start : start + 6] for start in range(0, 36, 6)]

    assert all(left != right for row in rows for left, right in pairwise(row))
    assert all(above != below for column in zip(*rows, strict=True) for above, below in pairwise(column))


def test_no_tile_comes_twice_before_all_were_seen() -> None:
    count = len(art.TILE_SETS["harbour"])
    drawing = art.mosaic("harbour", "y", rows=1, cols=count)

    used = [name for name, shape in art.TILE_SETS["harbour"].items() if shape in drawing]
    assert len(used) == count


@pytest.mark.parametrize("tone", art.tones())
def test_every_tone_has_its_colours_in_the_stylesheet(tone: str) -> None:
    assert tone == "brand" or f".tone-{tone} {{" in STYLES


@pytest.mark.parametrize("tile_set", SETS)
def test_a_thing_without_a_picture_keeps_its_tile(tile_set: str) -> None:
    drawing = art.single(tile_set, "0197-abcd")

    ET.fromstring(drawing)
    assert drawing == art.single.__wrapped__(tile_set, "0197-abcd")


def test_an_unknown_set_falls_back_to_the_networks() -> None:
    assert art.single("nowhere", "x").count("<rect") >= 1


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Inès Marchand", "IM"), ("Cher", "C"), ("jean-luc picard", "JP"), ("سلمى بن عمر", "س"), ("", "·"), ("  ", "·")],
)
def test_initials_in_any_script(name: str, letters: str) -> None:
    assert art.initials(name) == letters


def test_names_are_escaped_in_avatars() -> None:
    assert "<b>" not in art.avatar("<b>x</b>") + art.avatar("x", image_url='"><b>')
