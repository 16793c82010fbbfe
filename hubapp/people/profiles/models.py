"""Tables of profiles: what is told beside a membership's own, tags, and blocks."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Mapped, deferred, mapped_column

from hubapp.kernel import searchable
from hubapp.kernel.db import HubScoped, db

MEMBERS = "members"
FIELDS = ("about", "place", "links", "offers", "seeks", "knows", "languages")
AUDIENCES = "('everybody', 'members', 'connector', 'nobody')"
SEARCHED = "to_tsvector('simple'::regconfig, tag)"


class Profile(HubScoped, db.Model):  # type: ignore[name-defined]
    """What a member tells beside name and some words, under the membership's id; `…_for`: who may see a field."""

    __tablename__ = "profile"

    place: Mapped[str] = mapped_column(default="")
    links: Mapped[list[str]] = mapped_column(default=list)
    takes_messages: Mapped[bool] = mapped_column(default=True)
    about_for: Mapped[str] = mapped_column(default=MEMBERS)
    place_for: Mapped[str] = mapped_column(default=MEMBERS)
    links_for: Mapped[str] = mapped_column(default=MEMBERS)
    offers_for: Mapped[str] = mapped_column(default=MEMBERS)
    seeks_for: Mapped[str] = mapped_column(default=MEMBERS)
    knows_for: Mapped[str] = mapped_column(default=MEMBERS)
    languages_for: Mapped[str] = mapped_column(default=MEMBERS)

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "id"], ["membership.hub_id", "membership.id"]),
        *(CheckConstraint(f"{name}_for IN {AUDIENCES}", name=f"{name}_for") for name in FIELDS),
    )


class ProfileTag(HubScoped, db.Model):  # type: ignore[name-defined]
    """A few words of what somebody offers, seeks, knows or speaks; audience and joining are copied to find it."""

    __tablename__ = "profile_tag"

    membership_id: Mapped[uuid.UUID]
    kind: Mapped[str]
    position: Mapped[int]
    tag: Mapped[str]
    audience: Mapped[str]
    joined_at: Mapped[datetime]
    # Nothing reads it any more; pages of the version before this one do, while both run.
    search: Mapped[str | None] = deferred(mapped_column(TSVECTOR, Computed(SEARCHED, persisted=True)))
    terms: Mapped[str | None] = searchable.terms("search_terms(hub_id, tag, ''::text, false)")

    __mapper_args__ = {"eager_defaults": False}  # noqa: RUF012  SQLAlchemy reads it from the class
    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        ForeignKeyConstraint(["hub_id", "membership_id"], ["membership.hub_id", "membership.id"]),
        UniqueConstraint("hub_id", "membership_id", "kind", "tag"),
        CheckConstraint("kind IN ('offers', 'seeks', 'knows', 'languages')", name="kind"),
        CheckConstraint(f"audience IN {AUDIENCES}", name="audience"),
        CheckConstraint("tag <> '' AND length(tag) <= 40", name="tag"),
        CheckConstraint("position BETWEEN 0 AND 9", name="position"),
        Index("ix_profile_tag_search", "search", postgresql_using="gin", postgresql_with={"fastupdate": "off"}),
        *searchable.indexes("profile_tag", has_name=False),
        Index("ix_profile_tag_joined", "hub_id", "joined_at", "membership_id"),
        Index("ix_profile_tag_first", "hub_id", "kind", "joined_at", "membership_id", postgresql_where="position = 0"),
        Index("ix_profile_tag_told", "hub_id", "kind", "id", postgresql_where="position = 0"),
    )


class Block(HubScoped, db.Model):  # type: ignore[name-defined]
    """`account_id` wants nothing to do with `blocked_id`, who is not told."""

    __tablename__ = "member_block"

    account_id: Mapped[uuid.UUID]
    blocked_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]

    __table_args__ = (
        ForeignKeyConstraint(["hub_id"], ["hub.id"]),
        UniqueConstraint("hub_id", "account_id", "blocked_id"),
        CheckConstraint("account_id <> blocked_id", name="not_oneself"),
        Index("ix_member_block_blocked", "hub_id", "blocked_id"),
    )
