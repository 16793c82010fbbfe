"""Signed files are made once and kept: one after the other as they are asked for, and what a close corrects at once."""

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
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts

PATIENCE = timedelta(seconds=20)
AT_ONCE = 500  # people


def signed(*, account_id: UUID, name: str, standing: Standing, settings: Settings, now: datetime) -> tuple[str, bytes]:
    """File name and file, with every correction; the same again for the same key, until another close corrects it.

    Made when it is asked for first, and kept. Who was not in the period, and only gives back of an earlier one, has one
    too. Refuses with NoSuchPeriod, or with StillSigning while others are made.
    """
    wanted = Wanted(account_id, name, explaining.paid(account_id=account_id, standing=standing))
    content = _kept(wanted, settings)
    if content is None:
        take_turn()
        content = _kept(wanted, settings) or _make([wanted], settings=settings, now=now)[0]
    return wanted.file_name, content


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
