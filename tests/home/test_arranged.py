"""A front page follows the order that its connector gave it, and the form offers only what the page does."""

from __future__ import annotations

import re

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser

# How each part that an empty hub has is known on its page.
SIGNS = {
    "hero": r'class="hero"',
    "facts": r'class="facts"',
    "start": r"<h2>(?:New here\?|Welcome, Makena)</h2>",
    "listings": r"<h2>Invitations</h2>",
    "about": r"<h2>About Tulia</h2>",
    "orders_split": r"<h2>Where KES[^<]* go</h2>",
    "connector": r"<h2>Host</h2>",
    "members": r"<h2>Our circle</h2>",
}
ORDERS = [
    "orders_split start connector about listings members hero facts",
    "facts members about hero connector listings orders_split start",
    "connector hero facts orders_split listings start about members",
]


@pytest.fixture
def nairobi(app: HubFlask) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "nairobi"), actor=SYSTEM, now=NOW)


@pytest.fixture
def connector(app: HubFlask, nairobi: int) -> Browser:
    with app.app_context():
        return Browser(app, nairobi, make_connector(nairobi, "Njeri").account_id)


def save(connector: Browser, order: list[str]) -> None:
    places = {f"place-{name}": str(place) for place, name in enumerate(order, 1)}
    assert connector.post("/manage/front", {"section": order, **places}).status_code == 303


def parts(page: str) -> list[str]:
    """The parts of a page as they follow one another in it."""
    found = {name: re.search(sign, page) for name, sign in SIGNS.items()}
    return sorted((name for name, match in found.items() if match), key=lambda name: found[name].start())  # type: ignore[union-attr]


def expected(order: list[str]) -> list[str]:
    return ["hero", *(name for name in order if name != "hero")]


@pytest.mark.parametrize("order", ORDERS)
def test_a_member_reads_the_parts_in_the_order_that_was_chosen(
    app: HubFlask, nairobi: int, connector: Browser, order: str
) -> None:
    save(connector, order.split())
    with app.app_context():
        member = make_member(nairobi, "Makena").account_id
    assert parts(Browser(app, nairobi, member).get("/").text) == expected(order.split())


@pytest.mark.parametrize("order", ORDERS)
def test_a_visitor_and_the_preview_show_them_in_that_order_too(
    app: HubFlask, nairobi: int, connector: Browser, order: str
) -> None:
    save(connector, order.split())
    seen = parts(Browser(app, nairobi).get("/").text)
    assert seen == [name for name in expected(order.split()) if name != "members"]
    shown = connector.get("/manage/front").text
    listed = re.findall(r"<li>([^<]+)</li>", shown[shown.index('class="in-order"') :])[: len(SIGNS)]
    assert len(listed) == len(SIGNS)
    assert listed[0] == "Promise and cover"


@pytest.mark.parametrize("slug", ["lyon", "nairobi", "tunis"])
def test_a_pack_comes_out_as_it_is_written(app: HubFlask, slug: str) -> None:
    pack = load.by_slug(HUBS, slug)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        hub_id = services.open_hub(pack=pack, actor=SYSTEM, now=NOW)
    page = Browser(app, hub_id).get("/").text
    marks = {"hero": 'class="hero"', "start": 'href="/join"', "listings": 'class="empty"', "facts": 'class="facts"'}
    places = {name: page.rindex(mark) for name, mark in marks.items()}
    assert sorted(places, key=places.__getitem__) == [name for name in pack.home.sections if name in marks]


def test_the_form_has_a_number_for_all_that_can_be_moved_and_says_what_cannot(connector: Browser) -> None:
    form = connector.get("/manage/front").text
    first = form[form.index('id="section-hero"') : form.index('id="section-start"')]
    assert "always at the top" in first
    assert 'name="place-hero"' not in form
    ticks, numbers = (set(re.findall(rf'{mark}-(\w+)"', form)) for mark in ('id="section', 'name="place'))
    assert numbers == ticks - {"hero"}


def test_a_page_without_its_promise_still_has_a_title(app: HubFlask, nairobi: int, connector: Browser) -> None:
    save(connector, ["about", "connector"])
    page = Browser(app, nairobi).get("/").text
    assert parts(page) == ["about", "connector"]
    assert page.count("<h1") == 1
