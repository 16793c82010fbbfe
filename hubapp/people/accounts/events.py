"""Facts about accounts that the tiers above act on: mails are written there."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LinkAsked:
    """Somebody asked for a link by mail, whose token is made when the mail is written. `hub_id`: whose look."""

    hub_id: int | None
    link_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The password is another one now."""

    hub_id: int | None
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class EmailChanged:
    """The account moved to another address; the old one is told."""

    hub_id: int | None
    account_id: uuid.UUID
    old_email: str


@dataclass(frozen=True, slots=True)
class SecondFactorChanged:
    """The second factor was switched on or off."""

    hub_id: int | None
    account_id: uuid.UUID
    is_on: bool
