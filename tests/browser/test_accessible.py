"""Axe finds nothing on the demo's main pages, as any role, light or dark, phone or desktop; and no page is too wide.

test_map looks at every page of the URL map. Here one of five places of the demo is looked at, all with `make axe`.
"""

from __future__ import annotations

import os
from typing import Any

import pytest
from playwright.sync_api import Browser, StorageState

from tests.browser.conftest import Visit
from tests.browser.looking import HEIGHT, Scheme, faults
from tests.browser.people import Person
from tests.browser.places import Place, places
from tests.browser.site import Site

# One of five places is seen in one of the four; which one changes from place to place: five and four have nothing in
# common, so that all looks take turns. `make axe` sees all of them in all four.
Look = tuple[int, tuple[Scheme, ...]]
LOOKS: list[Look] = [(390, ("dark",)), (1440, ("light",)), (390, ("light",)), (1440, ("dark",))]
SEEN = [(place, LOOKS[number % len(LOOKS)]) for number, place in enumerate(places())][::5]
if os.environ.get("HUBAPP_AXE") == "all":
    SEEN = [(place, (width, ("light", "dark"))) for place in places() for width in (390, 1440)]
Cookies = dict[tuple[str, str], StorageState]


@pytest.fixture(scope="session")
def cookies() -> Cookies:
    """Who is signed in where already: signing in once per role is enough."""
    return {}


def enter(visit: Visit, place: Place, cookies: Cookies, **options: Any) -> Person:
    """Somebody who may see a place, in front of it."""
    if place.who and (place.who, place.hub) not in cookies:
        person = visit()
        person.sign_in(place.who, place.hub)
        person.page.wait_for_load_state()
        cookies[place.who, place.hub] = person.context.storage_state()
    state = cookies[place.who, place.hub] if place.who else None
    # Axe is a script of the test's own, which the page's policy would not let in.
    person = visit(storage_state=state, bypass_csp=True, locale=None, **options)
    person.go(place.hub, place.path)
    if place.link:
        person.page.goto(person.main.locator(f"a[href*='{place.link}']").first.evaluate("link => link.href"))
    return person


@pytest.mark.parametrize(
    ("place", "look"),
    SEEN,
    ids=[f"{place} {width} {' '.join(schemes)}" for place, (width, schemes) in SEEN],
)
def test_axe_finds_nothing(visit: Visit, cookies: Cookies, place: Place, look: Look) -> None:
    width, schemes = look
    person = enter(visit, place, cookies, viewport={"width": width, "height": HEIGHT}, color_scheme=schemes[0])
    assert faults(person.page, width=width, schemes=schemes) == []


@pytest.mark.parametrize("hub", ["", "lyon", "nairobi", "tunis"])
def test_no_page_breaks_its_own_policy(browser: Browser, site: Site, hub: str) -> None:
    context = browser.new_context()
    page, said = context.new_page(), []
    page.on("console", lambda message: said.append(message.text))
    answer = page.goto(site.url(hub))
    page.wait_for_load_state("networkidle")
    context.close()
    assert answer is not None
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"]
    assert said == []
