"""Appeals, and cases about those who would decide them, of all hubs, for the central team (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from hubapp.community.moderation.errors import NoSuchAction, NoSuchCase
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase
from hubapp.kernel.db import db
from hubapp.people.membership import network as membership

PAGE = 30


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
