"""Refusals of handovers, each with its own words."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchHandover(NotFound):
    """There is no such proposal, or it is not for the one who asks."""

    def __init__(self) -> None:
        super().__init__(_("There is no such proposal here."))


class HandoverOver(Refusal):
    """Answered, withdrawn or too old."""

    def __init__(self) -> None:
        super().__init__(_("This proposal no longer stands. Ask for a new one."))


class AlreadyProposed(Refusal):
    """Somebody else is being asked."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has been asked already. Withdraw that first.", name=name))


class NotAMember(Refusal):
    """The successor has to be a member of the hub."""

    status = 422
    field = "handle"

    def __init__(self, handle: str) -> None:
        super().__init__(_("Nobody here goes by @%(handle)s. They have to be a member of this hub.", handle=handle))


class ToOneself(Refusal):
    """One cannot hand over to oneself."""

    status = 422
    field = "handle"

    def __init__(self) -> None:
        super().__init__(_("That is the person who hands over. Choose somebody else."))


class NotVacant(Refusal):
    """Somebody looks after the hub: it is theirs to hand over, or their place is to be named."""

    status = 422
    field = "giver"

    def __init__(self) -> None:
        super().__init__(_("This hub has a connector. Choose whose place is handed on."))
