"""Documents and statements: numbered without gaps, equal to the ledger, and nobody else's."""

from __future__ import annotations

import csv
import io
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.earnings.payouts import services, statements
from hubapp.earnings.payouts.models import PayoutDocument
from hubapp.earnings.payouts.statements import Statement
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.queries import Purpose
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import BANK_DAYS, Town
from tests.factories.races import together
from tests.support.browsing import Browser


def documents(town: Town) -> list[PayoutDocument]:
    return list(town.across(lambda: db.session.scalars(select(PayoutDocument).order_by(PayoutDocument.id)).all()))


def paid(town: Town, seller: UUID) -> UUID:
    payout_id = town.request(town.hubs[0], seller)
    town.settle()
    town.arrive()
    return payout_id


def statement(town: Town, hub_id: int, seller: UUID, period: str) -> Statement:
    with town.till.app.app_context(), hub_scope(hub_id), unit_of_work():
        zone = tenancy.hub_view(hub_id).zone
        return statements.statement(account_id=seller, currency=town.currency, period=period, zone=zone)


def months(town: Town) -> tuple[str, ...]:
    return tuple(f"{clock.now() - timedelta(days=days):%Y-%m}" for days in (31, 0))


def test_a_payout_that_has_arrived_has_its_document(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = paid(town, seller)
    (made,) = documents(town)
    assert (made.payout_id, made.kind, made.number, made.amount) == (payout_id, "invoice", 1, 27_100)
    assert [(line["role"], line["amount"]) for line in made.content["lines"]] == [("seller", 9_025), ("seller", 18_075)]
    own = Browser(town.till.app, town.hubs[0], seller)
    assert f"/me/earnings/documents/{made.id}" in own.get(f"/me/earnings/{payout_id}").text
    sheet = own.get(f"/me/earnings/documents/{made.id}").text
    assert "Proceeds of own sales, passed on" in sheet
    assert "€271.00" in sheet
    stranger = Browser(town.till.app, town.hubs[0], town.person("Bo"))
    assert stranger.get(f"/me/earnings/documents/{made.id}").status_code == 404


def test_on_new_years_eve_it_bears_a_day_of_the_year_of_its_number_in_every_hub(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    town.till.advance(datetime(2026, 12, 31, 23, 15, tzinfo=UTC) - BANK_DAYS - clock.now())
    paid(town, seller)  # in Lyon it is the new year for a quarter of an hour
    (made,) = documents(town)
    assert (made.year, made.day) == (2026, date(2026, 12, 31))
    own = Browser(town.till.app, town.hubs[0], seller)
    for path in (f"documents/{made.id}", "tax/2026", "tax/2026.csv"):
        said = own.get(f"/me/earnings/{path}").text
        assert "2026-00001" in said
        assert any(day in said for day in ("December 31, 2026", "Dec 31, 2026", "2026-12-31"))
        assert "2027" not in said
    assert "2026-00001" not in own.get("/me/earnings/tax/2027").text


def test_making_it_again_or_twice_at_once_makes_one(town: Town) -> None:
    payout_id = paid(town, town.earner(10_000, 20_000))

    def issue() -> UUID | None:
        return town.across(lambda: services.issue(payout_id=payout_id, now=clock.now()))  # type: ignore[no-any-return]

    town.across(lambda: db.session.execute(select(PayoutDocument)))
    assert len(set(together(issue, issue))) == 1
    assert [made.number for made in documents(town)] == [1]


def test_what_comes_back_is_canceled_by_the_next_number(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    payout_id = paid(town, seller)
    payout = town.payout(payout_id)
    town.till.sandbox.bounce_payout(str(payout.destination), str(payout.provider_id))
    town.settle()
    first, second = documents(town)
    assert (second.kind, second.number, second.amount) == ("cancellation", 2, -first.amount)
    assert second.content["cancels"] == f"{first.year}-00001"
    own = Browser(town.till.app, town.hubs[0], seller)
    rows = list(csv.DictReader(io.StringIO(own.get(f"/me/earnings/tax/{first.year}.csv").text)))
    assert [row["paid"] for row in rows] == ["271.00", "-271.00"]
    assert [row["own_sales"] for row in rows] == ["271.00", "-271.00"]


def test_a_statement_is_what_the_ledger_says(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    paid(town, seller)
    for hub_id in town.hubs:
        before, now = (statement(town, hub_id, seller, month) for month in months(town))
        assert now.closing == -town.balance(hub_id, f"account:{seller}", Purpose.OWED) == 0
        assert now.opening == before.closing
        assert before.opening + before.earned + now.earned - before.paid - now.paid == now.closing
        year = statement(town, hub_id, seller, f"{clock.now():%Y}")
        assert [row.kind for row in year.rows] == ["sale", "payout_paid"]


def test_a_year_is_its_months(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    paid(town, seller)
    year = f"{clock.now():%Y}"
    each = [statement(town, town.hubs[0], seller, f"{year}-{month:02d}") for month in range(1, 13)]
    whole = statement(town, town.hubs[0], seller, year)
    assert [row.seq for month in each for row in month.rows] == [row.seq for row in whole.rows]
    assert [month.opening for month in each[1:]] == [month.closing for month in each[:-1]]
    assert (each[0].opening, each[-1].closing) == (whole.opening, whole.closing)


def test_the_page_the_table_and_the_sheet_agree(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    period = f"{clock.now():%Y}"
    own = Browser(town.till.app, town.hubs[0], seller)
    page, sheet = (own.get(f"/me/earnings/periods/{period}{end}").text for end in ("", "?print=1"))
    rows = list(csv.DictReader(io.StringIO(own.get(f"/me/earnings/periods/{period}.csv").text)))
    assert [(row["what"], row["balance"]) for row in rows] == [
        ("opening", "0.00"),
        ("sale", "90.25"),
        ("closing", "90.25"),
    ]
    assert "€90.25" in page
    assert "€90.25" in sheet
    assert own.get("/me/earnings/periods").location.startswith("/me/earnings/periods/20")


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "26-01", "2026-00", "last", "1999"])
def test_what_is_no_month_and_no_year_is_not_found(town: Town, period: str) -> None:
    own = Browser(town.till.app, town.hubs[0], town.person())
    assert own.get(f"/me/earnings/periods/{period}").status_code == 404
    assert own.get(f"/me/earnings/periods/{period}.csv").status_code == 404
