"""Proposals that somebody else look after a hub."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db


class HandoverStatus(enum.StrEnum):
    """`lapsed`: nobody answered in time, or the one who hands over had no role any more."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Handover(HubScoped, db.Model):  # type: ignore[name-defined]
    """`to` is to take the place of `from`; None: the hub has no connector. Rows stay: they are the history."""

    __tablename__ = "hub_handover"

    from_membership_id: Mapped[uuid.UUID | None]
    to_membership_id: Mapped[uuid.UUID]
    proposed_by: Mapped[uuid.UUID]
    proposed_name: Mapped[str]
    is_central: Mapped[bool]
    note: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=HandoverStatus.PROPOSED)
    proposed_at: Mapped[datetime]
    decided_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "from_membership_id"], ["membership.hub_id", "membership.id"]),
        ForeignKeyConstraint(["hub_id", "to_membership_id"], ["membership.hub_id", "membership.id"]),
        CheckConstraint("status IN ('proposed', 'accepted', 'declined', 'withdrawn', 'lapsed')", name="status"),
        CheckConstraint("(status = 'proposed') = (decided_at IS NULL)", name="decided"),
        CheckConstraint("from_membership_id <> to_membership_id", name="two_people"),
        CheckConstraint("from_membership_id IS NOT NULL OR is_central", name="vacant_by_the_core"),
        # One role is offered to one person at a time.
        Index(
            "uq_hub_handover_open",
            "hub_id",
            "from_membership_id",
            unique=True,
            postgresql_where=text("status = 'proposed'"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_hub_handover_to", "hub_id", "to_membership_id", "id"),
    )
