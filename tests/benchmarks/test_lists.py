"""Every list that the benchmark measures asks as many queries for a full page as for a short one, and few."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from hubapp.money.payments import plug
from tests.benchmarks import crowd, filling, piling, town
from tests.benchmarks.filling import Full
from tests.benchmarks.measuring import Page
from tests.conftest import Databases, living
from tests.support.queries import counted

# A page shows 20 to 30 of something: one that is not full, with some of every kind, and one that is and goes on.
FEW, MANY = 12, 60
MEMBERS = {**crowd.LISTS, **crowd.SEARCHES, **crowd.PILES, "Answers": "/feed/{post}", "Tickets": "/me/tickets"}
TEAM = {**crowd.DESK, "Listings": "/manage/listings", "Agenda": "/manage/events", "Talk": "/manage/conversations"}
OPEN = {"Front page": "/", "Feed": "/feed", "Gatherings": "/events", "Market": "/market"}
# Of any page: what asks more is one query per row, or too much for a page.
MOST = 20


@pytest.fixture(scope="module")
def hubs(
    databases: Databases, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> dict[int, dict[str, list[str]]]:
    """Size → page → what it asks."""
    asked: dict[int, dict[str, list[str]]] = {}
    for size in (FEW, MANY):
        with ExitStack() as stack:
            live = stack.enter_context(living(databases, worker_id, tmp_path_factory.mktemp("lists")))
            plug.install_sandbox(live.server)
            place = town.build(live.app)
            full = Full(live.app, place, size, filling.fill(live.app, place, size=size))
            piling.pile(live.app, place, full.post_id, size=size)
            asked[size] = dict(questions(full))
    return asked


def questions(full: Full) -> Iterator[tuple[str, list[str]]]:
    team = town.cookie_of(full.app, full.place.shop.connector, full.place.hub_id)
    for who, cookie, pages in (("member", None, MEMBERS), ("team", team, TEAM), ("visitor", "", OPEN)):
        for name, path in pages.items():
            page = full.page(path, cookie=cookie)
            page.text()
            # What is remembered for seconds may just have been forgotten.
            yield f"{who}: {name}", min((asked_by(page) for _ in range(3)), key=len)


def asked_by(page: Page) -> list[str]:
    with counted() as statements:
        page.text()
    return statements


def test_full_lists_cost_what_short_ones_do(hubs: dict[int, dict[str, list[str]]]) -> None:
    grown = {
        name: (len(few), len(hubs[MANY][name])) for name, few in hubs[FEW].items() if len(hubs[MANY][name]) > len(few)
    }
    assert grown == {}


def test_no_list_asks_much(hubs: dict[int, dict[str, list[str]]]) -> None:
    assert len(hubs[MANY]) == len(MEMBERS) + len(TEAM) + len(OPEN)
    assert {name: len(asked) for name, asked in hubs[MANY].items() if not 1 <= len(asked) <= MOST} == {}
