"""What the core decides: appeals, cases about connectors, and those of hubs without one (platform scope)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, any_, func, literal, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import BigInteger

from hubapp.community.moderation.errors import NoSuchAction, NoSuchCase
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase
from hubapp.kernel.db import db
from hubapp.people.membership import network as membership

PAGE = 30
# Why a case is for the core: nobody looks after the hub, or it is about somebody who does.
VACANT, CONNECTOR = "vacant", "connector"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A hub without a connector where something waits: how many cases, the oldest since when."""

    hub_id: int
    count: int
    since: datetime


def appeals(*, is_open: bool, key: UUID | None = None, limit: int = PAGE) -> Sequence[ModerationAppeal]:
    """Those that wait, the oldest first; or those decided, the newest first; paged by key."""
    statement = select(ModerationAppeal)
    if is_open:
        statement = statement.where(ModerationAppeal.decided_at.is_(None)).order_by(ModerationAppeal.id)
        statement = statement.where(ModerationAppeal.id > key) if key is not None else statement
    else:
        statement = statement.where(ModerationAppeal.decided_at.is_not(None)).order_by(ModerationAppeal.id.desc())
        statement = statement.where(ModerationAppeal.id < key) if key is not None else statement
    return db.session.scalars(statement.limit(limit)).all()


def appeal(appeal_id: UUID) -> ModerationAppeal:
    """One of any hub. Raises NoSuchAction."""
    found: ModerationAppeal | None = db.session.scalar(select(ModerationAppeal).where(ModerationAppeal.id == appeal_id))
    if found is None:
        raise NoSuchAction
    return found


def count_appeals() -> int:
    """How many wait."""
    statement = select(func.count()).select_from(ModerationAppeal).where(ModerationAppeal.decided_at.is_(None))
    return db.session.scalar(statement) or 0


_CONNECTORS = membership.connectors()
_ABOUT_CONNECTORS = (
    select(ModerationCase)
    .join(
        _CONNECTORS,
        (_CONNECTORS.c.hub_id == ModerationCase.hub_id) & (_CONNECTORS.c.account_id == ModerationCase.subject_id),
    )
    .where(ModerationCase.closed_at.is_(None))
)


def about_connectors(*, after: UUID | None = None, limit: int = PAGE) -> Sequence[ModerationCase]:
    """Open cases whose subject looks after the hub, the oldest first: nobody decides about themselves."""
    statement = _ABOUT_CONNECTORS.order_by(ModerationCase.id)
    statement = statement.where(ModerationCase.id > after) if after is not None else statement
    return db.session.scalars(statement.limit(limit)).all()


def count_about_connectors() -> int:
    """How many of them wait."""
    return db.session.scalar(select(func.count()).select_from(_ABOUT_CONNECTORS.subquery())) or 0


def waiting_in_vacant(
    *, closed: Collection[int], after: tuple[datetime, int] | None = None, limit: int = PAGE
) -> list[Waiting]:
    """Hubs without a connector where something waits, the one that has waited the longest first.

    Paged by (since, hub). `closed`: hubs that nobody is in any more.
    """
    oldest = func.min(ModerationCase.opened_at)
    statement = select(ModerationCase.hub_id, func.count(), oldest).where(*_in_vacant(closed))
    statement = statement.group_by(ModerationCase.hub_id).order_by(oldest, ModerationCase.hub_id).limit(limit)
    if after is not None:
        statement = statement.having(tuple_(oldest, ModerationCase.hub_id) > after)
    return [Waiting(*row) for row in db.session.execute(statement)]


def count_in_vacant(*, closed: Collection[int]) -> int:
    """How many cases wait in hubs without a connector."""
    return db.session.scalar(select(func.count()).select_from(ModerationCase).where(*_in_vacant(closed))) or 0


def _in_vacant(closed: Collection[int]) -> tuple[ColumnElement[bool], ...]:
    return (
        ModerationCase.closed_at.is_(None),
        ModerationCase.hub_id.not_in(select(_CONNECTORS.c.hub_id)),
        ~(ModerationCase.hub_id == any_(literal(list(closed), ARRAY(BigInteger)))),
    )


def is_vacant(hub_id: int) -> bool:
    """Whether nobody looks after a hub, so that the core does."""
    return not _connectors(hub_id)


def _connectors(hub_id: int) -> set[UUID]:
    return set(db.session.scalars(select(_CONNECTORS.c.account_id).where(_CONNECTORS.c.hub_id == hub_id)))


def why_core(found: ModerationCase) -> str:
    """Why the core decides a case: VACANT, CONNECTOR, or '' where it is the hub's own.

    What the core decided about a connector stays the core's, also once they are none any more.
    """
    connectors = _connectors(found.hub_id)
    if not connectors:
        return VACANT
    if found.subject_id in connectors:
        return CONNECTOR
    decided = select(ModerationAction.id).where(
        ModerationAction.hub_id == found.hub_id, ModerationAction.case_id == found.id, ModerationAction.by_core
    )
    return "" if db.session.scalar(decided.limit(1)) is None else CONNECTOR


def case(case_id: UUID) -> ModerationCase:
    """One of any hub. Raises NoSuchCase."""
    found: ModerationCase | None = db.session.scalar(select(ModerationCase).where(ModerationCase.id == case_id))
    if found is None:
        raise NoSuchCase
    return found


def by_core(*, before: UUID | None = None, limit: int = PAGE) -> Sequence[ModerationAction]:
    """What the core decided in a hub's place, the newest first, paged by key."""
    statement = select(ModerationAction).where(ModerationAction.by_core).order_by(ModerationAction.id.desc())
    statement = statement.where(ModerationAction.id < before) if before is not None else statement
    return db.session.scalars(statement.limit(limit)).all()


def action(action_id: UUID) -> ModerationAction:
    """One of any hub. Raises NoSuchAction."""
    found: ModerationAction | None = db.session.scalar(select(ModerationAction).where(ModerationAction.id == action_id))
    if found is None:
        raise NoSuchAction
    return found
