"""Memberships, roles, invite links, touches; and the central index of who is a member where."""

from __future__ import annotations

import enum
import uuid
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    UniqueConstraint,
)
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from hubapp.kernel import searchable
from hubapp.kernel.db import HubScoped, db

SEARCHED = "to_tsvector('simple'::regconfig, (display_name || ' '::text) || handle)"
TERMS = "search_terms(hub_id, (display_name || ' '::text) || handle, ''::text, false)"


class MemberStatus(enum.StrEnum):
    """`left`: by their own choice, may come back; `suspended`: by the hub, reads but does nothing here."""

    ACTIVE = "active"
    LEFT = "left"
    SUSPENDED = "suspended"


class Role(enum.StrEnum):
    """What someone does for a hub."""

    CONNECTOR = "connector"
    HELPER = "helper"


class Membership(HubScoped, db.Model):  # type: ignore[name-defined]
    """One account in one hub, under the name and handle used there."""

    __tablename__ = "membership"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    handle: Mapped[str]
    display_name: Mapped[str]
    about: Mapped[str] = mapped_column(default="")
    is_listed: Mapped[bool] = mapped_column(default=True)
    status: Mapped[str] = mapped_column(default=MemberStatus.ACTIVE)
    joined_at: Mapped[datetime]
    invited_by: Mapped[uuid.UUID | None]
    invited_code: Mapped[str | None]
    referral_code: Mapped[str]
    # Both stay with who leaves while suspended, so that they do not come back before.
    suspended_until: Mapped[datetime | None]
    suspended_reason: Mapped[str | None]
    # Why the hub took this person's own page out of sight; their name stays where they wrote.
    hidden_reason: Mapped[str | None]
    # The name of the photo's files, a new one for each photo; beside the name, because every page that shows the one
    # shows the other. `portrait_for`: whom it is for, as of what else they tell.
    portrait: Mapped[str | None]
    portrait_for: Mapped[str] = mapped_column(default="everybody", server_default="everybody")
    # Nothing reads it any more; pages of the version before this one do, while both run.
    search: Mapped[str | None] = deferred(mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True)))
    terms: Mapped[str | None] = searchable.terms(TERMS)
    folded: Mapped[str | None] = searchable.folded("display_name")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id"),
        UniqueConstraint("hub_id", "handle"),
        UniqueConstraint("hub_id", "referral_code"),
        ForeignKeyConstraint(["hub_id", "invited_by"], ["membership.hub_id", "membership.id"]),
        CheckConstraint("status IN ('active', 'left', 'suspended')", name="status"),
        CheckConstraint("invited_by <> id", name="not_by_oneself"),
        CheckConstraint("suspended_until IS NULL OR status <> 'active'", name="suspended"),
        CheckConstraint("portrait_for IN ('everybody', 'members', 'connector', 'nobody')", name="portrait_for"),
        Index("ix_membership_portrait", "hub_id", "portrait", unique=True, postgresql_where="portrait IS NOT NULL"),
        Index("ix_membership_hub_id_joined_at_id", "hub_id", "joined_at", "id"),
        Index("ix_membership_brought", "hub_id", "invited_by", "status", "joined_at", "id"),
        Index("ix_membership_invited_code", "hub_id", "invited_code", postgresql_where="invited_code IS NOT NULL"),
        Index("ix_membership_suspended_until", "suspended_until", postgresql_where="suspended_until IS NOT NULL"),
        Index("ix_membership_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        *searchable.indexes("membership"),
    )


class HubRole(HubScoped, db.Model):  # type: ignore[name-defined]
    """A member's role. `share_bps`: a connector's part of the hub's share, of 10,000 over all connectors."""

    __tablename__ = "hub_role"

    membership_id: Mapped[uuid.UUID]
    role: Mapped[str]
    permissions: Mapped[list[str]] = mapped_column(default=list)
    share_bps: Mapped[int] = mapped_column(default=0)
    granted_by: Mapped[uuid.UUID | None]
    granted_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "membership_id"),
        ForeignKeyConstraint(["hub_id", "membership_id"], ["membership.hub_id", "membership.id"]),
        CheckConstraint("role IN ('connector', 'helper')", name="role"),
        CheckConstraint("share_bps BETWEEN 0 AND 10000", name="share_bps"),
        CheckConstraint("role = 'connector' OR share_bps = 0", name="only_connectors_share"),
    )


class InviteLink(HubScoped, db.Model):  # type: ignore[name-defined]
    """A code with a label (a poster, a market stall), which counts as its maker's own."""

    __tablename__ = "invite_link"

    membership_id: Mapped[uuid.UUID]
    code: Mapped[str]
    label: Mapped[str]
    created_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "code"),
        ForeignKeyConstraint(["hub_id", "membership_id"], ["membership.hub_id", "membership.id"]),
        Index("ix_invite_link_hub_id_created_at_id", "hub_id", "created_at", "id"),
    )


class ReferralTouch(HubScoped, db.Model):  # type: ignore[name-defined]
    """A known account came through someone's code. Visitors' touches stay in their own session until they sign in."""

    __tablename__ = "referral_touch"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    membership_id: Mapped[uuid.UUID]
    code: Mapped[str]
    channel: Mapped[str]
    touched_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "membership_id"], ["membership.hub_id", "membership.id"]),
        Index("ix_referral_touch_hub_id_account_id_touched_at", "hub_id", "account_id", "touched_at"),
    )


class InviteTally(HubScoped, db.Model):  # type: ignore[name-defined]
    """What came of a member's invitations through one channel: numbers, and nothing that says who it was."""

    __tablename__ = "invite_tally"

    membership_id: Mapped[uuid.UUID]
    channel: Mapped[str]
    opened: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    joined: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    bought: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "membership_id"], ["membership.hub_id", "membership.id"]),
        UniqueConstraint("hub_id", "membership_id", "channel"),
        CheckConstraint("opened >= 0 AND joined >= 0 AND bought >= 0", name="counts"),
    )


class MembershipIndex(db.Model):  # type: ignore[name-defined]
    """Central: which hubs an account is an active member of. Written by a trigger, read by the central role."""

    __tablename__ = "membership_index"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), primary_key=True, index=True)
    role: Mapped[str]
    joined_at: Mapped[datetime]


class HomeHub(db.Model):  # type: ignore[name-defined]
    """Central: the hub that somebody chose as home; without one, the first they joined. Written by a function."""

    __tablename__ = "home_hub"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), index=True)
    chosen_at: Mapped[datetime]
