"""Tables of gatherings: series, gatherings and registrations."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import searchable
from hubapp.kernel.db import HubScoped, db

TERMS = (
    "search_terms(hub_id, title, (((body_md || ' '::text) || place_name) || ' '::text) || address,"
    " status = 'published'::text)"
)


class Frequency(enum.StrEnum):
    """How a series repeats; `monthly_weekday` as in "every third Tuesday"."""

    WEEKLY = "weekly"
    MONTHLY_DAY = "monthly_day"
    MONTHLY_WEEKDAY = "monthly_weekday"


class Format(enum.StrEnum):
    """Where it happens."""

    PLACE = "place"
    ONLINE = "online"
    BOTH = "both"


class Status(enum.StrEnum):
    """`draft`: only those who manage gatherings see it; `hidden`: the hub took it out of sight."""

    DRAFT = "draft"
    PUBLISHED = "published"
    CANCELED = "canceled"
    HIDDEN = "hidden"


class Seat(enum.StrEnum):
    """What a registration stands for: seats, seats kept while being paid, a place on the waiting list, or nothing."""

    CONFIRMED = "confirmed"
    PAYING = "paying"
    WAITING = "waiting"
    CANCELED = "canceled"


class Why(enum.StrEnum):
    """Why a registration ended: given back, not paid in time, its order called off, or the gathering itself."""

    SELF = "self"
    LAPSED = "lapsed"
    ORDER = "order"
    GATHERING = "gathering"


class GatheringSeries(HubScoped, db.Model):  # type: ignore[name-defined]
    """A rule and what its coming gatherings look like (`template`).

    Date `anchor_number` is `anchor_on`; the others are counted from there. `next_number` was not made yet; nothing is
    made before the first date is published.
    """

    __tablename__ = "gathering_series"

    frequency: Mapped[str]
    every: Mapped[int]
    anchor_on: Mapped[date]
    anchor_number: Mapped[int] = mapped_column(default=0)
    until_on: Mapped[date | None]
    count: Mapped[int | None]
    template: Mapped[dict[str, Any]]
    next_number: Mapped[int] = mapped_column(default=0)
    is_published: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        CheckConstraint("frequency IN ('weekly', 'monthly_day', 'monthly_weekday')", name="frequency"),
        CheckConstraint("every BETWEEN 1 AND 52", name="every"),
        CheckConstraint("count > 0 AND next_number >= 0 AND anchor_number >= 0", name="counts"),
        Index("ix_gathering_series_alive", "hub_id", "id", postgresql_where=text("is_published AND ended_at IS NULL")),
    )


class Gathering(HubScoped, db.Model):  # type: ignore[name-defined]
    """Something at a time. `taken` seats are held, `waiting` are wished for; `capacity` None: no limit.

    `revision` grows with each change of time or place and when it is canceled. `is_own`: a date of a series that was
    edited by itself, which changes of the series leave alone. `price`: of a seat, in minor units of the hub's currency,
    tax inside; None: free. `refund_hours` before it begins a seat is paid back for the last time; None: never.
    """

    __tablename__ = "gathering"

    series_id: Mapped[uuid.UUID | None]
    number: Mapped[int] = mapped_column(default=0)
    is_own: Mapped[bool] = mapped_column(default=False)
    slug: Mapped[str]
    status: Mapped[str] = mapped_column(default=Status.DRAFT)
    title: Mapped[str]
    body_md: Mapped[str]
    format: Mapped[str]
    place_name: Mapped[str]
    address: Mapped[str]
    how_to_find: Mapped[str]
    online_url: Mapped[str]
    host_account_id: Mapped[uuid.UUID | None]
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int | None]
    most_seats: Mapped[int]
    closes_minutes: Mapped[int]
    price: Mapped[int | None] = mapped_column(BigInteger)
    tax_category: Mapped[str] = mapped_column(default="standard", server_default="standard")
    refund_hours: Mapped[int | None] = mapped_column(default=24, server_default=text("24"))
    # Otherwise the hub sells its seats.
    is_sold_by_host: Mapped[bool] = mapped_column(default=False, server_default=text("false"))
    questions: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    taken: Mapped[int] = mapped_column(default=0)
    waiting: Mapped[int] = mapped_column(default=0)
    revision: Mapped[int] = mapped_column(default=0)
    canceled_reason: Mapped[str | None]
    hidden_at: Mapped[datetime | None]
    hidden_by: Mapped[uuid.UUID | None]
    hidden_reason: Mapped[str | None]
    # What it was before, and is again when it comes back.
    hidden_from: Mapped[str | None]
    cover_seed: Mapped[str]
    picture_id: Mapped[uuid.UUID | None]
    picture_widths: Mapped[list[int] | None] = mapped_column(ARRAY(Integer))
    picture_width: Mapped[int | None]
    picture_height: Mapped[int | None]
    picture_alt: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    terms: Mapped[str | None] = searchable.terms(TERMS)
    folded: Mapped[str | None] = searchable.folded("title")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "series_id"], ["gathering_series.hub_id", "gathering_series.id"]),
        UniqueConstraint("hub_id", "slug"),
        # A job that runs twice makes no date twice.
        UniqueConstraint("hub_id", "series_id", "number"),
        CheckConstraint("status IN ('draft', 'published', 'canceled', 'hidden')", name="status"),
        CheckConstraint(
            "(status = 'hidden') = (hidden_at IS NOT NULL) AND (hidden_at IS NULL) = (hidden_reason IS NULL)"
            " AND (hidden_at IS NULL) = (hidden_by IS NULL) AND (hidden_at IS NULL) = (hidden_from IS NULL)",
            name="hidden",
        ),
        CheckConstraint("format IN ('place', 'online', 'both')", name="format"),
        CheckConstraint("ends_at > starts_at", name="times"),
        CheckConstraint("taken >= 0 AND waiting >= 0 AND revision >= 0 AND number >= 0", name="counts"),
        CheckConstraint("capacity > 0 AND most_seats BETWEEN 1 AND 20 AND closes_minutes >= 0", name="limits"),
        # The last line of defence against more people than seats.
        CheckConstraint("capacity IS NULL OR taken <= capacity", name="capacity"),
        CheckConstraint("price > 0 AND refund_hours >= 0", name="price"),
        CheckConstraint("NOT is_sold_by_host OR host_account_id IS NOT NULL", name="seller"),
        CheckConstraint("(picture_id IS NULL) = (picture_widths IS NULL)", name="picture"),
        Index("ix_gathering_time", "hub_id", "starts_at", "id", postgresql_where=text("status = 'published'")),
        Index("ix_gathering_all", "hub_id", "starts_at", "id"),
        Index("ix_gathering_soon", "starts_at", postgresql_where=text("status = 'published'")),
        *searchable.indexes("gathering", where="status = 'published'"),
    )

    @property
    def is_published(self) -> bool:
        """Whether everybody sees it and it takes place."""
        return self.status == Status.PUBLISHED

    @property
    def is_canceled(self) -> bool:
        """Whether it does not take place."""
        return self.status == Status.CANCELED

    @property
    def is_hidden(self) -> bool:
        """Whether only its host and those who look after the hub see it."""
        return self.status == Status.HIDDEN

    @property
    def left(self) -> int | None:
        """Seats nobody holds; None: no limit."""
        return None if self.capacity is None else max(0, self.capacity - self.taken)

    @property
    def is_full(self) -> bool:
        """Whether who comes now has to wait."""
        return self.left == 0 or self.waiting > 0

    @property
    def closes_at(self) -> datetime:
        """When registration ends."""
        return self.starts_at - timedelta(minutes=self.closes_minutes)

    @property
    def is_paid(self) -> bool:
        """Whether its seats cost something."""
        return self.price is not None

    @property
    def seller_account_id(self) -> uuid.UUID | None:
        """Who sells its seats; None: the hub, whose sales are the core's."""
        return self.host_account_id if self.is_sold_by_host else None

    @property
    def has_place(self) -> bool:
        """Whether one can go there."""
        return self.format != Format.ONLINE

    @property
    def has_link(self) -> bool:
        """Whether one can take part from afar."""
        return self.format != Format.PLACE


