"""Refusals of broadcasts."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Refusal


class NoSuchBroadcast(Refusal):
    """Not in this hub."""

    status = 404

    def __init__(self) -> None:
        super().__init__(_("There is no such message."))


class AlreadyGoing(Refusal):
    """It cannot be changed or taken back any more."""

    status = 409

    def __init__(self) -> None:
        super().__init__(_("It is on its way already and cannot be changed any more."))


class NotLater(Refusal):
    """The time chosen is over."""

    status = 422
    field = "send_at"

    def __init__(self) -> None:
        super().__init__(_("Choose a time that is still to come."))
