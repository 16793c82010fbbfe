"""Tables of accounts. All central; the app's role reads `account` without addresses, and none of the secrets."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.kernel import ids
from hubapp.kernel.db import db


class Account(db.Model):  # type: ignore[name-defined]
    """A person's login. `is_central`: works for the central team; `is_demo`: a published demo sign-in."""

    __tablename__ = "account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    locale: Mapped[str]
    is_central: Mapped[bool] = mapped_column(default=False)
    is_demo: Mapped[bool] = mapped_column(default=False)
    confirmed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]

    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower"),)


class Credential(db.Model):  # type: ignore[name-defined]
    """What proves an account. `totp_step` is the last time step whose code was spent."""

    __tablename__ = "credential"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    password_hash: Mapped[str | None]
    password_changed_at: Mapped[datetime]
    totp_secret: Mapped[str | None]
    totp_proposed: Mapped[str | None]
    totp_step: Mapped[int] = mapped_column(BigInteger, default=0)


class RecoveryCode(db.Model):  # type: ignore[name-defined]
    """A code on paper for the day the phone is lost; kept as a hash, good once."""

    __tablename__ = "recovery_code"

    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), primary_key=True)
    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    used_at: Mapped[datetime | None]


class AuthSession(db.Model):  # type: ignore[name-defined]
    """One device signed in to one site. `is_pending`: the second factor is still missing, so it opens nothing."""

    __tablename__ = "auth_session"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"), index=True)
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    parent_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("auth_session.id"), index=True)
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    user_agent: Mapped[str]
    is_pending: Mapped[bool]
    second_factor_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("(hub_id IS NULL) = (parent_id IS NULL)", name="hub_sessions_have_a_parent"),)


class EmailToken(db.Model):  # type: ignore[name-defined]
    """A link asked for, and sent by mail: its token is made when the mail is written and kept as a hash; good once.

    `account_id` None: nobody has that address, and the mail says so.
    """

    __tablename__ = "email_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=ids.uuid7)
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str]
    address: Mapped[str]
    next_url: Mapped[str]
    locale: Mapped[str]
    hub_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("hub.id"))
    token_hash: Mapped[bytes | None] = mapped_column(LargeBinary, unique=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]

    __table_args__ = (CheckConstraint("purpose IN ('confirm', 'reset', 'change')", name="purpose"),)


class AuthorizationCode(db.Model):  # type: ignore[name-defined]
    """An OpenID code on its way from the central domain to a hub; lives for a minute, good once."""

    __tablename__ = "authorization_code"

    code_hash: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    session_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("auth_session.id"), index=True)
    hub_id: Mapped[int] = mapped_column(BigInteger, ForeignKey("hub.id"))
    redirect_uri: Mapped[str]
    challenge: Mapped[str]
    nonce: Mapped[str]
    scope: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class LoginThrottle(db.Model):  # type: ignore[name-defined]
    """Attempts by kind and subject (a hash of an address) since a moment; shared by all processes."""

    __tablename__ = "login_throttle"

    kind: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[bytes] = mapped_column(LargeBinary, primary_key=True)
    since: Mapped[datetime]
    attempts: Mapped[int]

    __table_args__ = (Index("ix_login_throttle_since", "since"),)
