"""Reports are sums of postings: whatever is sold and given back, their totals are the ledger's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from hubapp.earnings.shares import services as shares
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.kernel.money import Money
from hubapp.market.books import reports, tables
from hubapp.market.books.policies import tax_by_rate
from hubapp.money.ledger import postings, rates
from hubapp.money.ledger.figures import FIGURES, SPLIT
from hubapp.money.ledger.postings import Wanted
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.books import CARL, carls_hub, settled
from tests.factories.hubs import NOW
from tests.factories.market import make_shop, place, settle

PARIS = ZoneInfo("Europe/Paris")


@pytest.fixture
def hub(app: HubFlask) -> Iterator[int]:
    with app.app_context():
        hub_id = carls_hub()
        with hub_scope(hub_id), unit_of_work():
            yield hub_id


def ledger_sum(tag: str) -> int:
    return int(
        db.session.scalar(text("SELECT coalesce(sum(amount), 0) FROM ledger_posting WHERE tag = :tag"), {"tag": tag})
    )  # type: ignore[arg-type]


SALE = st.tuples(
    st.integers(0, 50_000), st.integers(0, 5_000), st.integers(0, 2_000), st.integers(0, 500), st.integers(0, 3)
)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(SALE, max_size=5))
def test_months_are_the_sums_of_their_postings(hub: int, sales: list[tuple[int, int, int, int, int]]) -> None:
    for base, tax, shipping, fee, months_ago in sales:
        moment = NOW - timedelta(days=31 * months_ago)
        gross = base + tax + shipping
        order_id = settled(base, gross=gross, tax=tax, shipping=shipping, fee=fee, occurred_at=moment)
        if gross > 1 and months_ago % 2:
            back = {"refund_id": uuid7(), "amount": gross // 2, "currency": "EUR", "now": NOW}
            shares.reverse(order_id=order_id, **back)  # type: ignore[arg-type]
    found = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    for key, figure in FIGURES.items():
        if key not in {"own", "cross_hub", "received"}:
            assert sum(month[key] for month in found) == figure.sign * ledger_sum(figure.tags[0])
    assert sum(month["own"] for month in found) == sum(month["connector"] for month in found)
    assert all(month.net == month.split for month in found)


def test_a_lost_dispute_goes_off_the_month_as_a_refund_does(hub: int) -> None:
    order_id, dispute_id = settled(2_000, gross=2_400, tax=400, fee=20), uuid7()
    shares.freeze(order_id=order_id, dispute_id=dispute_id, now=NOW)
    # The bank keeps 30.00, of which 6.00 nobody had earned.
    shares.claw_back(order_id=order_id, dispute_id=dispute_id, amount=2_400, beyond=600, currency="EUR", now=NOW)
    (month,) = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    assert (month["turnover"], month["lost"], month.net, month.split) == (2_400, 2_400, 0, 0)
    start, end = reports.span(month.first, PARIS)
    assert reports.totals(reports.taxes(currency="EUR", start=start, end=end)) == (0, 0)


def test_a_figure_opens_to_exactly_its_postings(hub: int) -> None:
    for amount in (2_000, 3_000):
        settled(amount, fee=20)
    (month,) = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    start, end = reports.span(month.first, PARIS)
    for key in ("turnover", "fees", *SPLIT):
        figure = FIGURES[key]
        wanted = Wanted(currency="EUR", figure=figure, start=start, end=end)
        amount, count = postings.total(wanted)
        assert figure.sign * amount == month[key]
        assert len(postings.postings(wanted)) == count


def test_a_month_ends_by_the_hubs_own_clock(hub: int) -> None:
    settled(1_000, occurred_at=datetime(2026, 10, 31, 22, 59, tzinfo=UTC))
    settled(2_000, occurred_at=datetime(2026, 10, 31, 23, 1, tzinfo=UTC))
    found = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    assert [(month.first, month["turnover"]) for month in found] == [
        (date(2026, 11, 1), 2_000),
        (date(2026, 10, 1), 1_000),
    ]


def test_currencies_stand_apart(hub: int) -> None:
    settled(1_000)
    settled(5_000, currency="KES")
    found = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    assert {month.currency: month["turnover"] for month in found} == {"EUR": 1_000, "KES": 5_000}


def test_pages_of_postings_show_each_once(hub: int) -> None:
    for _ in range(4):
        settled(1_000)
    wanted, seen, before = Wanted(currency="EUR"), [], None
    while lines := postings.postings(wanted, before=before, limit=3):
        seen += [(line.seq, line.position) for line in lines]
        before = seen[-1]
    assert len(seen) == len(set(seen)) == postings.total(wanted)[1]


def sold(app: HubFlask) -> int:
    """A shop of the core's and of a seller's goods at two rates, one half given back."""
    shop = make_shop(price=1_200, tax_category="standard")
    with hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop)
    with hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id)
    return shop.hub_id


def test_taxes_are_the_tax_postings_by_rate_and_by_who_remits(app: HubFlask) -> None:
    with app.app_context():
        hub_id = sold(app)
        with hub_scope(hub_id), unit_of_work():
            start, end = reports.span(date(2026, 11, 1), PARIS)
            rows = reports.taxes(currency="EUR", start=start, end=end)
            assert [(row.is_core, row.category, row.rate, row.gross, row.tax, row.net) for row in rows] == [
                (False, "standard", 2000, 1_200, 200, 1_000)
            ]
            assert reports.totals(rows) == (ledger_sum("charge"), -ledger_sum("tax"))


def test_a_refund_takes_its_tax_off_again(app: HubFlask) -> None:
    with app.app_context():
        hub_id = sold(app)
        with hub_scope(hub_id), unit_of_work():
            order_id = db.session.scalar(text("SELECT id FROM orders"))
            assert isinstance(order_id, UUID)
            shares.reverse(order_id=order_id, refund_id=uuid7(), amount=400, currency="EUR", now=NOW)
            start, end = reports.span(date(2026, 11, 1), PARIS)
            rows = reports.taxes(currency="EUR", start=start, end=end)
            assert reports.totals(rows) == (800, -ledger_sum("tax"))
            assert 0 < rows[0].tax < 200


@given(
    amount=st.integers(-(10**6), 10**6),
    lines=st.dictionaries(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), st.integers(0, 10**5), max_size=4),
)
def test_tax_split_over_rates_sums_exactly(amount: int, lines: dict[tuple[str, int], int]) -> None:
    assert sum(tax_by_rate(amount, lines).values()) == amount


def test_the_table_to_keep_says_the_same(hub: int) -> None:
    settled(2_000, fee=20)
    found = reports.hub_months(zone=PARIS, owner=CARL, now=NOW)
    (row,) = csv.DictReader(tables.months(found, {}).splitlines())
    assert (row["month"], row["currency"], row["turnover"], row["own"]) == ("2026-11", "EUR", "20.00", "1.00")


def test_an_amount_is_converted_at_the_last_rate_before_the_day(app: HubFlask) -> None:
    with app.app_context():
        who = make_account(is_central=True)
        with platform_scope(reason="test"), unit_of_work():
            for day, rate in ((date(2026, 10, 1), "0.5"), (date(2026, 11, 1), "0.0067"), (date(2026, 12, 1), "9")):
                given_rate = {"currency": "KES", "target": "EUR", "rate": Decimal(rate), "as_of": day}
                rates.enter(**given_rate, source="central bank", who=who, now=NOW)  # type: ignore[arg-type]
            found = rates.rates_on(date(2026, 11, 30), "EUR")
            converted = rates.convert(Money(100_000, "KES"), "EUR", found)
            assert converted.value == Money(670, "EUR")
            assert converted.rate is not None
            assert converted.rate.as_of == date(2026, 11, 1)
            assert rates.convert(Money(1, "TND"), "EUR", found).value is None
            yen = rates.convert(Money(100_000, "KES"), "JPY", {"KES": found["KES"]})
            assert yen.value == Money(7, "JPY")  # no digits after the point


def test_a_day_has_one_rate_for_ever(app: HubFlask) -> None:
    with app.app_context():
        who = make_account(is_central=True)
        with platform_scope(reason="test"), unit_of_work():
            same = {
                "currency": "KES",
                "target": "EUR",
                "as_of": date(2026, 11, 1),
                "source": "x",
                "who": who,
                "now": NOW,
            }
            rates.enter(rate=Decimal(1), **same)  # type: ignore[arg-type]
            with pytest.raises(rates.RateKnown):
                rates.enter(rate=Decimal(2), **same)  # type: ignore[arg-type]
            with pytest.raises(rates.SameCurrency):
                rates.enter(rate=Decimal(2), **{**same, "target": "KES"})  # type: ignore[arg-type]