class GatheringRegistration(HubScoped, db.Model):  # type: ignore[name-defined]
    """Somebody's seats at a gathering, or their place on its waiting list (in the order of `queued_at`, `id`).

    `answers`: key of the question → text. `told_revision`: the change they were told of last. `unit_price` and
    `refund_hours`: as they were shown before paying. `asked_at`: when a seat was offered to somebody who waited.
    `refund_due_at`: when giving the money back is tried next.
    """

    __tablename__ = "gathering_registration"

    gathering_id: Mapped[uuid.UUID]
    account_id: Mapped[uuid.UUID]
    seats: Mapped[int]
    status: Mapped[str]
    answers: Mapped[dict[str, str]]
    queued_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]
    told_revision: Mapped[int]
    day_reminded_at: Mapped[datetime | None]
    hour_reminded_at: Mapped[datetime | None]
    unit_price: Mapped[int | None] = mapped_column(BigInteger)
    refund_hours: Mapped[int | None]
    asked_at: Mapped[datetime | None]
    pay_until: Mapped[datetime | None]
    checkout_id: Mapped[uuid.UUID | None]
    order_id: Mapped[uuid.UUID | None]
    payment_id: Mapped[uuid.UUID | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default=text("0"))
    paid_at: Mapped[datetime | None]
    paid_revision: Mapped[int | None]
    refund_due_at: Mapped[datetime | None]
    handed_over_at: Mapped[datetime | None]
    canceled_why: Mapped[str | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "gathering_id"], ["gathering.hub_id", "gathering.id"]),
        ForeignKeyConstraint(["hub_id", "order_id"], ["orders.hub_id", "orders.id"]),
        CheckConstraint("status IN ('confirmed', 'paying', 'waiting', 'canceled')", name="status"),
        CheckConstraint("status <> 'paying' OR (unit_price IS NOT NULL AND pay_until IS NOT NULL)", name="paying"),
        # Never a seat without its payment.
        CheckConstraint("status <> 'confirmed' OR unit_price IS NULL OR paid_at IS NOT NULL", name="paid"),
        CheckConstraint(
            "(checkout_id IS NULL) = (order_id IS NULL) AND (paid_at IS NULL OR order_id IS NOT NULL)", name="order"
        ),
        CheckConstraint("(status = 'canceled') = (canceled_at IS NOT NULL)", name="canceled"),
        CheckConstraint("status <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed"),
        CheckConstraint("seats BETWEEN 1 AND 20", name="seats"),
        # A double click is one registration.
        Index(
            "uq_gathering_registration_alive",
            "hub_id",
            "gathering_id",
            "account_id",
            unique=True,
            postgresql_where=text("status <> 'canceled'"),
        ),
        Index("ix_gathering_registration_queue", "hub_id", "gathering_id", "status", "queued_at", "id"),
        Index("ix_gathering_registration_account", "hub_id", "account_id", "id"),
        UniqueConstraint("hub_id", "checkout_id"),
        UniqueConstraint("hub_id", "order_id"),
        Index("ix_gathering_registration_paying", "pay_until", postgresql_where=text("status = 'paying'")),
        Index("ix_gathering_registration_refund", "refund_due_at", postgresql_where=text("refund_due_at IS NOT NULL")),
        Index(
            "ix_gathering_registration_handover",
            "hub_id",
            "gathering_id",
            postgresql_where=text("paid_at IS NOT NULL AND refund_due_at IS NULL AND handed_over_at IS NULL"),
        ),
    )
