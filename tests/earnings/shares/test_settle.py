"""A settled sale: one balanced entry, a right for each party, the month's tiers in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby

import pytest

from hubapp.earnings.shares import line_queries, queries
from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.errors import NotSettled, WrongAmounts
from hubapp.earnings.shares.policies import Amounts, Parties
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.queries import Purpose
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.books import ANNA, CARL, ROSA, carls_hub, paid_order, settled
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector
from tests.factories.placed import behind


@pytest.fixture
def hub(app: HubFlask) -> Iterator[int]:
    with app.app_context():
        hub_id = carls_hub()
        with hub_scope(hub_id), unit_of_work():
            yield hub_id


def parts_of(order_id: object) -> dict[str, int]:
    lines = sorted(queries.split_of(order_id), key=lambda line: line.role)  # type: ignore[arg-type]
    return {role: sum(line.amount for line in group) for role, group in groupby(lines, key=lambda line: line.role)}


def posted(owner: str, purpose: Purpose) -> int:
    return books.balance(owner=owner, purpose=purpose, currency="EUR", now=NOW).posted


def test_twenty_euros_split_by_the_published_rules(hub: int) -> None:
    order_id = settled(2000, referrer_owner=ROSA, fee=55)
    assert parts_of(order_id) == {"seller": 1685, "connector": 100, "referrer": 100, "core": 60, "fee": 55}


def test_the_books_show_every_part(hub: int) -> None:
    settled(2000, gross=2900, tax=400, shipping=500, fee=55)
    owed = {owner: posted(owner, Purpose.OWED) for owner in (ANNA, CARL)}
    assert owed == {ANNA: -(2900 - 55 - 100 - 60), CARL: -100}
    assert posted("provider", Purpose.PROVIDER_PENDING) == 2900 - 55
    assert posted("core", Purpose.PLATFORM_REVENUE) == -60
    assert posted("core", Purpose.PROCESSOR_FEES) == 0
    assert verify(hub).ok


def test_fee_and_tax_are_postings_of_their_own(hub: int) -> None:
    order_id = settled(2000, gross=2400, tax=400, fee=55)
    legs = books.entries_of(f"order:{order_id}")[0].legs
    assert {leg.tag: leg.amount for leg in legs} == {
        "charge": 2400,
        "fee": -55,
        "paid": 55,
        "recovered": -55,
        "seller": -(2000 - 55 - 100 - 60),
        "connector": -100,
        "core": -60,
        "tax": -400,
    }


def test_the_cores_own_sale_goes_to_sales_and_tax(hub: int) -> None:
    settled(2000, gross=2400, tax=400, seller_owner="core", connectors=())
    balances = {found.purpose: found.posted for found in books.balances_of(owner="core", now=NOW)}
    assert balances == {"sales": -1840, "tax": -400, "vacant_share": -100, "platform_revenue": -60}


def test_settling_twice_is_settling_once(hub: int) -> None:
    order = paid_order()
    behind(order)
    shares.settle(order=order)
    shares.settle(order=order)
    assert posted(CARL, Purpose.OWED) == -100
    assert queries.turnover(currency="EUR", now=NOW) == 2000


def test_amounts_that_contradict_each_other_are_refused(hub: int) -> None:
    with pytest.raises(WrongAmounts):
        shares.settle(order=paid_order(2000, gross=1999))


def test_a_free_order_earns_nobody_anything(hub: int) -> None:
    order_id = settled(0)
    assert queries.split_of(order_id) == []


def test_the_month_moves_through_the_tiers(hub: int) -> None:
    settled(480_000)
    order_id = settled(40_000)
    connector = next(line for line in queries.split_of(order_id) if line.role == "connector")
    assert connector.amount == 1000 + 1200
    assert connector.explanation["steps"] == [[500, 20_000], [600, 20_000]]
    assert connector.explanation["turnover"] == 480_000


def test_the_month_is_the_hubs_own(hub: int) -> None:
    # 23:30 UTC on the last of October is November in Paris.
    settled(480_000, occurred_at=datetime(2026, 10, 31, 23, 30, tzinfo=UTC))
    assert queries.turnover(currency="EUR", now=NOW) == 480_000


def test_a_new_month_starts_at_the_first_tier(hub: int) -> None:
    settled(600_000)
    later = settled(10_000, occurred_at=NOW + timedelta(days=30))
    assert parts_of(later)["connector"] == 500


def test_tier_bounds_follow_the_currency(app: HubFlask) -> None:
    with app.app_context():
        hub_id = carls_hub(currency="JPY")
        with hub_scope(hub_id), unit_of_work():
            assert parts_of(settled(6000, currency="JPY"))["connector"] == 250 + 60
            assert parts_of(settled(6_000_000, currency="TND"))["connector"] == 250_000 + 60_000


def test_co_connectors_split_by_weight(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub()
        one, two = (f"account:{make_connector(hub_id, name).account_id}" for name in ("Ada", "Bo"))
        with hub_scope(hub_id), unit_of_work():
            order_id = settled(2001, connectors=((one, 1), (two, 2)))
            pair = {line.owner: line.amount for line in queries.split_of(order_id) if line.role == "connector"}
    assert pair == {one: 33, two: 67}


def test_a_hub_without_connector_is_marked_vacant(hub: int) -> None:
    order_id = settled(2000, connectors=())
    line = next(line for line in queries.split_of(order_id) if line.role == "connector")
    assert (line.owner, line.is_vacant, line.amount) == ("core", True, 100)


def test_terms_frozen_on_the_order_decide(hub: int) -> None:
    terms = shares.freeze_terms(now=NOW)
    cheaper = shares.Terms(terms.rule_key, replace(terms.rules, core_bps=0))
    assert "core" not in parts_of(settled(2000, terms=shares.Terms.from_json(cheaper.as_json())))


def test_rights_wait_for_the_hold(hub: int) -> None:
    settled(2000)
    (line,) = line_queries.earnings_of(CARL, currency="EUR")
    assert line.available_at == NOW + timedelta(days=16)
    assert queries.totals_of(CARL, "EUR", NOW) == (100, 0, 0, 0)
    assert queries.totals_of(CARL, "EUR", line.available_at) == (0, 100, 0, 0)


def test_earnings_are_paged_by_key(hub: int) -> None:
    orders = [settled(1000 * number) for number in range(1, 6)]
    first = line_queries.earnings_of(CARL, currency="EUR", limit=3)
    rest = line_queries.earnings_of(CARL, currency="EUR", limit=3, before=first[-1].id)
    assert [line.order_id for line in first + rest] == orders[::-1]


def test_a_preview_is_what_settling_then_does(hub: int) -> None:
    settled(490_000)
    previewed = queries.preview(
        amounts=Amounts(gross=30_000, base=25_000, tax=5000),
        parties=Parties(ANNA, ((CARL, 1),), ROSA),
        currency="EUR",
        now=NOW,
    )
    order_id = settled(25_000, gross=30_000, tax=5000, referrer_owner=ROSA)
    assert [(line.role, line.amount) for line in previewed] == [
        (line.role, line.amount) for line in queries.split_of(order_id)
    ]


def test_an_unpaid_order_has_no_split(hub: int) -> None:
    with pytest.raises(NotSettled):
        queries.split_of(uuid7())


def test_one_hub_does_not_see_the_others_splits(app: HubFlask) -> None:
    with app.app_context():
        one, two = carls_hub("one"), carls_hub("two")
        with hub_scope(one), unit_of_work():
            order_id = settled()
        with hub_scope(two), unit_of_work():
            assert not queries.is_settled(order_id)
            assert queries.turnover(currency="EUR", now=NOW) == 0
