"""Reading who takes part in the earning programme, under whom, and what stands beneath them. Central tables."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, and_, bindparam, func, select, text, union_all
from sqlalchemy.orm import aliased

from hubapp.earnings.compensation.models import (
    ConnectorTerm,
    Participant,
    Participation,
    PlanGroup,
    PlanGroupDelta,
    Sponsorship,
)
from hubapp.earnings.compensation.sale_policies import Standing, Term
from hubapp.kernel.db import db

PAGE = 50


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who takes part. `sponsor_id` None: directly under the core.

    `direct`: how many stand directly under them, `people`: how many in all, where that was asked for.
    """

    account_id: UUID
    sponsor_id: UUID | None
    joined_at: datetime
    left_at: datetime | None
    shows_name: bool
    terms: str
    direct: int = 0
    people: int = 0

    @property
    def number(self) -> str:
        """What others call them where they do not show their name."""
        return self.account_id.hex[-6:].upper()


def standings(account_ids: Collection[UUID | None]) -> dict[UUID, Standing]:
    """Account → since when, and until when, they take part, each time; only those who ever did."""
    if not account_ids:
        return {}
    columns = (Participation.c.account_id, Participation.c.joined_at, Participation.c.left_at)
    times: dict[UUID, list[tuple[datetime, datetime | None]]] = {}
    statement = select(*columns).where(Participation.c.account_id.in_(account_ids)).order_by(*columns[:2])
    for account_id, joined_at, left_at in db.session.execute(statement):
        times.setdefault(account_id, []).append((joined_at, left_at))
    return {account_id: Standing(tuple(found)) for account_id, found in times.items()}


def terms_of(account_ids: Collection[UUID | None]) -> dict[UUID, list[Term]]:
    """Account → when they looked after hubs; only those who ever did."""
    if not account_ids:
        return {}
    statement = select(ConnectorTerm.account_id, ConnectorTerm.since, ConnectorTerm.until)
    found: dict[UUID, list[Term]] = {}
    for account_id, since, until in db.session.execute(statement.where(ConnectorTerm.account_id.in_(account_ids))):
        found.setdefault(account_id, []).append(Term(since, until))
    return found


def _is_latest() -> ColumnElement[bool]:
    later = aliased(Sponsorship)
    return ~(
        select(later.id).where(later.account_id == Sponsorship.account_id, later.since > Sponsorship.since).exists()
    )


def _people() -> Select[Participant, UUID | None]:
    return select(Participant, Sponsorship.sponsor_id).join(
        Sponsorship, and_(Sponsorship.account_id == Participant.account_id, _is_latest())
    )


@dataclass(frozen=True, slots=True)
class Size:
    """How many stand directly under somebody, and how many in all."""

    direct: int
    people: int


NOBODY = Size(0, 0)


def _person(row: Participant, sponsor_id: UUID | None, size: Size = NOBODY) -> Person:
    standing = (row.joined_at, row.left_at, row.shows_name, row.terms)
    return Person(row.account_id, sponsor_id, *standing, direct=size.direct, people=size.people)


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
    beneath = sizes([row.account_id for row, _ in rows])
    return [_person(row, sponsor_id, beneath.get(row.account_id, NOBODY)) for row, sponsor_id in rows]


def sizes(account_ids: Collection[UUID]) -> dict[UUID, Size]:
    """Account → how many stand under it today, from stored figures however many they are; nobody's is not in it."""
    if not account_ids:
        return {}
    parts = [
        select(table.account_id, table.direct, table.people).where(table.account_id.in_(account_ids))
        for table in (PlanGroup, PlanGroupDelta)
    ]
    rows = union_all(*parts).subquery()
    sums = (func.sum(rows.c.direct), func.sum(rows.c.people))
    found = db.session.execute(select(rows.c.account_id, *sums).group_by(rows.c.account_id))
    return {account_id: Size(int(direct), int(people)) for account_id, direct, people in found}


# One person's way up: an index look-up per step, about a dozen.
_UPLINE = text(
    "WITH RECURSIVE up AS (SELECT CAST(:account AS uuid) AS account_id, 0 AS step UNION ALL"
    " SELECT latest.sponsor_id, up.step + 1 FROM up CROSS JOIN LATERAL"
    " (SELECT sponsor_id FROM sponsorship WHERE sponsorship.account_id = up.account_id ORDER BY since DESC LIMIT 1)"
    " AS latest WHERE latest.sponsor_id IS NOT NULL AND up.account_id IS DISTINCT FROM CAST(:top AS uuid))"
    " SELECT account_id FROM up ORDER BY step"
).bindparams(bindparam("account"), bindparam("top", type_=Uuid()))


def upline(account_id: UUID, *, top: UUID | None = None) -> list[UUID]:
    """From somebody up to the core, or to `top` where that is on the way; themselves first, as of today."""
    return list(db.session.scalars(_UPLINE, {"account": account_id, "top": top}))
