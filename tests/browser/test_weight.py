"""A first page costs at most 100 kB without its pictures: all that a browser fetches which has nothing yet, as sent."""

from __future__ import annotations

import pytest
from playwright.sync_api import Request

from tests.browser.conftest import Visit
from tests.browser.looking import AT_REST
from tests.browser.people import Person
from tests.browser.site import BUYER, SELLER

LIMIT = 100_000
# With every language that each offers.
LANGUAGES = {"": ("en", "fr", "ar"), "lyon": ("fr", "en"), "nairobi": ("en",), "tunis": ("ar", "fr", "en")}
FIRST = [(hub, path) for hub in LANGUAGES for path in ("/", "/feed" if hub else "/hubs")]


def fetched(person: Person, hub: str, path: str) -> list[Request]:
    """What opening a page fetched, to the last font that its words need."""
    requests: list[Request] = []
    person.page.on("requestfinished", lambda one: requests.append(one))  # noqa: PLW0108  it marks what it is given
    person.go(hub, path)
    person.page.wait_for_load_state("networkidle")
    person.page.evaluate(AT_REST)
    return requests


def weight(requests: list[Request]) -> dict[str, int]:
    """Bytes of each body as it travelled, by address, pictures left out."""
    return {one.url: one.sizes()["responseBodySize"] for one in requests if one.resource_type != "image"}


@pytest.mark.parametrize(("hub", "path"), FIRST)
def test_a_first_page_is_light_in_every_language(visit: Visit, hub: str, path: str) -> None:
    for language in LANGUAGES[hub]:
        visitor = visit()
        visitor.context.add_cookies([{"name": "locale", "value": language, "url": visitor.site.url(hub)}])
        weights = weight(fetched(visitor, hub, path))
        assert visitor.page.locator("html").get_attribute("lang") == language
        assert sum(weights.values()) <= LIMIT, weights


@pytest.mark.parametrize(("address", "hub"), [(SELLER, "lyon"), (BUYER, "nairobi")])
def test_it_is_light_for_a_member_on_a_new_phone(visit: Visit, address: str, hub: str) -> None:
    member = visit()
    member.sign_in(address, hub)
    member.is_at(f"//{hub}.")
    for path in ("/", "/feed"):  # signed in, and nothing is there yet
        weights = weight(fetched(visit(storage_state=member.context.storage_state()), hub, path))
        assert sum(weights.values()) <= LIMIT, weights


@pytest.mark.parametrize("hub", ["lyon", "nairobi", "tunis"])
def test_what_is_fetched_beforehand_is_used(visit: Visit, hub: str) -> None:
    visitor = visit()
    fonts = [one.url for one in fetched(visitor, hub, "/") if one.resource_type == "font"]
    preloaded = visitor.page.locator("link[rel=preload][as=font]").evaluate_all("(all) => all.map((one) => one.href)")
    loaded = visitor.page.evaluate("[...document.fonts].filter((one) => one.status === 'loaded').length")
    assert sorted(fonts) == sorted(preloaded)
    assert loaded == len(fonts)
