"""Refusals of notifications."""

from __future__ import annotations

from typing import ClassVar

from flask_babel import gettext as _

from hubapp.kernel.errors import Refusal


class BadAddress(Refusal):
    """A mail cannot go there: not an address, or one that tries to add headers of its own."""

    status: ClassVar[int] = 422
    field = "email"


class Undeliverable(Refusal):
    """The mail server refuses the recipient for good."""


class NotToRetry(Refusal):
    """Gone, sent meanwhile, or it held a link that signs somebody in and was forgotten."""

    def __init__(self) -> None:
        super().__init__(_("This mail cannot be sent again. If it held a link, the person asks for a new one."))


class BadSubscription(Refusal):
    """What a browser sent is nowhere that notices can be sent to."""

    status: ClassVar[int] = 422


class UnknownZone(Refusal):
    """No time zone goes by that name."""

    status: ClassVar[int] = 422
    field = "timezone"


class QuietAllDay(Refusal):
    """Quiet hours that would never end, or never begin."""

    status: ClassVar[int] = 422
    field = "quiet_to"
