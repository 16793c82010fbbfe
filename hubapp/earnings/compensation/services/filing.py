"""Signed files are made once and kept, by jobs one after the other: asked for by people, or corrected by a close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from psycopg.errors import LockNotAvailable
from sqlalchemy import Select, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import OperationalError

from hubapp.earnings.compensation import explaining, queries, signing
from hubapp.earnings.compensation.errors import StillSigning
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanRun, PlanStatement, RunKind
from hubapp.earnings.compensation.signing import Wanted
from hubapp.earnings.compensation.standing import Standing
from hubapp.jobs import queue
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts

PATIENCE = timedelta(seconds=20)
AT_ONCE = 500  # people
SIGN, FILE = "compensation.sign", "compensation.file_corrected"
# All of these jobs have it: those that wait for their turn keep none of the worker's places meanwhile.
LOCK = "compensation.statements"


def kept(*, account_id: UUID, name: str, standing: Standing, settings: Settings) -> tuple[str, bytes] | None:
    """File name and file, with every correction by now; None where it is still to be made. Refuses with NoSuchPeriod.

    Who was not in the period, and only gives back of an earlier one, has one too.
    """
    wanted = Wanted(account_id, name, explaining.paid(account_id=account_id, standing=standing))
    content = _kept(wanted, settings)
    return None if content is None else (wanted.file_name, content)


def ask(*, account_id: UUID, standing: Standing) -> None:
    """Have it made by a job; asked for again while that goes on, it changes nothing. Refuses with NoSuchPeriod."""
    period = explaining.paid(account_id=account_id, standing=standing).period
    # Two clicks at once: the second waits here, and sees the first one's job.
    lock = f"plan statement {period.id} {account_id}"
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))"), {"lock": lock})
    if attempts(account_id=account_id, period_id=period.id) is None:
        queue.enqueue(SIGN, hub_id=None, lock=LOCK, arguments=_arguments(period.id, account_id))


def attempts(*, account_id: UUID, period_id: UUID) -> int | None:
    """How often its job was tried; None where nobody has asked for it, or the job has ended."""
    return queue.attempts(SIGN, lock=LOCK, arguments=_arguments(period_id, account_id))


def _arguments(period_id: UUID, account_id: UUID) -> dict[str, str]:
    return {"period_id": str(period_id), "account_id": str(account_id)}


def sign(*, account_id: UUID, period_id: UUID, settings: Settings, now: datetime) -> bytes | None:
    """Make it and keep it; the same again for the same key, until another close corrects it. None: nothing is theirs.

    It may need several networks. Refuses with StillSigning while others are made.
    """
    paid = explaining.paid_in(account_id, db.session.get_one(PlanPeriod, period_id))
    if paid is None:
        return None
    wanted = Wanted(account_id, accounts.names([account_id]).get(account_id, ""), paid)
    content = _kept(wanted, settings)
    if content is None:
        take_turn()
        content = _kept(wanted, settings) or _make([wanted], settings=settings, now=now)[0]
    return content


def take_turn() -> None:
    """One at a time, until the transaction ends: each may need a whole network in memory. Refuses with StillSigning."""
    wait = text("SELECT set_config('lock_timeout', :patience, true)")
    try:
        with db.session.begin_nested():
            db.session.execute(wait, {"patience": f"{PATIENCE / timedelta(milliseconds=1):.0f}"})
            db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('plan statement', 0))"))
            db.session.execute(wait, {"patience": "0"})
    except OperationalError as error:
        if isinstance(error.orig, LockNotAvailable):
            raise StillSigning from None
        raise


def file_corrected(*, period_id: UUID, after: UUID | None, settings: Settings, now: datetime) -> UUID | None:
    """Make the files that a close has corrected, and that tell of it, for the next people; answers the last of them.

    Each needs several networks, which are computed once for all of them. None: that was all.
    """
    period = db.session.get_one(PlanPeriod, period_id)
    rows = db.session.execute(_corrected(period, after)).all()
    people: list[UUID] = [row.account_id for row in rows]
    if not people:
        return None
    take_turn()
    names = accounts.names(people)
    periods = queries.periods_by_id({period_id, *(one for row in rows for one in row.periods)})
    wanted = [
        Wanted(row.account_id, names.get(row.account_id, ""), found)
        for row in rows
        for one in (period_id, *sorted(row.periods))
        if (found := explaining.paid_in(row.account_id, periods[one])) is not None
    ]
    _make([one for one in wanted if _kept(one, settings) is None], settings=settings, now=now)
    return people[-1]


def _corrected(period: PlanPeriod, after: UUID | None) -> Select[UUID, Sequence[UUID]]:
    """Whose lines of earlier periods its close changed, and of which."""
    statement = (
        select(PlanLine.account_id, func.array_agg(PlanLine.period_id.distinct()).label("periods"))
        .join(PlanRun, PlanRun.id == PlanLine.run_id)
        .join(PlanPeriod, PlanPeriod.id == PlanRun.period_id)
        .where(PlanRun.kind == RunKind.RECOMPUTE, PlanRun.cutoff == period.cutoff, PlanLine.amount != 0)
        .where(PlanPeriod.currency == period.currency)
        .group_by(PlanLine.account_id)
        .order_by(PlanLine.account_id)
        .limit(AT_ONCE)
    )
    return statement if after is None else statement.where(PlanLine.account_id > after)


def _make(wanted: Sequence[Wanted], *, settings: Settings, now: datetime) -> list[bytes]:
    found = signing.files(wanted, settings)
    for one, content in zip(wanted, found, strict=True):
        _keep(one, content, settings, now)
    return found


def _keep(one: Wanted, content: bytes, settings: Settings, now: datetime) -> None:
    whose = {"period_id": one.paid.period.id, "account_id": one.account_id}
    values = {"made_of": one.made_of(settings), "content": content, "made_at": now}
    statement = insert(PlanStatement).values(**whose, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=list(whose), set_=values))


def _kept(one: Wanted, settings: Settings) -> bytes | None:
    """As it was made; None where it was not, or has become another: corrected since, or signed by another key."""
    statement = select(PlanStatement.content).where(
        PlanStatement.period_id == one.paid.period.id,
        PlanStatement.account_id == one.account_id,
        PlanStatement.made_of == one.made_of(settings),
    )
    found: bytes | None = db.session.scalar(statement)
    return found
