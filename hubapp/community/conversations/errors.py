"""What conversations refuse, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Forbidden, NotFound, Refusal


class NoSuchPost(NotFound):
    """There is no such conversation here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such conversation here."))


class NoSuchComment(NotFound):
    """There is no such comment in this conversation, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such comment here."))


class NoSuchTopic(NotFound):
    """There is no such topic here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such topic here."))


class MembersOnly(Forbidden):
    """Only active members of the hub write here."""

    def __init__(self) -> None:
        super().__init__(_("Join the hub first: its members write here. Joining is free."))


class Closed(Refusal):
    """The conversation is gone or out of sight, and takes nothing new."""

    def __init__(self) -> None:
        super().__init__(_("This conversation takes no more answers."))


class TextMissing(Refusal):
    """Nothing was written."""

    status = 422
    field = "body_md"

    def __init__(self) -> None:
        super().__init__(_("Write something first."))


class TextTooLong(Refusal):
    """More than fits."""

    status = 422

    def __init__(self, *, most: int, field: str = "body_md") -> None:
        super().__init__(_("At most %(most)s characters fit here.", most=most), field=field)


class ChangedMeanwhile(Refusal):
    """The text was edited in another window since this form was opened."""

    def __init__(self) -> None:
        super().__init__(_("This was changed in another window meanwhile. Open it again to see how it stands now."))


class BadPicture(Refusal):
    """An upload that is not a picture this site takes, or one too many."""

    status = 422
    field = "pictures"


class BadPoll(Refusal):
    """A question without two answers to choose from."""

    status = 422
    field = "options"


class PollClosed(Refusal):
    """Its time is over."""

    def __init__(self) -> None:
        super().__init__(_("This poll is closed."))


class BadVote(Refusal):
    """None, too many, or none of the poll's options."""

    status = 422
    field = "choice"

    def __init__(self) -> None:
        super().__init__(_("Choose from the list."))


class UnknownReaction(Refusal):
    """Not one of the set."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Choose one of the list."))


class TooManyPins(Refusal):
    """All three places above the feed are taken."""

    def __init__(self) -> None:
        super().__init__(_("Three conversations are pinned already. Take one down first."))


class ReasonMissing(Refusal):
    """Whoever hides something says why: its author reads it."""

    status = 422
    field = "reason"

    def __init__(self) -> None:
        super().__init__(_("Say why: the author reads it."))


class NotWaiting(Refusal):
    """Somebody else has decided, or its author took it back."""

    def __init__(self) -> None:
        super().__init__(_("This does not wait any more."))


class BadNumber(Refusal):
    """Not a number of first texts that may wait."""

    status = 422
    field = "first_held"

    def __init__(self, most: int) -> None:
        super().__init__(_("A number from 0 to %(most)s.", most=most))


class TopicRefused(Refusal):
    """A topic's name is missing, too long, or taken."""

    status = 422
    field = "name"
