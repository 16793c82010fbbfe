"""A retainer's money on its way: paid out, netted, documented and proved like any other earning."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hubapp.earnings.payouts import planning, queries, statements
from hubapp.earnings.payouts.models import PayoutDocument
from hubapp.earnings.payouts.taxes import COLUMNS, tax_rows
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.policies import Purpose
from hubapp.tenancy.scope import hub_scope
from tests.factories.earning import HOLD, Town
from tests.factories.jobs import run_all
from tests.factories.members import make_member
from tests.factories.retainers import agreed


def agree(town: Town, hub_id: int, account_id: UUID, amount: int = 7_000) -> None:
    """A weekly retainer from today on."""
    with town.till.app.app_context():
        make_member(hub_id, "Anna", account_id=account_id)
        today = clock.now().date()
        agreed(hub_id, account_id, now=clock.now(), rhythm=Rhythm.WEEKLY, amount=amount, first_day=today)


def fund(town: Town) -> None:
    """There is more at the provider than what this seller sold for."""
    town.sell(town.hubs[0], town.person("Otto"), 50_000)


def weeks(town: Town, count: int) -> None:
    """Let weeks go by, and the worker see it afterwards."""
    town.till.advance(timedelta(weeks=count, days=1))
    town.till.run("retainers.sweep")
    run_all(town.till.app)


def summary(town: Town, hub_id: int, account_id: UUID) -> tuple[int, int, int, int]:
    with town.till.app.app_context(), hub_scope(hub_id), unit_of_work():
        found = queries.summary(account_id=account_id, currency="EUR", now=clock.now())
    return found.held, found.available, found.paid, found.owed_back


def retainer_rows(town: Town, year: int) -> list[dict[str, str]]:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    town.across(lambda: writer.writerows(list(tax_rows(year=year))))
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def test_it_is_available_at_once_and_paid_out_with_everything_else(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.earner(10_000, 20_000)
    before = summary(town, lyon, seller)
    agree(town, lyon, seller)
    fund(town)
    weeks(town, 2)
    assert summary(town, lyon, seller)[:2] == (0, before[1] + 14_000)
    payout_id = town.request(lyon, seller)
    town.settle()
    town.arrive()
    assert town.payout(payout_id).amount == 27_100 + 14_000
    assert summary(town, lyon, seller)[1:3] == (0, before[1] + 14_000)
    town.assert_at_rest()
    assert town.balance(lyon, f"account:{seller}", Purpose.OWED) == 0
    assert town.balance(lyon, "core", Purpose.RETAINERS) == 14_000


def test_the_document_the_tax_file_and_the_statement_name_it(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.earner(10_000, 20_000)
    agree(town, lyon, seller)
    fund(town)
    weeks(town, 2)
    payout_id = town.request(lyon, seller)
    town.settle()
    town.arrive()
    document = town.across(
        lambda: db.session.scalars(select(PayoutDocument).where(PayoutDocument.payout_id == payout_id)).one()
    )
    lines = {(line["role"], line["hub"]): (line["lines"], line["amount"]) for line in document.content["lines"]}
    assert lines["retainer", "Lyon"] == (2, 14_000)
    (row,) = retainer_rows(town, document.year)
    assert (row["own_sales"], row["retainers"], row["paid"]) == ("271.00", "140.00", "411.00")
    with town.till.app.app_context(), hub_scope(lyon), unit_of_work():
        found = statements.statement(
            account_id=seller, currency="EUR", period=str(document.year), zone=ZoneInfo("Europe/Paris")
        )
    assert [row.amount for row in found.rows if row.kind == "retainer"] == [7_000, 7_000]
    assert found.closing == 0


def test_what_is_owed_back_is_kept_from_it(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.person()
    order_id = town.sell(lyon, seller)
    town.till.advance(HOLD)
    town.connect(lyon, seller)
    town.request(lyon, seller)
    town.settle()
    town.arrive()
    town.refund(lyon, order_id, 10_000)
    agree(town, lyon, seller, 10_000)
    weeks(town, 1)
    _held, available, _paid, owed_back = summary(town, lyon, seller)
    assert (available, owed_back) == (10_000, 9_025)
    payout_id = town.request(lyon, seller)
    town.settle()
    assert town.payout(payout_id).amount == 5_000  # at most half is kept


def test_a_stopped_payee_earns_and_is_not_paid(town: Town) -> None:
    lyon = town.hubs[0]
    seller = town.earner(10_000, 20_000)
    agree(town, lyon, seller)
    town.freeze_payee(seller, "Looked into")
    weeks(town, 2)
    assert town.balance(lyon, f"account:{seller}", Purpose.OWED) <= -14_000
    (line,) = town.across(lambda: list(planning.preview(now=clock.now(), is_everybody=True)))
    assert "Looked into" in str(line.reason)
    run_id = town.propose(is_everybody=True)
    town.approve(run_id)
    town.settle()
    assert town.payouts() == []


def test_a_frozen_hub_owes_it_and_pays_it_once_it_is_lifted(town: Town) -> None:
    lyon, nantes = town.hubs
    seller = town.earner(10_000, 20_000)
    agree(town, lyon, seller)
    town.freeze_hub(lyon, "Looked into")
    weeks(town, 2)
    (line,) = town.across(lambda: list(planning.preview(now=clock.now(), is_everybody=True)))
    assert line.amount == 18_075  # of the other hub alone
    assert town.balance(lyon, "core", Purpose.RETAINERS) == 14_000
    assert town.balance(nantes, "core", Purpose.RETAINERS) == 0
