"""Proofs of the books that the central team asks for: one row per hub with what the last one found (platform scope)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, or_, select, text
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.money.ledger.models import LedgerCheck
from hubapp.money.ledger.verify import Verification, verify

CHECK = "ledger.check"
CHECK_ALL = "ledger.check_all"
CHECK_EACH_NIGHT = "ledger.check_each_night"
_ASK_FOR_ALL = text(
    "INSERT INTO ledger_check (hub_id, asked_at, entries, postings, reason, head) "
    "SELECT id, :now, 0, 0, '', '' FROM hub ON CONFLICT (hub_id) DO UPDATE SET asked_at = excluded.asked_at "
    "RETURNING hub_id"
)


@dataclass(frozen=True, slots=True)
class Health:
    """Books of the network: hubs whose proof succeeded, failed, and those never proved."""

    sound: int
    failed: int
    unproved: int
    waiting: int
    oldest: datetime | None


def ask_for_check(*, hub_id: int, now: datetime) -> None:
    """Have a hub's books proved by a job."""
    values = {"hub_id": hub_id, "asked_at": now, "entries": 0, "postings": 0, "reason": "", "head": ""}
    statement = insert(LedgerCheck).values(**values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["hub_id"], set_={"asked_at": now}))
    _enqueue(hub_id)


def ask_for_all(*, now: datetime) -> None:
    """Have all books proved: noted at once, so that pages say so; one job then makes a job for each hub."""
    db.session.execute(_ASK_FOR_ALL, {"now": now})
    queue.enqueue(CHECK_ALL, hub_id=None, lock=CHECK_ALL, arguments={"asked_at": now.isoformat()})


def ask_each(*, now: datetime) -> int:
    """Note the wish for every hub and enqueue its job; how many."""
    hub_ids = db.session.scalars(_ASK_FOR_ALL, {"now": now}).all()
    for hub_id in sorted(hub_ids):
        _enqueue(hub_id)
    return len(hub_ids)


def _enqueue(hub_id: int) -> None:
    queue.enqueue(CHECK, hub_id=hub_id, lock=f"{CHECK}:{hub_id}", arguments={"hub_id": hub_id})


def record_check(*, hub_id: int, now: datetime) -> Verification:
    """Prove a hub's books and keep what was found."""
    found = verify(hub_id)
    values = {
        "checked_at": now,
        "ok": found.ok,
        "entries": found.entries,
        "postings": found.postings,
        "first_bad_seq": found.first_bad_seq,
        "reason": found.reason,
        "head": found.head,
    }
    statement = insert(LedgerCheck).values(hub_id=hub_id, asked_at=now, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["hub_id"], set_=values))
    return found


def checks_of(hub_ids: Collection[int]) -> dict[int, LedgerCheck]:
    """Hub → its last proof, asked for or done."""
    if not hub_ids:
        return {}
    statement = select(LedgerCheck).where(LedgerCheck.hub_id.in_(hub_ids))
    rows = db.session.scalars(statement.execution_options(populate_existing=True)).all()
    return {row.hub_id: row for row in rows}


def failed(*, limit: int) -> Sequence[LedgerCheck]:
    """Hubs whose books did not hold, by id."""
    statement = select(LedgerCheck).where(~LedgerCheck.ok).order_by(LedgerCheck.hub_id).limit(limit)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()


def health(*, hubs: int) -> Health:
    """The state of all books; `hubs`: how many there are."""
    is_waiting = or_(LedgerCheck.checked_at.is_(None), LedgerCheck.asked_at > LedgerCheck.checked_at)
    row = db.session.execute(
        select(
            func.count().filter(LedgerCheck.ok.is_(True)),
            func.count().filter(LedgerCheck.ok.is_(False)),
            func.count().filter(is_waiting),
            func.min(LedgerCheck.checked_at),
        )
    ).one()
    sound, bad, waiting, oldest = row
    return Health(sound, bad, hubs - sound - bad, waiting, oldest)
