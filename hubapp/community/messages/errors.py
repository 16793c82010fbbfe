"""What messages refuse, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Forbidden, NotFound, Refusal


class NoSuchThread(NotFound):
    """There is none, or this person is not in it: both look the same."""

    def __init__(self) -> None:
        super().__init__(_("There are no such messages here."))


class NoSuchMessage(NotFound):
    """There is none in this thread, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such message here."))


class MembersOnly(Forbidden):
    """Only active members of the hub write to one another."""

    def __init__(self) -> None:
        super().__init__(_("Join the hub first: its members write to one another."))


class NobodyChosen(Refusal):
    """A message needs somebody to read it."""

    status = 422
    field = "to"

    def __init__(self) -> None:
        super().__init__(_("Say to whom, with the handle from their page: @amina"))


class NoSuchPeople(Refusal):
    """Some of these are no members here."""

    status = 422
    field = "to"

    def __init__(self, handles: list[str]) -> None:
        super().__init__(_("Nobody here goes by %(handles)s.", handles=", ".join(f"@{one[:40]}" for one in handles)))


class TooManyPeople(Refusal):
    """More than a small group."""

    status = 422
    field = "to"

    def __init__(self, most: int) -> None:
        super().__init__(_("At most %(most)s people can be in a group, you included.", most=most))


class TakesNoMessages(Refusal):
    """They have switched messages off, or blocked this person: it says the same, so that nobody is told of a block."""

    field = "to"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s takes no messages here at the moment.", name=name))


class BlockedByOneself(Refusal):
    """Whoever blocks somebody does not write to them either."""

    field = "to"

    def __init__(self, name: str) -> None:
        super().__init__(_("You have blocked %(name)s. Unblock them first.", name=name))


class TextMissing(Refusal):
    """Nothing was written."""

    status = 422
    field = "body_md"

    def __init__(self) -> None:
        super().__init__(_("Write something first."))


class TextTooLong(Refusal):
    """More than fits."""

    status = 422

    def __init__(self, most: int, field: str = "body_md") -> None:
        super().__init__(_("At most %(most)s characters fit here.", most=most), field=field)


class CannotLeave(Refusal):
    """Two who write to one another: one can mute or block, and has nobody to leave to themselves."""

    def __init__(self) -> None:
        super().__init__(_("Only groups can be left. Mute this, or block the other person."))
