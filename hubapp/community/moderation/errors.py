"""What moderation refuses, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Forbidden, NotFound, Refusal


class NoSuchThing(NotFound):
    """Nothing that this person could report or decide about."""

    def __init__(self) -> None:
        super().__init__(_("There is no such thing here, or it is gone."))


class NoSuchCase(NotFound):
    """There is no such case here."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing here to decide."))


class NoSuchAction(NotFound):
    """No such decision, or none about this person."""

    def __init__(self) -> None:
        super().__init__(_("There is no such decision here."))


class MembersOnly(Forbidden):
    """Only members of the hub report."""

    def __init__(self) -> None:
        super().__init__(_("Join the hub first: its members report what breaks the house rules. Joining is free."))


class OwnThing(Refusal):
    """Nobody reports themselves."""

    def __init__(self) -> None:
        super().__init__(_("This is your own. You can change or delete it yourself."))


class CoresDecision(Forbidden):
    """What the core decided about somebody who looks after the hub, the hub does not undo."""

    def __init__(self) -> None:
        super().__init__(_("The network decided this: only the network undoes it. The person concerned can appeal."))


class OwnCase(Forbidden):
    """Nobody decides about themselves."""

    def __init__(self) -> None:
        super().__init__(_("This concerns yourself: somebody else of the hub, or the network, decides about it."))


class AlreadyReported(Refusal):
    """Once per person and thing."""

    def __init__(self) -> None:
        super().__init__(_("You have reported this already. You will hear what comes of it."))


class UnknownReason(Refusal):
    """Not on the list."""

    status = 422
    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Choose one of the list."))


class WordsMissing(Refusal):
    """The person concerned has to read why."""

    status = 422
    field = "words"

    def __init__(self) -> None:
        super().__init__(_("Say why: the person concerned reads it."))


class WordsTooLong(Refusal):
    """More than fits."""

    status = 422
    field = "words"

    def __init__(self, most: int) -> None:
        super().__init__(_("At most %(most)s characters fit here.", most=most))


class NotPossible(Refusal):
    """This cannot be done about that thing, or not together."""

    status = 422
    field = "act"

    def __init__(self) -> None:
        super().__init__(_("Choose what can be done here."))


class DecidedMeanwhile(Refusal):
    """Somebody else was quicker."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has decided meanwhile. Look at what they did first."))


class AlreadyUndone(Refusal):
    """Nothing is left to undo."""

    def __init__(self) -> None:
        super().__init__(_("This was undone already."))


class CannotAppeal(Refusal):
    """Once per decision, and only while it stands."""

    def __init__(self) -> None:
        super().__init__(_("This decision was appealed already, or does not stand any more."))


class AlreadyDecided(Refusal):
    """An appeal is decided once."""

    def __init__(self) -> None:
        super().__init__(_("This appeal was decided already."))
