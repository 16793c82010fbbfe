"""Reading who takes part in the earning programme, under whom, and what stands beneath them. Central tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select, text, union_all
from sqlalchemy.orm import aliased

from hubapp.earnings.compensation.models import EarlierParticipation, Participant, Sponsorship
from hubapp.earnings.compensation.sale_policies import Standing
from hubapp.kernel.db import db

PAGE = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part. `sponsor_id` None: directly under the core. `frontline`: how many stand under them."""

    account_id: UUID
    sponsor_id: UUID | None
    joined_at: datetime
    left_at: datetime | None
    shows_name: bool
    terms: str
    frontline: int = 0

    @property
    def number(self) -> str:
        """What others call them where they do not show their name."""
        return self.account_id.hex[-6:].upper()


def standings(account_ids: Collection[UUID | None]) -> dict[UUID, Standing]:
    """Account → since when, and until when, they take part, each time; only those who ever did."""
    if not account_ids:
        return {}
    parts = [
        select(table.account_id, table.joined_at, table.left_at).where(table.account_id.in_(account_ids))
        for table in (Participant, EarlierParticipation)
    ]
    times: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    for account_id, joined_at, left_at in db.session.execute(union_all(*parts)):
        times.setdefault(account_id, []).append((joined_at, left_at))
    return {account_id: Standing(tuple(sorted(found))) for account_id, found in times.items()}


def _is_latest() -> ColumnElement[bool]:
    later = aliased(Sponsorship)
    return ~(
        select(later.id).where(later.account_id == Sponsorship.account_id, later.since > Sponsorship.since).exists()
    )


def _people() -> Select[Participant, UUID | None]:
    return select(Participant, Sponsorship.sponsor_id).join(
        Sponsorship, and_(Sponsorship.account_id == Participant.account_id, _is_latest())
    )


def _person(row: Participant, sponsor_id: UUID | None, frontline: int = 0) -> Person:
    standing = (row.joined_at, row.left_at, row.shows_name, row.terms)
    return Person(row.account_id, sponsor_id, *standing, frontline=frontline)


def person(account_id: UUID) -> Person | None:
    """Somebody who takes part, or did."""
    return next(iter(people([account_id])), None)


def people(account_ids: Collection[UUID]) -> list[Person]:
    """Several of them, in order of their ids."""
    if not account_ids:
        return []
    statement = _people().where(Participant.account_id.in_(account_ids)).order_by(Participant.account_id)
    return [_person(row, sponsor_id) for row, sponsor_id in db.session.execute(statement)]


def everybody(*, after: UUID | None = None, limit: int = PAGE) -> list[Person]:
    """All who take part or did, the latest first; `after` is the last one seen."""
    statement = _people().order_by(Participant.account_id.desc()).limit(limit)
    if after is not None:
        statement = statement.where(Participant.account_id < after)
    return [_person(row, sponsor_id) for row, sponsor_id in db.session.execute(statement)]


def frontline(account_id: UUID, *, after: UUID | None = None, limit: int = PAGE) -> list[Person]:
    """Who stands directly under somebody today, in order of their ids, each with how many stand under them."""
    statement = _people().where(Sponsorship.sponsor_id == account_id).order_by(Sponsorship.account_id).limit(limit)
    if after is not None:
        statement = statement.where(Sponsorship.account_id > after)
    rows = db.session.execute(statement).all()
    beneath = frontlines([row.account_id for row, _ in rows])
    return [_person(row, sponsor_id, beneath.get(row.account_id, 0)) for row, sponsor_id in rows]


def frontlines(account_ids: Collection[UUID]) -> dict[UUID, int]:
    """Account → how many stand directly under it today; nobody's is not in it."""
    if not account_ids:
        return {}
    statement = (
        select(Sponsorship.sponsor_id, func.count())
        .where(Sponsorship.sponsor_id.in_(account_ids), _is_latest())
        .group_by(Sponsorship.sponsor_id)
    )
    return {sponsor_id: int(count) for sponsor_id, count in db.session.execute(statement) if sponsor_id is not None}


# One person's way up: an index look-up per step, about a dozen.
_UPLINE = text(
    "WITH RECURSIVE up AS (SELECT CAST(:account AS uuid) AS account_id, 0 AS step UNION ALL"
    " SELECT latest.sponsor_id, up.step + 1 FROM up CROSS JOIN LATERAL"
    " (SELECT sponsor_id FROM sponsorship WHERE sponsorship.account_id = up.account_id ORDER BY since DESC LIMIT 1)"
    " AS latest WHERE latest.sponsor_id IS NOT NULL) SELECT account_id FROM up ORDER BY step"
).bindparams(bindparam("account"))


def upline(account_id: UUID) -> list[UUID]:
    """From somebody up to the core, themselves first, as of today."""
    return list(db.session.scalars(_UPLINE, {"account": account_id}))
