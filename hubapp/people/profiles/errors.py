"""Refusals of profiles, each with its own words."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Refusal


class TooManyTags(Refusal):
    """More tags of one kind than a profile shows."""

    status = 422

    def __init__(self, field: str, most: int) -> None:
        super().__init__(_("At most %(most)s fit here. Leave the less important ones out.", most=most), field=field)


class TagTooLong(Refusal):
    """A tag is a few words."""

    status = 422

    def __init__(self, field: str, tag: str, longest: int) -> None:
        words = _("“%(tag)s” is too long: a few words, at most %(longest)s characters.", tag=tag[:60], longest=longest)
        super().__init__(words, field=field)


class LinkRefused(Refusal):
    """Not the address of a web page, or one too many."""

    status = 422
    field = "links"


class BadPortrait(Refusal):
    """No picture of a kind that is taken, too large, or one more than an hour allows."""

    status = 422
    field = "portrait"


class AudienceUnknown(Refusal):
    """Not one of the four."""

    status = 422

    def __init__(self, field: str) -> None:
        super().__init__(_("Choose one of the list."), field=field)


class CannotBlockOneself(Refusal):
    """Somebody means themselves."""

    def __init__(self) -> None:
        super().__init__(_("That is you."))
