"""Gatherings: series, gatherings, registrations, tickets, and the secrets of personal feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from hubapp.tenancy import rls

revision = "0031_gatherings"
down_revision = "0030_conversations"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
# Gatherings and registrations are canceled, never deleted; nobody but a hub's own pages and jobs changes them.
KEPT = "SELECT, INSERT, UPDATE"
TABLES = ("gathering_series", "gathering", "gathering_registration", "gathering_ticket", "calendar_feed")


def keys() -> list[sa.Column]:
    """What every hub table begins with."""
    return [
        sa.Column("hub_id", sa.BigInteger, sa.ForeignKey("hub.id"), primary_key=True, autoincrement=False),
        sa.Column("id", sa.Uuid, primary_key=True),
    ]


def create_series() -> None:
    """The rule of what repeats."""
    op.create_table(
        "gathering_series",
        *keys(),
        sa.Column("frequency", sa.Text, nullable=False),
        sa.Column("every", sa.Integer, nullable=False),
        sa.Column("anchor_on", sa.Date, nullable=False),
        sa.Column("anchor_number", sa.Integer, nullable=False),
        sa.Column("until_on", sa.Date),
        sa.Column("count", sa.Integer),
        sa.Column("template", JSONB, nullable=False),
        sa.Column("next_number", sa.Integer, nullable=False),
        sa.Column("is_published", sa.Boolean, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("ended_at", TIME),
        sa.CheckConstraint("frequency IN ('weekly', 'monthly_day', 'monthly_weekday')", name="frequency"),
        sa.CheckConstraint("every BETWEEN 1 AND 52", name="every"),
        sa.CheckConstraint("count > 0 AND next_number >= 0 AND anchor_number >= 0", name="counts"),
        sa.Index(
            "ix_gathering_series_alive",
            "hub_id",
            "id",
            postgresql_where=sa.text("is_published AND ended_at IS NULL"),
        ),
    )


def create_gatherings() -> None:
    """What happens when and where."""
    op.create_table(
        "gathering",
        *keys(),
        sa.Column("series_id", sa.Uuid),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("is_own", sa.Boolean, nullable=False),
        *(
            sa.Column(name, sa.Text, nullable=False)
            for name in (
                "slug",
                "status",
                "title",
                "body_md",
                "format",
                "place_name",
                "address",
                "how_to_find",
                "online_url",
            )
        ),
        sa.Column("host_account_id", sa.Uuid),
        sa.Column("starts_at", TIME, nullable=False),
        sa.Column("ends_at", TIME, nullable=False),
        sa.Column("capacity", sa.Integer),
        sa.Column("most_seats", sa.Integer, nullable=False),
        sa.Column("closes_minutes", sa.Integer, nullable=False),
        sa.Column("questions", JSONB, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False) for name in ("taken", "waiting", "revision")),
        sa.Column("canceled_reason", sa.Text),
        sa.Column("cover_seed", sa.Text, nullable=False),
        sa.Column("picture_id", sa.Uuid),
        sa.Column("picture_widths", ARRAY(sa.Integer)),
        sa.Column("picture_width", sa.Integer),
        sa.Column("picture_height", sa.Integer),
        sa.Column("picture_alt", sa.Text),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("updated_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["hub_id", "series_id"], ["gathering_series.hub_id", "gathering_series.id"]),
        sa.UniqueConstraint("hub_id", "slug"),
        # A job that runs twice makes no date twice.
        sa.UniqueConstraint("hub_id", "series_id", "number"),
        sa.CheckConstraint("status IN ('draft', 'published', 'canceled')", name="status"),
        sa.CheckConstraint("format IN ('place', 'online', 'both')", name="format"),
        sa.CheckConstraint("ends_at > starts_at", name="times"),
        sa.CheckConstraint("taken >= 0 AND waiting >= 0 AND revision >= 0 AND number >= 0", name="counts"),
        sa.CheckConstraint("capacity > 0 AND most_seats BETWEEN 1 AND 20 AND closes_minutes >= 0", name="limits"),
        # The last line of defence against more people than seats.
        sa.CheckConstraint("capacity IS NULL OR taken <= capacity", name="capacity"),
        sa.CheckConstraint("(picture_id IS NULL) = (picture_widths IS NULL)", name="picture"),
        sa.Index("ix_gathering_time", "hub_id", "starts_at", "id", postgresql_where=sa.text("status = 'published'")),
        sa.Index("ix_gathering_all", "hub_id", "starts_at", "id"),
        sa.Index("ix_gathering_soon", "starts_at", postgresql_where=sa.text("status = 'published'")),
    )


def create_registrations() -> None:
    """Who comes, who waits, and a ticket for each seat."""
    op.create_table(
        "gathering_registration",
        *keys(),
        sa.Column("gathering_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("seats", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("answers", JSONB, nullable=False),
        sa.Column("queued_at", TIME, nullable=False),
        sa.Column("confirmed_at", TIME),
        sa.Column("canceled_at", TIME),
        sa.Column("told_revision", sa.Integer, nullable=False),
        sa.Column("day_reminded_at", TIME),
        sa.Column("hour_reminded_at", TIME),
        sa.ForeignKeyConstraint(["hub_id", "gathering_id"], ["gathering.hub_id", "gathering.id"]),
        sa.CheckConstraint("status IN ('confirmed', 'waiting', 'canceled')", name="status"),
        sa.CheckConstraint("(status = 'canceled') = (canceled_at IS NOT NULL)", name="canceled"),
        sa.CheckConstraint("status <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed"),
        sa.CheckConstraint("seats BETWEEN 1 AND 20", name="seats"),
        # A double click is one registration.
        sa.Index(
            "uq_gathering_registration_alive",
            "hub_id",
            "gathering_id",
            "account_id",
            unique=True,
            postgresql_where=sa.text("status <> 'canceled'"),
        ),
        sa.Index("ix_gathering_registration_queue", "hub_id", "gathering_id", "status", "queued_at", "id"),
        sa.Index("ix_gathering_registration_account", "hub_id", "account_id", "id"),
    )
    op.create_table(
        "gathering_ticket",
        *keys(),
        sa.Column("gathering_id", sa.Uuid, nullable=False),
        sa.Column("registration_id", sa.Uuid, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("checked_in_at", TIME),
        sa.Column("checked_in_by", sa.Uuid),
        sa.ForeignKeyConstraint(["hub_id", "gathering_id"], ["gathering.hub_id", "gathering.id"]),
        sa.ForeignKeyConstraint(
            ["hub_id", "registration_id"], ["gathering_registration.hub_id", "gathering_registration.id"]
        ),
        sa.UniqueConstraint("hub_id", "registration_id", "number"),
        sa.UniqueConstraint("hub_id", "code"),
        sa.CheckConstraint("number > 0", name="number"),
        sa.CheckConstraint("(checked_in_at IS NULL) = (checked_in_by IS NULL)", name="checked_in"),
        sa.Index("ix_gathering_ticket_gathering", "hub_id", "gathering_id", "id"),
    )


def create_feeds() -> None:
    """Secret addresses of personal calendars."""
    op.create_table(
        "calendar_feed",
        *keys(),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("secret", sa.Text, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
        sa.UniqueConstraint("hub_id", "account_id"),
        sa.UniqueConstraint("hub_id", "secret"),
    )


def upgrade() -> None:
    """Create."""
    create_series()
    create_gatherings()
    create_registrations()
    create_feeds()
    for table in TABLES:
        for statement in rls.protect(table, app=KEPT, central=KEPT):
            op.execute(statement)


def downgrade() -> None:
    """Undo."""
    for table in reversed(TABLES):
        op.drop_table(table)
