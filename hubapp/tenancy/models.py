"""Hubs and what makes them different; the audit log of what the central team and connectors did."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    LargeBinary,
    UniqueConstraint,
    or_,
)
from sqlalchemy.orm import Mapped, deferred, mapped_column

from hubapp.kernel import ids, searchable
from hubapp.kernel.db import HubScoped, db

HUB_TERMS = "search_hub_terms((((name || ' '::text) || place) || ' '::text) || slug, home)"


class HubStatus(enum.StrEnum):
    """`frozen`: pages stay, sales stop; `closed`: only the central team sees it."""

    OPEN = "open"
    FROZEN = "frozen"
    CLOSED = "closed"


class Hub(db.Model):  # type: ignore[name-defined]
    """A hub. Central table: everyone may read it; a hub may change its own look and words only."""

    __tablename__ = "hub"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=False), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    place: Mapped[str] = mapped_column(default="")
    status: Mapped[str] = mapped_column(default=HubStatus.OPEN)
    frozen_reason: Mapped[str | None]
    country: Mapped[str]
    currency: Mapped[str]
    timezone: Mapped[str]
    default_locale: Mapped[str]
    locales: Mapped[list[str]]
    theme: Mapped[dict[str, Any]]
    home: Mapped[dict[str, Any]]
    words: Mapped[dict[str, Any]]
    features: Mapped[dict[str, Any]]
    legal: Mapped[dict[str, Any]]
    tax_rates: Mapped[dict[str, int]]
    logo: Mapped[bytes | None] = deferred(mapped_column(LargeBinary))
    logo_type: Mapped[str | None]
    theme_css: Mapped[str] = deferred(mapped_column(default="", nullable=False))
    brand_version: Mapped[int] = mapped_column(default=1)
    member_count: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[datetime]
    is_imported: Mapped[bool] = mapped_column(default=False)
    terms: Mapped[str | None] = searchable.terms(HUB_TERMS)
    folded: Mapped[str | None] = searchable.folded("name")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        CheckConstraint("status IN ('open', 'frozen', 'closed')", name="status"),
        CheckConstraint("slug ~ '^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$'", name="slug"),
        CheckConstraint("(status = 'frozen') = (frozen_reason IS NOT NULL)", name="frozen_has_reason"),
        *searchable.indexes("hub", has_hub=False),
    )

    @property
    def is_selling(self) -> bool:
        """Whether orders may be placed here."""
        return self.status == HubStatus.OPEN

    @classmethod
    def called(cls, typed: str) -> ColumnElement[bool]:
        """What finds hubs by any part of their name, place or slug."""
        columns = (cls.name, cls.place, cls.slug)
        return or_(*(column.icontains(typed[:60], autoescape=True) for column in columns))


class HubDomain(db.Model):  # type: ignore[name-defined]
    """A custom domain of a hub; serves only once verified."""

    __tablename__ = "hub_domain"

    host: Mapped[str] = mapped_column(primary_key=True)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), index=True)
    token: Mapped[str]
    verified_at: Mapped[datetime | None]


class HubPage(HubScoped, db.Model):  # type: ignore[name-defined]
    """A page or legal text of a hub in one language, in Markdown."""

    __tablename__ = "hub_page"

    locale: Mapped[str]
    slug: Mapped[str]
    kind: Mapped[str] = mapped_column(default="page")
    title: Mapped[str]
    body: Mapped[str]
    position: Mapped[int] = mapped_column(default=0)
    version: Mapped[int] = mapped_column(default=1)
    updated_at: Mapped[datetime]
    updated_by: Mapped[uuid.UUID | None]
    terms: Mapped[str | None] = searchable.terms("search_terms(hub_id, title, body, kind = 'page'::text)")
    folded: Mapped[str | None] = searchable.folded("title")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "locale", "slug"),
        CheckConstraint("kind IN ('page', 'legal')", name="kind"),
        *searchable.indexes("hub_page"),
    )


class HubVersion(HubScoped, db.Model):  # type: ignore[name-defined]
    """A part of a hub (brand, front page, first steps, switches, a page) as it was after one change; never changed.

    `subject`: which page. `number` counts a part's versions from 1; `source`: the version that this one brought back.
    """

    __tablename__ = "hub_version"

    part: Mapped[str]
    subject: Mapped[str] = mapped_column(default="")
    number: Mapped[int]
    act: Mapped[str]
    source: Mapped[int | None]
    at: Mapped[datetime]
    by_id: Mapped[uuid.UUID | None]
    by_name: Mapped[str] = mapped_column(default="")
    content: Mapped[dict[str, Any]]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "part", "subject", "number"),
        CheckConstraint("part IN ('brand', 'front', 'steps', 'page', 'switches')", name="part"),
        CheckConstraint("act IN ('found', 'edit', 'remove', 'restore')", name="act"),
        CheckConstraint("(act = 'restore') = (source IS NOT NULL)", name="source"),
    )


class HubLogo(HubScoped, db.Model):  # type: ignore[name-defined]
    """A drawing that a version of the brand needs, or that somebody looks at before saving; kept once per hub."""

    __tablename__ = "hub_logo"

    digest: Mapped[str]
    body: Mapped[bytes] = mapped_column(LargeBinary)
    kept_at: Mapped[datetime]

    __table_args__ = (ForeignKeyConstraint(["hub_id"], ["hub.id"]), UniqueConstraint("hub_id", "digest"))


class AuditEvent(db.Model):  # type: ignore[name-defined]
    """Who did what to what, and why. Rows are added, never changed."""

    __tablename__ = "audit_event"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    at: Mapped[datetime]
    actor_id: Mapped[uuid.UUID | None]
    actor_name: Mapped[str]
    action: Mapped[str]
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    subject: Mapped[str] = mapped_column(default="")
    reason: Mapped[str] = mapped_column(default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (Index("ix_audit_event_hub_id_at", "hub_id", "at"), Index("ix_audit_event_at", "at"))
