"""Refusals of accounts, in words for the person who is refused."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from hubapp.kernel.errors import Refusal


class EmailTaken(Refusal):
    """Another account has this address."""

    field = "email"


class BadEmail(Refusal):
    """That is not an e-mail address."""

    status: ClassVar[int] = 422
    field = "email"


class BadName(Refusal):
    """The name is empty or too long."""

    status: ClassVar[int] = 422
    field = "name"


class WeakPassword(Refusal):
    """The password is too short, too common or too near to the account's own data."""

    status: ClassVar[int] = 422
    field = "password"


class WrongPassword(Refusal):
    """Address and password do not belong together; which of the two is wrong is not said."""

    status: ClassVar[int] = 422


class NotConfirmed(Refusal):
    """The password is right, but the address was never confirmed."""

    status: ClassVar[int] = 422


class WrongCode(Refusal):
    """The code of the second factor is wrong, too old, or was used already."""

    status: ClassVar[int] = 422
    field = "code"


class LinkSpent(Refusal):
    """A mailed link that is unknown, ran out or was used."""

    status: ClassVar[int] = 410


class TooManyAttempts(Refusal):
    """Too many attempts in a row; `until` says when the next one is allowed (wall time)."""

    status: ClassVar[int] = 429

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until
