"""Refusals of membership, each with its own words."""

from __future__ import annotations

from datetime import datetime

from flask_babel import format_date, format_datetime
from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchMember(NotFound):
    """There is no such member here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such member here."))


class NameMissing(Refusal):
    """A member needs a name."""

    status = 422
    field = "name"

    def __init__(self, longest: int) -> None:
        super().__init__(_("Enter the name you want to go by here, at most %(longest)s characters.", longest=longest))


class HandleTaken(Refusal):
    """Somebody here has that handle."""

    field = "handle"

    def __init__(self, handle: str) -> None:
        super().__init__(_("@%(handle)s is taken here. Try another.", handle=handle))


class HandleInvalid(Refusal):
    """Not usable in an address."""

    status = 422
    field = "handle"

    def __init__(self) -> None:
        super().__init__(_("A handle has small letters, digits and hyphens, up to 30."))


class TextTooLong(Refusal):
    """More text than fits."""

    status = 422

    def __init__(self, field: str, longest: int) -> None:
        super().__init__(_("At most %(longest)s characters fit here.", longest=longest), field=field)


class MembershipSuspended(Refusal):
    """Suspended here, for a time or for good: reads, and does nothing else."""

    status = 403

    def __init__(self, *, until: datetime | None, reason: str | None) -> None:
        why = reason or _("none was written down")
        if until is None:
            text = _(
                "You are suspended here: you can read, but not write, sell or register. The reason: %(why)s", why=why
            )
        else:
            text = _(
                "You are suspended here until %(time)s: you can read, but not write, sell or register."
                " The reason: %(why)s",
                time=format_datetime(until, "short"),
                why=why,
            )
        super().__init__(text)


class ConnectorStays(Refusal):
    """Someone with a role hands it over before they leave or are suspended."""

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has a role here. Hand it over first.", name=name))


class SharesDoNotAddUp(Refusal):
    """Connectors' parts must make a whole."""

    status = 422

    def __init__(self, total: int) -> None:
        super().__init__(_("The parts make %(total)s %%; they must make 100 %%.", total=f"{total / 100:g}"))


class LabelMissing(Refusal):
    """An invite link needs a label."""

    status = 422
    field = "label"

    def __init__(self, longest: int) -> None:
        super().__init__(_("Say where this link will be used, in at most %(longest)s characters.", longest=longest))


class NoSuchInvite(NotFound):
    """There is no such invite link here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such invite link here."))


class HomeMovedLately(Refusal):
    """A home hub moves seldom: its connector counts on it."""

    def __init__(self, free_from: datetime) -> None:
        super().__init__(
            _("Your home hub moved lately. You can move it again from %(day)s.", day=format_date(free_from))
        )


class OnlyConnector(Refusal):
    """A hub is not left alone by its last connector: they hand it over."""

    def __init__(self) -> None:
        super().__init__(_("You are this hub's only connector. Hand it over first."))
