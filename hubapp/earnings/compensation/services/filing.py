"""Signed files are made once and kept, by jobs one after the other: asked for by people, or corrected by a close."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.compensation import explaining, queries, signing
from hubapp.earnings.compensation.explaining import Paid
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanRun, PlanStatement, RunKind
from hubapp.earnings.compensation.services import jobs_of_statements
from hubapp.earnings.compensation.services.jobs_of_statements import SIGN
from hubapp.earnings.compensation.signing import Wanted
from hubapp.earnings.compensation.standing import Standing
from hubapp.jobs.failures import State
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts

AT_ONCE = 500  # people


def kept(*, account_id: UUID, standing: Standing, settings: Settings) -> tuple[str, bytes] | None:
    """File name and file, with every correction by now; None where it is still to be made. Refuses with NoSuchPeriod.

    Who was not in the period, and only gives back of an earlier one, has one too.
    """
    wanted = _wanted(account_id, explaining.paid(account_id=account_id, standing=standing))
    content = _kept(wanted, settings)
    return None if content is None else (wanted.file_name, content)


def ask(*, account_id: UUID, standing: Standing) -> None:
    """Have it made by a job; asked for again while that goes on, it changes nothing. Refuses with NoSuchPeriod."""
    explaining.paid(account_id=account_id, standing=standing)
    jobs_of_statements.ask(name=SIGN, **_arguments(account_id, standing))


def state(*, account_id: UUID, standing: Standing) -> State | None:
    """How that job stands; None where nobody has asked for it, or it is done."""
    return jobs_of_statements.state(name=SIGN, **_arguments(account_id, standing))


def _arguments(account_id: UUID, standing: Standing) -> dict[str, str]:
    period_id = standing.row.id if standing.row is not None else ""
    return {"period_id": str(period_id), "account_id": str(account_id)}


def sign(*, account_id: UUID, period_id: UUID, settings: Settings, now: datetime) -> None:
    """Make it and keep it, unless that is done; its bytes are the same until another close corrects it."""
    paid = explaining.paid_in(account_id, db.session.get_one(PlanPeriod, period_id))
    if paid is None:
        return
    wanted = _wanted(account_id, paid)
    if _kept(wanted, settings) is None:
        _make([wanted], settings=settings, now=now)


def _wanted(account_id: UUID, paid: Paid) -> Wanted:
    return Wanted(account_id, accounts.names([account_id]).get(account_id, ""), paid)


def file_corrected(*, period_id: UUID, after: UUID | None, settings: Settings, now: datetime) -> UUID | None:
    """Make the files that a close has corrected, and that tell of it, for the next people; answers the last of them.

    Each needs several networks, which are computed once for all of them. None: that was all.
    """
    period = db.session.get_one(PlanPeriod, period_id)
    rows = db.session.execute(_corrected(period, after)).all()
    people: list[UUID] = [row.account_id for row in rows]
    if not people:
        return None
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


def _make(wanted: Sequence[Wanted], *, settings: Settings, now: datetime) -> None:
    for one, content in zip(wanted, signing.files(wanted, settings), strict=True):
        _keep(one, content, settings, now)


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
