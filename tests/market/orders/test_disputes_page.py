"""A hub's disputes, however many: open ones first, page by page, and their orders asked for at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.market.orders.views.disputes import PAGE
from hubapp.money.payments.dispute_models import Dispute
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.cases import make_case
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_shop
from tests.support.browsing import Browser
from tests.support.copied import copied
from tests.support.paged import cost, seen

PATH = "/manage/disputes"
OVER: dict[str, Any] = {"outcome": "won", "status": "won", "closed_at": NOW}


@pytest.fixture
def shop(app: HubFlask) -> Shop:
    """A hub with a dispute of €12.00."""
    with app.app_context():
        made = make_shop()
        make_case(made)
    return made


def more(app: HubFlask, shop: Shop, first: int, count: int, **values: Any) -> list[str]:
    """As many more; answers their amounts."""
    amounts = range(first, first + count)
    changes = ({"provider_id": f"du_{n}", "amount": n, **values} for n in amounts)
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        copied(Dispute, changes)
    return [f"{n / 100:.2f}" for n in amounts]


def test_it_goes_on_from_open_ones_to_those_that_are_over(app: HubFlask, shop: Shop) -> None:
    over = more(app, shop, 2_000, PAGE, due_by=None, **OVER)
    never = more(app, shop, 3_000, PAGE, due_by=None)
    late = more(app, shop, 4_000, PAGE, due_by=NOW + timedelta(days=1))
    shown = seen(Browser(app, shop.hub_id, shop.connector).get, PATH, r"<h2>€([\d.]+)</h2>")
    assert [len(page) for page in shown] == [PAGE, PAGE, PAGE, 1]
    assert [one for page in shown for one in page][1:] == [*late, *never, *over]


def test_a_full_page_costs_what_a_short_one_does(app: HubFlask, shop: Shop) -> None:
    browser = Browser(app, shop.hub_id, shop.connector)
    few = cost(browser.get, PATH)
    more(app, shop, 2_000, 2 * PAGE)
    assert browser.get(PATH).text.count("See it in the books") == PAGE
    assert cost(browser.get, PATH) == few


@pytest.mark.parametrize("key", ["x", "open.x", "maybe._0199b0f5-7a1e-7000-8000-000000000000", "over"])
def test_a_place_that_is_none_is_the_beginning(app: HubFlask, shop: Shop, key: str) -> None:
    page = Browser(app, shop.hub_id, shop.connector).get(f"{PATH}?key={key}")
    assert page.status_code == 200
    assert "<h2>€" in page.text
    assert 'rel="prev"' not in page.text
