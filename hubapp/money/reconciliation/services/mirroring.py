"""Copying the provider's books page by page, and finding events that never arrived (platform scope)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from sqlalchemy import case, literal, or_
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.money.payments import inbox, policies, wiring
from hubapp.money.payments.gateway import BalanceTransaction
from hubapp.money.reconciliation import queries
from hubapp.money.reconciliation.models import BalanceTxn, Run

BATCH = 500
# Pages shift while they are read, and the provider's clock is not ours: the newest days are read again each time.
OVERLAP = timedelta(days=3)
# What a run compares again although it was compared before: somebody may have touched the books since.
LOOK_BACK = timedelta(days=35)
EVENTS_BACK = timedelta(days=3)
FACTS = ("type", "source_id", "currency", "amount", "fee", "net")


def begin(*, since: datetime | None, asked_by: str, now: datetime) -> UUID:
    """Note that a comparison starts; `since`: how far back it looks again (35 days unless told)."""
    run = Run(id=ids.uuid7(), since=since or now - LOOK_BACK, asked_by=asked_by, started_at=now)
    db.session.add(run)
    db.session.flush()
    return run.id


def mirror(*, run_id: UUID, now: datetime) -> int:
    """Copy what the provider wrote since the newest line we have, or since the run's date if that is earlier.

    A line is kept once under its own id; one that says something else than before is marked. Answers how many were
    read. Raises the gateway's errors.
    """
    run = queries.run(run_id)
    newest = queries.newest_line_at()
    start = policies.BEGINNING if newest is None else min(newest - OVERLAP, run.since)
    found = wiring.gateway().balance_transactions(created_after=start)
    while page := list(islice(found, BATCH)):
        _keep(page, now)
        run.fetched += len(page)
    db.session.flush()
    return run.fetched


def _keep(page: Sequence[BalanceTransaction], now: datetime) -> None:
    rows = {line.id: _row(line, now) for line in page}  # a page that shifted may hold a line twice
    statement = insert(BalanceTxn).values(list(rows.values()))
    new = statement.excluded
    is_other = or_(*(getattr(BalanceTxn, name).is_distinct_from(new[name]) for name in FACTS))
    changes: dict[str, Any] = {name: new[name] for name in (*FACTS, "available_on")}
    changes["altered_at"] = case((is_other, literal(now)), else_=BalanceTxn.altered_at)
    changes["compared_at"] = case((is_other, None), else_=BalanceTxn.compared_at)
    db.session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changes))


def _row(line: BalanceTransaction, now: datetime) -> dict[str, Any]:
    return {
        "id": line.id,
        "type": line.type,
        "source_id": line.source_id,
        "currency": line.currency.upper(),
        "amount": line.amount,
        "fee": line.fee,
        "net": line.net,
        "created_at": line.created,
        "available_on": line.available_on,
        "seen_at": now,
    }


def take_lost_events(*, run_id: UUID, now: datetime) -> int:
    """Put events that the provider could not deliver into the inbox, where a job handles them; answers how many."""
    found = wiring.gateway().undelivered_events(created_after=now - EVENTS_BACK)
    run = queries.run(run_id)
    run.undelivered = inbox.take(_ours(found), now=now)
    db.session.flush()
    return run.undelivered


def _ours(events: Iterator[Any]) -> Iterator[Any]:
    """Only ours: those of connected accounts come to the other endpoint, and their payouts are polled."""
    return (event for event in events if event.account is None)
