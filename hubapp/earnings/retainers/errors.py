"""What retainers refuse, each with its own words."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date
from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchRetainer(NotFound):
    """There is no such agreement here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such retainer."))


class NotAMember(Refusal):
    """Whoever is paid for a hub belongs to it: there they see what was agreed and what they earned."""

    status = 422
    field = "person"

    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s is no member of this hub. Ask them to join first.", name=name))


class HubNotOpen(Refusal):
    """Nothing new is promised for a hub that is frozen or closed."""

    status = 422
    field = "hub"

    def __init__(self) -> None:
        super().__init__(_("This hub is not open. A retainer is agreed for an open one."))


class WrongAmount(Refusal):
    """Zero, less, or more than books can hold."""

    status = 422
    field = "amount"

    def __init__(self) -> None:
        super().__init__(_("Enter an amount above zero that the books can hold."))


class WrongFirstDay(Refusal):
    """Too far from today."""

    status = 422
    field = "first_day"

    def __init__(self, earliest: date, latest: date) -> None:
        days = {"earliest": format_date(earliest), "latest": format_date(latest)}
        super().__init__(_("The first day lies between %(earliest)s and %(latest)s.", **days))


class WrongLastDay(Refusal):
    """Before the first, or past anybody's plans."""

    status = 422
    field = "last_day"

    def __init__(self, latest: date) -> None:
        super().__init__(_("The last day is not before the first, nor after %(latest)s.", latest=format_date(latest)))


class TooOld(Refusal):
    """Approving it would pay for months nobody looked at."""

    def __init__(self) -> None:
        super().__init__(_("It waited too long: its first day is more than a month ago. Propose it again."))


class WordsMissing(Refusal):
    """The person reads what it is for; the one who decides and the log read why."""

    status = 422

    def __init__(self, field: str) -> None:
        super().__init__(_("Write a few words."), field=field)


class SamePerson(Refusal):
    """Four eyes."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide on what you proposed."))


class OwnMoney(Refusal):
    """Nobody decides on what they themselves would get."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to decide on money that you would get."))


class AlreadyDecided(Refusal):
    """Somebody was quicker."""

    def __init__(self) -> None:
        super().__init__(_("This retainer was decided already."))


class NotRunning(Refusal):
    """Only what was agreed, and goes on, can be ended."""

    def __init__(self) -> None:
        super().__init__(_("This retainer was not agreed, or has ended already."))


class DayOver(Refusal):
    """What was promised for days gone by stays."""

    status = 422
    field = "last_day"

    def __init__(self) -> None:
        super().__init__(_("The last day is today or later: days that are over stay as agreed."))


class NotSooner(Refusal):
    """One person brings an end nearer; to go on longer is agreed by two."""

    status = 422
    field = "last_day"

    def __init__(self, last_day: date) -> None:
        day = format_date(last_day)
        super().__init__(
            _("It ends on %(day)s already, and an end is only brought nearer. Agree another one.", day=day)
        )


class NoSuchTakeBack(NotFound):
    """There is no such proposal to take something back."""

    def __init__(self) -> None:
        super().__init__(_("There is no such proposal."))


class MoreThanEarned(Refusal):
    """Nothing, less, or more than the period brought and was not taken back yet."""

    status = 422
    field = "amount"

    def __init__(self, most: str) -> None:
        super().__init__(_("Enter an amount above zero, and at most %(most)s: more of it is not there.", most=most))


class AlreadyProposed(Refusal):
    """Of a period one proposal waits at a time."""

    def __init__(self) -> None:
        super().__init__(_("Somebody proposed already to take some of this period back. Decide on that first."))
