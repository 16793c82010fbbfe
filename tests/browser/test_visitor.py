"""A visitor looks around: the network, its hubs, and three different worlds."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit


@pytest.mark.parametrize("javascript", [True, False])
def test_the_network_says_what_it_is_and_lists_its_hubs(visit: Visit, javascript: bool) -> None:
    visitor = visit(javascript=javascript)
    visitor.go("", "/")
    expect(visitor.main.get_by_role("heading", level=1)).to_have_count(1)
    visitor.go("", "/hubs")
    visitor.sees("Lyon", "Nairobi", "Tunis")
    visitor.follow("L'Établi")
    visitor.is_at("//lyon.localhost")


SHOWN = """() => {
  const root = document.documentElement, style = getComputedStyle(root);
  return {
    language: root.lang, direction: root.dir, brand: style.getPropertyValue('--brand'),
    surface: getComputedStyle(document.body).backgroundColor,
    font: getComputedStyle(document.querySelector('h1')).fontFamily,
    name: document.querySelector('header').innerText, promise: document.querySelector('h1').innerText,
  }
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_hub_is_a_world_of_its_own(visit: Visit, scheme: str) -> None:
    worlds = []
    for hub in ("lyon", "nairobi", "tunis"):
        visitor = visit(locale=None, color_scheme=scheme)
        visitor.go(hub)
        worlds.append(visitor.page.evaluate(SHOWN))
    assert [world["language"] for world in worlds] == ["fr", "en", "ar"]
    assert [world["direction"] for world in worlds] == ["ltr", "ltr", "rtl"]
    for what in ("brand", "surface", "font", "name", "promise"):
        assert len({world[what] for world in worlds}) == 3, what
