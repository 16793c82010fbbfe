"""The network's search finds what hubs have open to everybody, and names the hub; nothing else of any hub."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.community.gatherings import services as gatherings
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.catalogue import services as catalogue
from hubapp.tenancy import pages
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.gatherings import make_gathering
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_listing
from tests.factories.searching import Shelf, make_shelf, soon, titles_of
from tests.support.browsing import Browser
from tests.support.queries import counted

BUDGET = 9
MO = Actor(UUID(int=9), "Mo")
OPEN = {"gatherings": ["Cooking quinces"], "market": ["Quince jelly"], "pages": ["Our quince garden"]}
TEXTS = {"en": {"name": "Lyon", "place": "Croix-Rousse", "tagline": "We mend.", "promise": "Quince for everybody."}}


@pytest.fixture
def shelf(app: HubFlask) -> Shelf:
    return make_shelf(app)


def searched(app: HubFlask, typed: str = "quince", **args: str) -> str:
    page = Browser(app, None).get("/search", query_string={"q": typed, **args})
    assert page.status_code == 200
    return page.text


def found(app: HubFlask, typed: str = "quince", **args: str) -> dict[str, list[str]]:
    return titles_of(searched(app, typed, **args))


def change(hub_id: int, **values: object) -> None:
    """Change a hub's row, as the central team."""
    with platform_scope(reason="test"), unit_of_work():
        hub = db.session.get_one(Hub, hub_id)
        for name, value in values.items():
            setattr(hub, name, value)


def test_what_is_open_to_everybody_is_found_and_its_hub_named(app: HubFlask, shelf: Shelf) -> None:
    page = searched(app)
    assert titles_of(page) == OPEN
    assert f"http://lyon.localhost:8000/market/{shelf.things['listing']}" in page
    assert "<bdi>Lyon</bdi>" in page
    assert "Quince harvest" not in page
    assert "quince trees" not in page


@pytest.mark.parametrize("area", list(OPEN))
def test_one_area_alone(app: HubFlask, shelf: Shelf, area: str) -> None:
    assert found(app, **{"in": area}) == {area: OPEN[area]}


def test_hubs_are_found_by_name_place_and_promise(app: HubFlask, shelf: Shelf) -> None:
    with app.app_context():
        change(shelf.hub_id, home={"texts": TEXTS})
        make_hub("lyonnaise", place="Elsewhere")
        make_hub("atlas", place="Lyon", home={"texts": {"en": {"promise": "Nothing."}}})
        make_hub("zeta", home={"texts": {"en": {"promise": "Close to Lyon."}}})
    assert found(app, "lyon")["hubs"] == ["Atlas", "Lyon", "Lyonnaise", "Zeta"]
    assert found(app, "quince mend")["hubs"] == ["Lyon"]
    assert found(app, "promise tagline") == {}


def test_a_hubs_name_with_a_slip(app: HubFlask, shelf: Shelf) -> None:
    with app.app_context():
        make_hub("nairobi")
    assert found(app, "niarobi") == {"hubs": ["Nairobi"]}


def _close(shelf: Shelf) -> None:
    change(shelf.hub_id, status="closed")


def _no_events(shelf: Shelf) -> None:
    change(shelf.hub_id, features={"events": False})


def _hide_gathering(shelf: Shelf) -> None:
    thing = shelf.things["gathering"]
    shelf.inside(lambda: gatherings.hide_gathering(gathering_id=thing, reason="No.", actor=MO, now=NOW))


def _withdraw(shelf: Shelf) -> None:
    seller = shelf.ann.account_id
    shelf.inside(lambda: catalogue.withdraw(listing_id=shelf.things["listing"], seller_id=seller, now=NOW))


def _remove_page(shelf: Shelf) -> None:
    shelf.inside(lambda: pages.remove_page(slug="garden", actor=SYSTEM, now=NOW))


GONE: dict[str, tuple[Callable[[Shelf], None], set[str]]] = {
    "a closed hub": (_close, set(OPEN)),
    "gatherings that are switched off": (_no_events, {"gatherings"}),
    "a hidden gathering": (_hide_gathering, {"gatherings"}),
    "a withdrawn listing": (_withdraw, {"market"}),
    "a removed page": (_remove_page, {"pages"}),
}


