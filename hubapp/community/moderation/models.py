"""Tables of moderation: cases, reports, actions, appeals."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel.db import HubScoped, db

KINDS = "kind IN ('post', 'comment', 'gathering', 'listing', 'profile')"
OPEN = "closed_at IS NULL"


class ModerationCase(HubScoped, db.Model):  # type: ignore[name-defined]
    """What the hub has to decide about one thing. `cause`: report, hold (a first text that waits) or own.

    `subject_id`: the account whose thing it is; None: nobody's (the core's listing, a gathering without a host).
    """

    __tablename__ = "moderation_case"

    kind: Mapped[str]
    thing_id: Mapped[uuid.UUID]
    subject_id: Mapped[uuid.UUID | None]
    cause: Mapped[str]
    report_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("cause IN ('report', 'hold', 'own')", name="cause"),
        CheckConstraint("report_count >= 0", name="report_count"),
        # However many report it at once, it is decided about once.
        Index("uq_moderation_case_open", "hub_id", "kind", "thing_id", unique=True, postgresql_where=OPEN),
        Index("ix_moderation_case_queue", "hub_id", "id", postgresql_where=OPEN),
        Index("ix_moderation_case_done", "hub_id", "id", postgresql_where="closed_at IS NOT NULL"),
        Index("ix_moderation_case_thing", "hub_id", "kind", "thing_id", "id"),
        Index("ix_moderation_case_subject", "hub_id", "subject_id", "id"),
    )

    @property
    def is_open(self) -> bool:
        """Whether it waits for a decision."""
        return self.closed_at is None


def _of_case() -> tuple[ForeignKeyConstraint, ...]:
    return (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "case_id"], ["moderation_case.hub_id", "moderation_case.id"]),
    )


class ModerationReport(HubScoped, db.Model):  # type: ignore[name-defined]
    """One member's word about a thing; said once."""

    __tablename__ = "moderation_report"

    case_id: Mapped[uuid.UUID]
    reporter_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    thing_id: Mapped[uuid.UUID]
    reason: Mapped[str]
    words: Mapped[str]
    at: Mapped[datetime]

    __table_args__ = (
        *_of_case(),
        UniqueConstraint("hub_id", "reporter_id", "kind", "thing_id"),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint(
            "reason IN ('spam', 'unkind', 'hate', 'false', 'unsafe', 'private', 'illegal', 'other')", name="reason"
        ),
        Index("ix_moderation_report_case", "hub_id", "case_id", "id"),
        Index("ix_moderation_report_reporter", "hub_id", "reporter_id", "id"),
    )


class ModerationAction(HubScoped, db.Model):  # type: ignore[name-defined]
    """A decision, with the words that the person concerned reads; `until`: of a suspension, None is for good."""

    __tablename__ = "moderation_action"

    case_id: Mapped[uuid.UUID]
    subject_id: Mapped[uuid.UUID | None]
    act: Mapped[str]
    words: Mapped[str]
    until: Mapped[datetime | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str]
    # Decided by the core, where it was about somebody who looks after the hub: then the hub does not undo it.
    by_core: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[uuid.UUID | None]
    undone_name: Mapped[str | None]
    undone_words: Mapped[str | None]

    __table_args__ = (
        *_of_case(),
        CheckConstraint("act IN ('leave', 'hide', 'warn', 'suspend', 'approve', 'refuse')", name="act"),
        CheckConstraint("until IS NULL OR act = 'suspend'", name="until"),
        CheckConstraint("act IN ('leave', 'approve') OR words <> ''", name="says_why"),
        CheckConstraint(
            "(undone_at IS NULL) = (undone_name IS NULL) AND (undone_at IS NULL) = (undone_words IS NULL)",
            name="undone",
        ),
        Index("ix_moderation_action_case", "hub_id", "case_id", "id"),
        Index("ix_moderation_action_subject", "hub_id", "subject_id", "id"),
        Index("ix_moderation_action_by_core", "id", postgresql_where=text("by_core")),
    )

    @property
    def is_undone(self) -> bool:
        """Whether it counts no more."""
        return self.undone_at is not None


class ModerationAppeal(HubScoped, db.Model):  # type: ignore[name-defined]
    """The person concerned asks the core, once; `is_upheld`: the decision stays."""

    __tablename__ = "moderation_appeal"

    action_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    words: Mapped[str]
    at: Mapped[datetime]
    is_upheld: Mapped[bool | None]
    answer: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[uuid.UUID | None]
    decided_name: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "action_id"], ["moderation_action.hub_id", "moderation_action.id"]),
        UniqueConstraint("hub_id", "action_id"),
        CheckConstraint("words <> ''", name="words"),
        CheckConstraint(
            "(decided_at IS NULL) = (is_upheld IS NULL) AND (decided_at IS NULL) = (answer IS NULL)"
            " AND (decided_at IS NULL) = (decided_name IS NULL)",
            name="decided",
        ),
        Index("ix_moderation_appeal_queue", "id", postgresql_where="decided_at IS NULL"),
    )
