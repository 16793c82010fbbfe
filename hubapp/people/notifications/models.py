"""Mails, sent by a job; notices, what people want to be told and how, their digests, and the devices that show them."""

from __future__ import annotations

import enum
import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class MailStatus(enum.StrEnum):
    """Waiting for the job, sent, or refused for good."""

    WAITING = "waiting"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"


class Mail(db.Model):  # type: ignore[name-defined]
    """One mail to one account or one address. Central; the app's role adds rows and cannot read them.

    `context` may hold links that open an account, so it is emptied once the mail has gone.
    """

    __tablename__ = "mail"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    address: Mapped[str | None]
    template: Mapped[str]
    locale: Mapped[str | None]
    context: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default=MailStatus.WAITING)
    failure: Mapped[str | None]
    created_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'sent', 'undeliverable')", name="status"),
        CheckConstraint("(account_id IS NULL) <> (address IS NULL)", name="one_recipient"),
        CheckConstraint("status IN ('waiting', 'undeliverable') OR context = '{}'::jsonb", name="forgets_what_it_said"),
    )


class BadAddress(db.Model):  # type: ignore[name-defined]
    """Central: an address that takes no mail, so that none is sent there until somebody forgives it."""

    __tablename__ = "bad_address"

    address: Mapped[str] = mapped_column(primary_key=True)
    reason: Mapped[str]
    noted_at: Mapped[datetime]


class Notice(db.Model):  # type: ignore[name-defined]
    """What one person is told about one thing; while unread, more of the same merges into it. Central, seen by hub.

    `actors`: who did it as [account id, name], the newest first. `is_shown`: in the list; else it only waits for its
    mail. `mail`: how it goes out. `mail_due_at`: when it is to go by itself; `mailed_at`: when it last went.
    `push_due_at`: when it is to go to its reader's devices.
    """

    __tablename__ = "notice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    kind: Mapped[str]
    about: Mapped[str]
    path: Mapped[str]
    context: Mapped[dict[str, Any]]
    actors: Mapped[list[Any]] = mapped_column(JSONB)
    count: Mapped[int] = mapped_column(Integer)
    is_shown: Mapped[bool]
    mail: Mapped[str]
    at: Mapped[datetime]
    read_at: Mapped[datetime | None]
    mail_due_at: Mapped[datetime | None]
    mailed_at: Mapped[datetime | None]
    push_due_at: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("mail IN ('now', 'daily', 'weekly', 'off')", name="mail"),
        CheckConstraint("count > 0", name="count"),
        Index(
            "ix_notice_unread",
            "account_id",
            "hub_id",
            "kind",
            "about",
            unique=True,
            postgresql_where=text("read_at IS NULL"),
            postgresql_nulls_not_distinct=True,
        ),
        Index("ix_notice_account_id_at_id", "account_id", "at", "id"),
        Index("ix_notice_account_id_hub_id_at_id", "account_id", "hub_id", "at", "id"),
        Index("ix_notice_hub_id_about", "hub_id", "about"),
        Index("ix_notice_due", "mail_due_at", postgresql_where=text("mail_due_at IS NOT NULL")),
        Index("ix_notice_push_due", "push_due_at", postgresql_where=text("push_due_at IS NOT NULL")),
    )


class NoticeOccasion(db.Model):  # type: ignore[name-defined]
    """Somebody was told of this already: a hash of hub, kind, thing and occasion, so that a repeated job tells once."""

    __tablename__ = "notice_occasion"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)


class NoticeSettings(db.Model):  # type: ignore[name-defined]
    """When somebody wants their digest, and when no mail at all; hours are local. No row: the defaults of policies."""

    __tablename__ = "notice_settings"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    rhythm: Mapped[str]
    weekday: Mapped[int] = mapped_column(Integer)
    hour: Mapped[int] = mapped_column(Integer)
    timezone: Mapped[str | None]
    quiet_from: Mapped[int | None] = mapped_column(Integer)
    quiet_to: Mapped[int | None] = mapped_column(Integer)

    __table_args__ = (
        CheckConstraint("rhythm IN ('daily', 'weekly')", name="rhythm"),
        CheckConstraint("weekday BETWEEN 0 AND 6", name="weekday"),
        CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),
        CheckConstraint(
            "(quiet_from IS NULL) = (quiet_to IS NULL) AND quiet_from <> quiet_to"
            " AND quiet_from BETWEEN 0 AND 23 AND quiet_to BETWEEN 0 AND 23",
            name="quiet",
        ),
    )


class NoticeChoice(db.Model):  # type: ignore[name-defined]
    """Where somebody wants a kind other than its default: in one hub, or everywhere (no hub). Kind `*`: all of them.

    `mail_before`: what stood there before unsubscribing, for the way back.
    """

    __tablename__ = "notice_choice"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    kind: Mapped[str]
    in_app: Mapped[bool | None]
    mail: Mapped[str | None]
    mail_before: Mapped[str | None]
    push: Mapped[bool | None]

    @property
    def is_empty(self) -> bool:
        """Whether nothing is chosen here any more."""
        return self.in_app is None and self.mail is None and self.push is None

    __table_args__ = (
        UniqueConstraint("account_id", "hub_id", "kind", postgresql_nulls_not_distinct=True),
        CheckConstraint("mail IN ('now', 'daily', 'weekly', 'off')", name="mail"),
    )


class NoticeMute(db.Model):  # type: ignore[name-defined]
    """Nothing more about this thing of a hub, or about the whole hub (`about` empty)."""

    __tablename__ = "notice_mute"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"), primary_key=True)
    about: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class DigestDue(db.Model):  # type: ignore[name-defined]
    """Somebody has notices that wait for their next digest: when, and of which local day."""

    __tablename__ = "digest_due"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    day: Mapped[date]


class DigestSent(db.Model):  # type: ignore[name-defined]
    """Somebody got their digest of a day: never a second one."""

    __tablename__ = "digest_sent"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime]


class PushDevice(db.Model):  # type: ignore[name-defined]
    """A browser that shows somebody the notices of one hub, for as long as it is signed in there.

    Central; the app's role reaches it by one-row functions only: who knows `endpoint` can write to that browser, and
    with `auth` what it would show. `server_key`: ours, for which the browser subscribed. `gone_at`: since when the push
    service knows of no such subscription; the row stays for the one that the browser makes in its place.
    `failing_since`: the first of the tries that failed since one went well.
    """

    __tablename__ = "push_device"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"))
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("auth_session.id", ondelete="CASCADE"), unique=True)
    endpoint: Mapped[str] = mapped_column(unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    server_key: Mapped[str]
    browser: Mapped[str]
    system: Mapped[str]
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    gone_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]

    __table_args__ = (
        CheckConstraint("length(endpoint) <= 1000", name="endpoint"),
        CheckConstraint("octet_length(public_key) = 65 AND octet_length(auth) = 16", name="keys"),
        Index("ix_push_device_account_id_hub_id", "account_id", "hub_id"),
    )


class PushPause(db.Model):  # type: ignore[name-defined]
    """A push service is down and asked to be left alone `until` then, whatever the device. Central."""

    __tablename__ = "push_pause"

    host: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime]