@pytest.mark.parametrize("what", list(GONE))
def test_what_is_out_of_sight_is_not_found(app: HubFlask, shelf: Shelf, what: str) -> None:
    act, areas = GONE[what]
    with app.app_context():
        act(shelf)
    assert found(app) == {area: some for area, some in OPEN.items() if area not in areas}


def test_drafts_legal_texts_and_what_is_over_are_not_found(app: HubFlask, shelf: Shelf) -> None:
    def write() -> None:
        make_listing(title="Zucchini", status="draft")
        make_gathering(when=soon(), now=clock.now(), title="Zucchini", is_published=False)
        make_gathering(when=soon(-9), now=clock.now() - timedelta(days=30), title="Zucchini over")
        pages.save_page(slug="terms", locale="en", title="Zucchini", body="Law.", actor=SYSTEM, now=NOW)

    shelf.inside(write)
    assert found(app, "zucchini") == {}


def test_a_page_comes_in_the_readers_language_or_the_hubs_own(app: HubFlask, shelf: Shelf) -> None:
    def write() -> None:
        pages.save_page(slug="tool", locale="en", title="Toolshed", body="Drills.", actor=SYSTEM, now=NOW)
        pages.save_page(slug="tool", locale="fr", title="Outils", body="Drills, perceuses.", actor=SYSTEM, now=NOW)
        pages.save_page(slug="own", locale="en", title="Drills only here", body="x", actor=SYSTEM, now=NOW)

    shelf.inside(write)
    assert found(app, "drills")["pages"] == ["Toolshed", "Drills only here"]
    french = Browser(app, None).get("/search?q=drills", headers={"Accept-Language": "fr"}).text
    assert titles_of(french)["pages"] == ["Outils", "Drills only here"]


@pytest.mark.parametrize("area", ["hubs", "gatherings", "market", "pages"])
def test_an_area_pages_by_key_without_gaps_or_doubles(app: HubFlask, shelf: Shelf, area: str) -> None:
    def make(n: int) -> None:
        if area == "gatherings":
            make_gathering(when=soon(2 + n), now=clock.now(), title=f"Damson {n:02}")
        elif area == "market":
            make_listing(title=f"Damson {n:02}")
        else:
            pages.save_page(slug=f"d{n:02}", locale="en", title=f"Damson {n:02}", body="x", actor=SYSTEM, now=NOW)

    if area == "hubs":
        with app.app_context():
            for n in range(25):
                make_hub(f"d{n:02}", name=f"Damson {n:02}")
    else:
        shelf.inside(lambda: [make(n) for n in range(25)])
    first = searched(app, "damson", **{"in": area})
    path = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = Browser(app, None).get(path).text
    seen = titles_of(first)[area] + titles_of(second)[area]
    assert sorted(seen) == [f"Damson {n:02}" for n in range(25)]
    assert 'rel="next"' not in second


def test_whatever_is_typed_is_words_or_nothing(app: HubFlask, shelf: Shelf) -> None:
    nothing = ["' OR 1=1 --", "a:*&|!", "x" * 10_000, "   ", "\x00", "%", "\\"]
    assert {typed: found(app, typed) for typed in nothing} == {typed: {} for typed in nothing}


@pytest.mark.parametrize("after", ["x", "9~~", "~~~~", "0~nope", "1~lyon", "0~~nope"])
def test_a_key_of_nonsense_breaks_nothing(app: HubFlask, shelf: Shelf, after: str) -> None:
    for area in ("hubs", "gatherings", "market", "pages"):
        searched(app, **{"in": area, "after": after})


def test_it_asks_a_fixed_number_of_queries_however_many_hubs(app: HubFlask, shelf: Shelf) -> None:
    with counted() as statements:
        searched(app)
    for slug in ("one", "two", "three"):
        make_shelf(app, slug)
    with counted() as more:
        searched(app)
    assert len(more) == len(statements) <= BUDGET
