"""A first page costs at most 100 kB without its pictures, in every font pair, as a compressing server sends it.

What the pages of the demo's hubs come to is measured in a browser: tests/browser/test_weight.py.
"""

from __future__ import annotations

import re
import zlib

import pytest

from hubapp.home import look
from hubapp.tenancy.theme import FONT_PAIRS as THEME_PAIRS
from hubapp.web import compress, interface
from hubapp.web.static import FOLDER, compressed, content
from tests.factories.gallery import Place, page_context, rendered

LIMIT = 100_000
ROOM_FOR_THE_PAGE = 20_000


def linked_files(page: str) -> set[str]:
    found = re.findall(r'(?:href|src)="/static/([^"]+\.(?:css|js|woff2))"', page)
    return set(found)


@pytest.mark.parametrize("pair", sorted(interface.FONT_PAIRS))
def test_a_first_page_is_light(pair: str) -> None:
    """With the hub's own look, and with the one more stylesheet of the heaviest page that visitors come to."""
    page = rendered("layouts/hub.html", hub=Place(theme={"font_pair": pair}))

    fonts = [name for name in linked_files(page) if name.endswith("woff2")]
    rest = [name for name in linked_files(page) if not name.endswith("woff2")]
    weight = sum((FOLDER / name).stat().st_size for name in fonts)
    weight += sum(len(compressed(name, "")) for name in (*rest, "talk.css"))
    weight += len(zlib.compress(look.stylesheet({"font_pair": pair}).encode(), compress.KEPT_LEVEL))

    assert len(fonts) == len(interface.FONT_PAIRS[pair])
    assert len(rest) == 6
    assert weight + ROOM_FOR_THE_PAGE <= LIMIT


def test_our_own_script_stays_small() -> None:
    """As it is sent, before it is compressed."""
    assert sum(len(content(path.name)) for path in FOLDER.glob("*.js")) <= 15_000


def test_preloaded_fonts_are_the_very_addresses_of_the_stylesheet() -> None:
    sheet = (FOLDER / "fonts.css").read_text(encoding="utf-8")
    page = rendered("layouts/hub.html", **page_context(hub=Place(theme={"font_pair": "serif"})))

    for name in linked_files(page):
        if name.endswith("woff2"):
            assert f'url("{name}")' in sheet


def test_from_right_to_left_every_pair_fetches_the_arabic_fonts_alone() -> None:
    fonts = {name for name in linked_files(rendered("layouts/hub.html", dir="rtl")) if name.endswith("woff2")}

    assert {name.partition("fonts/")[2].removesuffix("-normal.woff2") for name in fonts} == set(
        interface.FONT_PAIRS["arabic"]
    )


def test_every_font_pair_of_a_theme_has_its_fonts() -> None:
    assert set(THEME_PAIRS) == set(interface.FONT_PAIRS)


def test_stylesheets_use_logical_properties_only() -> None:
    sided = r"(?<![\w-])(?:margin|padding|border)-(?:left|right|top|bottom)|(?<![\w-])(?:left|right):"
    physical = re.compile(sided + "|text-align: (?:left|right)")

    for sheet in FOLDER.glob("*.css"):
        assert physical.findall(sheet.read_text(encoding="utf-8")) == []
