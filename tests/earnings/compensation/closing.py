"""Closing periods in tests, and looking at what came of it (all need an application context)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import select

from hubapp.earnings.compensation import calendar, queries
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanRun
from hubapp.earnings.compensation.services import periods
from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger import queries as books
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from tests.factories.jobs import run_all
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, Network, across


def close(name: str = "2027-01", now: datetime = CLOSING) -> PlanPeriod:
    clock.set_offset(now - clock.wall())
    across(lambda: periods.close(currency="EUR", name=name, by=SYSTEM, now=now))
    run_all(current_app._get_current_object())  # type: ignore[attr-defined]
    return across(lambda: queries.period("EUR", calendar.named(name).first))  # type: ignore[no-any-return]


def lines(kind: str = "close") -> dict[tuple[str, str], int]:
    def act() -> Any:
        rows = db.session.execute(
            select(PlanLine.account_id, PlanLine.component, PlanLine.amount)
            .join(PlanRun, PlanRun.id == PlanLine.run_id)
            .where(PlanRun.kind == kind, PlanLine.amount != 0)
        )
        return {(str(row.account_id), row.component): row.amount for row in rows}

    return across(act)  # type: ignore[no-any-return]


def paid(network: Network, kind: str = "close") -> dict[tuple[str, str], int]:
    names = {str(account_id): name for name, account_id in network.people.items()}
    return {(names[account_id], component): amount for (account_id, component), amount in lines(kind).items()}


def owed(network: Network, name: str, now: datetime = CLOSING_FEBRUARY + timedelta(days=1)) -> int:
    with hub_scope(network.hub_id), unit_of_work():
        assert verify(network.hub_id).ok
        totals = shares.totals_of(f"account:{network.people[name]}", "EUR", now)
        return totals.available - totals.owed_back


def cost(network: Network) -> int:
    with hub_scope(network.hub_id), unit_of_work():
        return books.balance(owner="core", purpose=books.Purpose.COMPENSATION, currency="EUR", now=CLOSING).posted
