"""Reading hubs across the network, for the central team: lists, counts, the audit log with filters (platform scope)."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import any_, func, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.sql import literal
from sqlalchemy.types import BigInteger

from hubapp.kernel.db import db
from hubapp.tenancy.models import AuditEvent, Hub, HubStatus

PAGE = 25


def hubs(
    *,
    search: str = "",
    status: str = "",
    after: str = "",
    limit: int = PAGE,
    among: Collection[int] | None = None,
    without: Collection[int] | None = None,
) -> Sequence[Hub]:
    """Hubs of any status by slug, paged by it; `among` and `without` narrow to, or leave out, these ids."""
    statement = select(Hub).where(Hub.slug > after).order_by(Hub.slug).limit(limit)
    if status in set(HubStatus):
        statement = statement.where(Hub.status == status)
    if search:
        statement = statement.where(Hub.called(search))
    # One array instead of thousands of parameters.
    if among is not None:
        statement = statement.where(Hub.id == any_(literal(list(among), ARRAY(BigInteger))))
    if without is not None:
        statement = statement.where(~(Hub.id == any_(literal(list(without), ARRAY(BigInteger)))))
    return db.session.scalars(statement).all()


def currencies() -> list[str]:
    """Those that hubs sell in."""
    return sorted(db.session.scalars(select(Hub.currency).distinct()))


def counts() -> Mapping[str, int]:
    """Hubs by status; every status has its number."""
    rows = db.session.execute(select(Hub.status, func.count()).group_by(Hub.status)).all()
    found = {row[0]: row[1] for row in rows}
    return {status: found.get(status, 0) for status in HubStatus}


def memberships() -> int:
    """Members of all hubs; who belongs to two counts twice."""
    return int(db.session.scalar(select(func.sum(Hub.member_count)).where(Hub.status != HubStatus.CLOSED)) or 0)


def closed() -> frozenset[int]:
    """Hubs that are no more."""
    return frozenset(db.session.scalars(select(Hub.id).where(Hub.status == HubStatus.CLOSED)))


def not_open() -> frozenset[int]:
    """Hubs that are frozen or closed."""
    return frozenset(db.session.scalars(select(Hub.id).where(Hub.status != HubStatus.OPEN)))


def names(hub_ids: Collection[int | None]) -> dict[int, tuple[str, str]]:
    """Hub id → (slug, name), for lists that mention hubs."""
    wanted = {hub_id for hub_id in hub_ids if hub_id is not None}
    if not wanted:
        return {}
    rows = db.session.execute(select(Hub.id, Hub.slug, Hub.name).where(Hub.id.in_(wanted)))
    return {row.id: (row.slug, row.name) for row in rows}


def audit_log(
    *,
    hub_id: int | None = None,
    actor: str = "",
    action: str = "",
    before: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> Sequence[AuditEvent]:
    """Newest acts first, paged by (time, id). `actor`: part of a name; `action`: how the dotted verb begins."""
    statement = select(AuditEvent).order_by(AuditEvent.at.desc(), AuditEvent.id.desc()).limit(limit)
    if hub_id is not None:
        statement = statement.where(AuditEvent.hub_id == hub_id)
    if actor:
        statement = statement.where(AuditEvent.actor_name.icontains(actor[:80], autoescape=True))
    if action:
        statement = statement.where(AuditEvent.action.startswith(action[:60], autoescape=True))
    if before is not None:
        statement = statement.where(tuple_(AuditEvent.at, AuditEvent.id) < before)
    return db.session.scalars(statement).all()
