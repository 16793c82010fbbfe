"""The earning programme: who takes part, under which sponsor since when, and who looked after which hub."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Index,
    UniqueConstraint,
    Uuid,
    column,
    table,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class Participant(db.Model):  # type: ignore[name-defined]
    """Somebody who takes part in the earning programme of the core's product line. Central: one network, one tree.

    `terms` names the version that they agreed to. `shows_name`: whether those above see the name instead of a number.
    Who left stays, so that what they sold stays explained; their line compresses by the plan's rule. Who joins again
    has the last time here; a trigger writes the one before into EarlierParticipation.
    """

    __tablename__ = "participant"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    terms: Mapped[str]
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    shows_name: Mapped[bool] = mapped_column(default=False)

    __table_args__: Any = (CheckConstraint("left_at >= joined_at", name="left"),)


class EarlierParticipation(db.Model):  # type: ignore[name-defined]
    """A time that somebody took part before the last one. Written by the database, never changed."""

    __tablename__ = "earlier_participation"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.account_id"), primary_key=True)
    joined_at: Mapped[datetime] = mapped_column(primary_key=True)
    left_at: Mapped[datetime]
    terms: Mapped[str]

    __table_args__: Any = (CheckConstraint("left_at >= joined_at", name="left"),)


# A view of both, for all that asks who took part when; `is_again`: there is a time before it.
Participation = table(
    "participation",
    column("account_id", Uuid),
    column("joined_at", DateTime(timezone=True)),
    column("left_at", DateTime(timezone=True)),
    column("is_again", Boolean),
)


class Sponsorship(db.Model):  # type: ignore[name-defined]
    """Under whom somebody stands from a moment on; the latest row before a moment counts. Never changed or deleted.

    `sponsor_id` None: directly under the core. The first row is set at joining; every later one names the correction
    that two people agreed on. A trigger refuses a circle.
    """

    __tablename__ = "sponsorship"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.account_id"))
    sponsor_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("participant.account_id"))
    since: Mapped[datetime]
    change_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("sponsor_change.id"))

    __table_args__: Any = (
        UniqueConstraint("account_id", "since"),
        CheckConstraint("sponsor_id <> account_id", name="not_oneself"),
        # One at joining; all others are corrections.
        Index("uq_sponsorship_first", "account_id", unique=True, postgresql_where=text("change_id IS NULL")),
        Index("uq_sponsorship_change_id", "change_id", unique=True),
        # One level of a group, page by page.
        Index("ix_sponsorship_sponsor_id", "sponsor_id", "account_id"),
    )


class PlanGroup(db.Model):  # type: ignore[name-defined]
    """How many stand under somebody today: `direct` ones, and all `people`; folded from the deltas."""

    __tablename__ = "plan_group"

    account_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    direct: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger)


class PlanGroupDelta(db.Model):  # type: ignore[name-defined]
    """What one who joins adds to everybody above: only inserted, so that nobody waits for a busy root."""

    __tablename__ = "plan_group_delta"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=True)
    account_id: Mapped[uuid.UUID]
    direct: Mapped[int] = mapped_column(BigInteger)
    people: Mapped[int] = mapped_column(BigInteger)

    __table_args__: Any = (Index("ix_plan_group_delta_account_id", "account_id"),)


class SponsorChange(db.Model):  # type: ignore[name-defined]
    """A correction of somebody's sponsor: one of the central team proposes, another decides. It counts from then on."""

    __tablename__ = "sponsor_change"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("participant.account_id"))
    from_id: Mapped[uuid.UUID | None]
    to_id: Mapped[uuid.UUID | None]
    status: Mapped[str] = mapped_column(default="proposed")
    reason: Mapped[str]
    proposed_by: Mapped[uuid.UUID]
    proposed_at: Mapped[datetime]
    decided_by: Mapped[uuid.UUID | None]
    decided_at: Mapped[datetime | None]
    answer: Mapped[str] = mapped_column(default="")

    __table_args__: Any = (
        CheckConstraint("status IN ('proposed', 'refused', 'agreed')", name="status"),
        CheckConstraint("reason <> ''", name="says_why"),
        CheckConstraint("decided_by <> proposed_by", name="two_people"),
        CheckConstraint("(status = 'proposed') = (decided_by IS NULL)", name="decided"),
        Index("uq_sponsor_change_open", "account_id", unique=True, postgresql_where=text("status = 'proposed'")),
    )


class ConnectorTerm(db.Model):  # type: ignore[name-defined]
    """Who was a connector of a hub, with which part of its line, from when to when.

    Follows the hub's roles after each change of them. `until` None: still. Days are counted from these rows, so that a
    change in the middle of a period is paid by days.
    """

    __tablename__ = "connector_term"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    in_hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    share_bps: Mapped[int]
    since: Mapped[datetime]
    until: Mapped[datetime | None]

    __table_args__: Any = (
        CheckConstraint("until >= since", name="until"),
        Index("ix_connector_term_in_hub_id_since", "in_hub_id", "since"),
        # Whether a buyer looks after a hub is asked with every sale, however many hubs there are.
        Index("ix_connector_term_account_id", "account_id", "since"),
        Index("uq_connector_term_open", "in_hub_id", "account_id", unique=True, postgresql_where=text("until IS NULL")),
    )
