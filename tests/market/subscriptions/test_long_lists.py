"""Many subscriptions: a member's own, their months, who is behind and what comes all go on by key."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.subscriptions import queries
from hubapp.market.subscriptions.models import Subscription, SubscriptionPeriod
from hubapp.market.subscriptions.queries import MONTHS, PAGE
from hubapp.money.payments.models import SavedCard
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.market import Shop, make_listing, make_shop
from tests.support.browsing import Browser
from tests.support.paged import cost, seen

MINE, ALL = "/me/subscriptions", "/manage/subscriptions"
BOX = r">(Box \d+)<"
COUNT = 2 * PAGE + 5
HOUR = timedelta(hours=1)


@pytest.fixture
def shop(app: HubFlask) -> Shop:
    with app.app_context():
        return make_shop(is_monthly=True, price=1200)


def subscribe(app: HubFlask, shop: Shop, rows: Iterable[dict[str, Any]]) -> list[UUID]:
    """Rows, one for each; they cost €12.00 a month, where nothing else is said."""
    day = NOW.date()
    usual: dict[str, Any] = {"listing_id": shop.listing_id, "quantity": 1, "currency": "EUR", "unit_price": 1200}
    usual |= {"delivery": "pickup", "starts_on": day, "next_period": 1, "next_at": NOW, "consented_at": NOW}
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        card = SavedCard(account_id=shop.buyer, customer_id="c", method_id=str(uuid4()), brand="visa", last4="4242")
        card.exp_month, card.exp_year, card.created_at = 1, 2031, NOW
        db.session.add(card)
        db.session.flush()
        made = [Subscription(**{**usual, "card_id": card.id, "created_at": NOW, **row}) for row in rows]
        db.session.add_all(made)
        db.session.flush()
        return [row.id for row in made]


def own(app: HubFlask, shop: Shop, alive: int, over: int) -> list[UUID]:
    """The buyer's: so many that go on, and so many that are over, in turns."""
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        listings = [make_listing(seller_account_id=shop.seller).id for _number in range(alive)]
    going = [{"listing_id": one, "status": "paused"} for one in listings]
    ended = [{"status": "canceled", "ended_at": NOW} for _number in range(over)]
    rows = sorted([*enumerate(going), *enumerate(ended)], key=lambda row: row[0])
    same = {"account_id": shop.buyer}
    return subscribe(app, shop, ({"title": f"Box {n}", **same, **row} for n, (_turn, row) in enumerate(rows)))


def once(shown: list[list[str]], size: int, count: int) -> list[str]:
    assert [len(page) for page in shown] == [*[size] * (count // size), count % size]
    together = [one for page in shown for one in page]
    assert len(set(together)) == count
    return together


def test_a_members_subscriptions_go_on_those_that_are_alive_first(app: HubFlask, shop: Shop) -> None:
    own(app, shop, PAGE + 2, PAGE + 3)
    shown = once(seen(Browser(app, shop.hub_id, shop.buyer).get, MINE, BOX), PAGE, COUNT)
    # In turns up to the last one, which is over.
    numbers = [int(one.split()[1]) for one in shown]
    assert numbers == [*range(2 * PAGE + 2, -1, -2), COUNT - 1, *range(2 * PAGE + 3, 0, -2)]


def test_nobody_stops_counting_somebodys_subscriptions(app: HubFlask, shop: Shop) -> None:
    made = own(app, shop, 60, 60)
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert {row.id for row in queries.subscriptions_of(shop.buyer)} == set(made)


def test_the_months_of_a_subscription_go_on(app: HubFlask, shop: Shop) -> None:
    (subscription_id,) = subscribe(app, shop, [{"account_id": shop.buyer, "title": "Box", "status": "paused"}])
    same: dict[str, Any] = {"subscription_id": subscription_id, "status": "skipped", "created_at": NOW}
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        days = [NOW + timedelta(days=number) for number in range(MONTHS + 4)]
        db.session.add_all(SubscriptionPeriod(number=n, due_at=day, **same) for n, day in enumerate(days))
    browser, path = Browser(app, shop.hub_id, shop.buyer), f"{MINE}/{subscription_id}"
    once(seen(browser.get, path, r'data-label="Day"[^>]*>([^<]+)<'), MONTHS, MONTHS + 4)
    for nonsense in ("x", "0", "-3", "9999999999999999999"):
        page = browser.get(f"{path}?before={nonsense}")
        assert (page.status_code, 'rel="prev"' in page.text) == (200, False)


def coming(app: HubFlask, shop: Shop, count: int, **values: Any) -> None:
    """Everybody's next renewal, at two moments only."""
    at: datetime = clock.now() + HOUR
    rows = ({"account_id": uuid4(), "title": f"Box {n}", "next_at": at + n % 2 * HOUR, **values} for n in range(count))
    subscribe(app, shop, rows)


def test_coming_renewals_go_on_and_their_sum_is_that_of_all(app: HubFlask, shop: Shop) -> None:
    coming(app, shop, COUNT, status="active", shipping_price=50, quantity=2)
    subscribe(
        app, shop, [{"account_id": uuid4(), "title": "Late", "next_at": clock.now() + 1000 * HOUR, "status": "active"}]
    )
    browser = Browser(app, shop.hub_id, shop.connector)
    shown = once(seen(browser.get, ALL, BOX, "Coming renewals"), PAGE, COUNT)
    first, second = [[f"Box {n}" for n in range(COUNT) if n % 2 == odd] for odd in (0, 1)]
    assert shown == [*first, *second]
    # 65 × (2 × €12.00 + €0.50)
    assert all(f"€{COUNT * 2450 // 100:,}.50" in browser.get(path).text for path in (ALL, f"{ALL}?coming=x"))


def test_those_who_are_behind_go_on(app: HubFlask, shop: Shop) -> None:
    coming(app, shop, COUNT, status="past_due", behind_since=NOW)
    browser = Browser(app, shop.hub_id, shop.connector)
    shown = once(seen(browser.get, ALL, BOX, "Behind with a payment"), PAGE, COUNT)
    assert shown == [f"Box {n}" for n in range(COUNT)]


def test_full_pages_cost_what_short_ones_do(app: HubFlask, shop: Shop) -> None:
    paths = ((shop.connector, ALL), (shop.buyer, MINE))

    def costs() -> list[int]:
        return [cost(Browser(app, shop.hub_id, who).get, path) for who, path in paths]

    coming(app, shop, 1, status="active")
    coming(app, shop, 1, status="suspended", behind_since=NOW)
    own(app, shop, 1, 1)
    few = costs()
    coming(app, shop, COUNT, status="active")
    coming(app, shop, COUNT, status="suspended", behind_since=NOW)
    own(app, shop, COUNT, COUNT)
    assert costs() == few


@pytest.mark.parametrize("after", ["x", "on_x", "maybe_0199b0f5-7a1e-7000-8000-000000000000", "over"])
def test_a_place_that_is_none_is_the_beginning(app: HubFlask, shop: Shop, after: str) -> None:
    own(app, shop, 1, 0)
    page = Browser(app, shop.hub_id, shop.buyer).get(f"{MINE}?after={after}")
    assert page.status_code == 200
    assert "Box 0" in page.text
    assert 'rel="prev"' not in page.text
