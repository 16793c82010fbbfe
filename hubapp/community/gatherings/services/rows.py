"""Rows under their locks: a gathering for everything about its seats, a series for everything about its dates."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Select, select

from hubapp.community.gatherings.errors import NoSuchGathering
from hubapp.community.gatherings.models import Gathering, GatheringSeries, Status
from hubapp.kernel.db import db


def locked(*, statement: Select[Gathering]) -> Select[Gathering]:
    """Make others wait for the row: registering, cancelling and moving up go one after the other."""
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)


def for_change(*, gathering_id: UUID) -> Gathering:
    """A gathering as it is now, locked until the transaction ends. Raises NoSuchGathering."""
    found: Gathering | None = db.session.scalar(locked(statement=select(Gathering).where(Gathering.id == gathering_id)))
    if found is None:
        raise NoSuchGathering
    return found


def series_for_change(*, series_id: UUID) -> GatheringSeries:
    """A series as it is now, locked."""
    statement = select(GatheringSeries).where(GatheringSeries.id == series_id)
    return db.session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)).one()


def following(*, first: Gathering, with_hidden: bool = False) -> list[Gathering]:
    """The later dates of its series that take place or are drafts, locked in the order of their making."""
    gone = (Status.CANCELED,) if with_hidden else (Status.CANCELED, Status.HIDDEN)
    statement = select(Gathering).where(
        Gathering.series_id == first.series_id,
        Gathering.number > first.number,
        Gathering.status.not_in(gone),
    )
    return list(db.session.scalars(locked(statement=statement.order_by(Gathering.id))))
