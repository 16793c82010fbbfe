"""What welcoming refuses, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchMember(Refusal):
    """Nobody here goes by that handle."""

    status = 422
    field = "handle"

    def __init__(self) -> None:
        super().__init__(_("Nobody here goes by that handle."))


class AlreadyAsked(Refusal):
    """They were asked, or are a mentor already."""

    field = "handle"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s was asked already.", name=name))


class NotAsked(NotFound):
    """Nobody asked them, or they have answered."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to answer here."))
