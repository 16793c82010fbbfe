"""Reading plans of first steps, and who welcomes whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, RowMapping, Uuid, bindparam, exists, func, or_, select

from hubapp.community.conversations import queries as conversations
from hubapp.community.gatherings import queries as gatherings
from hubapp.community.mentoring import policies
from hubapp.community.mentoring.models import Mentor, MentorStatus, Newcomer
from hubapp.kernel.db import db, standing
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries as orders
from hubapp.people.profiles import queries as profiles

MOST_NEWCOMERS = 50


@dataclass(frozen=True, slots=True)
class Plan:
    """A newcomer's plan as it stands; `steps`: (step, whether it is done) in their order."""

    account_id: UUID
    mentor_id: UUID | None
    since: datetime
    steps: tuple[tuple[str, bool], ...]

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return policies.is_done(self.steps)


# What each step is ticked from: asked all at once, of the rows where the people themselves left them.
_PLANS = select(
    Newcomer.account_id,
    Newcomer.mentor_id,
    Newcomer.since,
    conversations.has_written(Newcomer.account_id).label(policies.HELLO),
    profiles.has_told(Newcomer.account_id).label(policies.PROFILE),
    gatherings.has_registered(Newcomer.account_id).label(policies.GATHERING),
    or_(orders.has_bought(Newcomer.account_id), catalogue.has_offered(Newcomer.account_id)).label(policies.TRADE),
).where(Newcomer.ended_at.is_(None))
_PLAN = standing(
    _PLANS.where(
        Newcomer.account_id == bindparam("account", type_=Uuid()),
        Newcomer.since > bindparam("since", type_=DateTime(timezone=True)),
    )
)


def has_plan(account: Any, since: Any) -> ColumnElement[bool]:
    """Whether an account has an open plan that began after `since`; to be asked along with other things."""
    return exists().where(Newcomer.account_id == account, Newcomer.since > since, Newcomer.ended_at.is_(None))


def plan(account_id: UUID, *, features: Mapping[str, bool], now: datetime) -> Plan | None:
    """Somebody's open plan, if they have one. One query."""
    row = db.session.execute(_PLAN, {"account": account_id, "since": now - policies.LAPSES}).mappings().one_or_none()
    return None if row is None else _plan(row, features)


def newcomers_of(mentor_id: UUID, *, features: Mapping[str, bool], now: datetime) -> list[Plan]:
    """Whom somebody welcomes, the latest first. One query."""
    statement = _PLANS.where(Newcomer.mentor_id == mentor_id, Newcomer.since > now - policies.LAPSES)
    rows = db.session.execute(statement.order_by(Newcomer.id.desc()).limit(MOST_NEWCOMERS))
    return [_plan(row, features) for row in rows.mappings()]


def _plan(row: RowMapping, features: Mapping[str, bool]) -> Plan:
    done = {step: bool(row[step]) for step in policies.STEPS}
    return Plan(row["account_id"], row["mentor_id"], row["since"], policies.plan(done, features))


def newcomer(account_id: UUID) -> Newcomer | None:
    """Somebody's plan, open or ended."""
    return db.session.scalar(select(Newcomer).where(Newcomer.account_id == account_id))


def mentor(account_id: UUID) -> Mentor | None:
    """What somebody was asked, and what became of it."""
    return db.session.scalar(select(Mentor).where(Mentor.account_id == account_id))


def mentors(*statuses: str) -> list[Mentor]:
    """Those of these states, the first asked first."""
    return list(db.session.scalars(select(Mentor).where(Mentor.status.in_(statuses)).order_by(Mentor.id)))


def active_mentors() -> list[Mentor]:
    """Whoever said yes."""
    return mentors(MentorStatus.ACTIVE)


def open_counts(*, now: datetime) -> dict[UUID, int]:
    """Account → how many newcomers they welcome now."""
    statement = (
        select(Newcomer.mentor_id, func.count())
        .where(Newcomer.ended_at.is_(None), Newcomer.mentor_id.is_not(None), Newcomer.since > now - policies.LAPSES)
        .group_by(Newcomer.mentor_id)
    )
    return {mentor_id: count for mentor_id, count in db.session.execute(statement) if mentor_id is not None}
