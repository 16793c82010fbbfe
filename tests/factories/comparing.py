"""A town whose books are held against the sandbox's, and hands that tamper with either."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import select

from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.server import Server
from hubapp.money.ledger.queries import Purpose
from hubapp.money.reconciliation import jobs, queries, services
from hubapp.money.reconciliation.models import BalanceTxn, Item, Run
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from tests.factories.earning import Town
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all


@dataclass
class Auditor:
    """Compares, and tampers."""

    town: Town
    server: Server

    def compare(self, *, since: datetime | None = None) -> Run:
        """One whole comparison, its jobs included; answers its run."""
        with self.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            run_id = jobs.ask(since=since, asked_by="test", now=clock.now())
        run_all(self.town.till.app)
        return self.read(queries.run, run_id)

    def read(self, query: Any, *values: Any, **named: Any) -> Any:
        """Ask one of the slice's queries."""
        with self.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return query(*values, **named)

    def items(self, status: str | None = None) -> list[Item]:
        """The differences."""
        return list(self.read(queries.items, status=status))

    def seen(self) -> list[tuple[str, str, str]]:
        """(kind, reason, status) of what is not resolved."""
        return sorted((item.kind, item.reason, item.status) for item in self.items())

    def lines(self) -> list[BalanceTxn]:
        """The mirror."""
        with self.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            return list(db.session.scalars(select(BalanceTxn)))

    def explain(self, item_id: UUID, note: str) -> None:
        """A person's words."""
        with self.town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
            services.explain(item_id=item_id, note=note, actor=Actor(UUID(int=1), "Noor"), now=clock.now())

    def suspense(self) -> dict[int, int]:
        """Hub → balance of its suspense account."""
        return {hub: self.town.balance(hub, "core", Purpose.SUSPENSE) for hub in self.town.hubs}

    def tamper(self, statement: str, *values: Any) -> int:
        """Change the books as nobody may: past every right and trigger. Answers how many rows."""
        with psycopg.connect(self.server.admin) as connection:
            connection.execute("SET session_replication_role = replica")
            return connection.execute(statement, values).rowcount  # type: ignore[call-overload,no-any-return]

    def tamper_provider(self, statement: str, *values: Any) -> int:
        """Change the provider's own database."""
        with psycopg.connect(self.server.sandbox) as connection:
            return connection.execute(statement, values).rowcount  # type: ignore[call-overload,no-any-return]


def make_difference(hub_id: int, *, item_id: UUID | None = None) -> UUID:
    """A platform payout that nobody booked, as a comparison writes it down."""
    facts: dict[str, Any] = {"amount": -7_000, "fee": 0, "net": -7_000, "source_id": "po_sbx1"}
    times = {"created_at": NOW, "available_on": NOW, "seen_at": NOW}
    with platform_scope(reason="test"), unit_of_work():
        run = Run(since=NOW, asked_by="clock", started_at=NOW, finished_at=NOW, lines=3, entries=4, open=1)
        run.totals = [{"currency": "EUR", "provider": 2_000, "books": 9_000, "named": -7_000}]
        db.session.add_all([run, BalanceTxn(id="txn_sbx1", type="payout", currency="EUR", **facts, **times)])
        db.session.flush()
        item = Item(
            id=item_id or ids.uuid7(),
            key="txn:txn_sbx1",
            run_id=run.id,
            hub_id=hub_id,
            kind="missing_in_books",
            reason="platform_payout",
            status="open",
            currency="EUR",
            provider_amount=-7_000,
            books_amount=0,
            txn_id="txn_sbx1",
            txn_type="payout",
            source_id="po_sbx1",
            occurred_at=NOW,
            found_at=NOW,
            changed_at=NOW,
        )
        db.session.add(item)
    return item.id
