"""What gatherings refuse, in words for the person who asked."""

from __future__ import annotations

from datetime import date

from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchGathering(NotFound):
    """There is none here, or not for this person."""

    def __init__(self) -> None:
        super().__init__(_("There is no such gathering here."))


class WrongDetails(Refusal):
    """What was written about a gathering cannot be so; `field` says where."""

    status = 422


class RegistrationClosed(Refusal):
    """It is over, canceled, or its time to register has passed."""

    def __init__(self) -> None:
        super().__init__(_("Registration for this gathering is closed."))


class AlreadyRegistered(Refusal):
    """One registration per person and gathering."""

    def __init__(self) -> None:
        super().__init__(_("You have registered for this gathering already."))


class TooManySeats(Refusal):
    """More seats than one person may take."""

    status = 422

    def __init__(self, most: int) -> None:
        words = ngettext(
            "At most %(num)d seat can be taken at once.", "At most %(num)d seats can be taken at once.", most
        )
        super().__init__(words, field="seats")


class AnswerMissing(Refusal):
    """A required question was left open, or the answer is none of the choices."""

    status = 422

    def __init__(self, key: str, label: str) -> None:
        super().__init__(_("Please answer: %(question)s", question=label), field=f"answer_{key}")


class QuestionsChanged(Refusal):
    """Somebody answered what is not asked any more."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("The questions have changed meanwhile. Please look at them again."))


class NotRegistered(Refusal):
    """There is nothing to cancel."""

    def __init__(self) -> None:
        super().__init__(_("You are not registered for this gathering."))


class SeatsTaken(Refusal):
    """The capacity would fall beneath what people already hold."""

    status = 422

    def __init__(self, taken: int) -> None:
        words = ngettext("%(num)d seat is taken already.", "%(num)d seats are taken already.", taken)
        super().__init__(words, field="capacity")


class Over(Refusal):
    """It has begun or was canceled: nothing of it can be changed any more."""

    def __init__(self) -> None:
        super().__init__(_("This gathering has begun or was canceled; it cannot be changed any more."))


class OutOfSight(Refusal):
    """The hub hid it: nothing of it changes before it is shown again."""

    def __init__(self) -> None:
        super().__init__(_("The hub took this gathering out of sight; it cannot be changed now."))


class AlreadyIn(Refusal):
    """Somebody was let in with these seats: they are used."""

    def __init__(self) -> None:
        super().__init__(_("Somebody was let in with these tickets already, so they cannot be given back."))


class MovedTooFar(Refusal):
    """Sold seats are paid out some time after the date they were sold for: it has to have taken place by then."""

    status = 422

    def __init__(self, day: date) -> None:
        words = _(
            "Seats of this date were sold. Choose a day up to %(day)s, or cancel it: then everybody is paid back.",
            day=format_date(day),
        )
        super().__init__(words, field="day")


class TimeToPayOver(Refusal):
    """The seats are not kept any more, or nobody has to pay for them."""

    def __init__(self) -> None:
        super().__init__(_("Your time to pay is over: the seats were given to somebody else."))


class PriceStays(Refusal):
    """Whether seats cost something is settled once somebody has registered."""

    status = 422

    def __init__(self) -> None:
        words = _("People have registered already: what was free stays free, and what costs something keeps a price.")
        super().__init__(words, field="price")


class NotTheirs(Refusal):
    """Nobody is made a seller by somebody else."""

    status = 422

    def __init__(self) -> None:
        words = _("Only the host can decide to sell. Let the hub sell the seats, or ask the host to plan this.")
        super().__init__(words, field="seller")


class NoSuchTicket(NotFound):
    """No ticket of this gathering has that code, or its registration was canceled."""

    def __init__(self) -> None:
        super().__init__(_("No valid ticket of this gathering has this code."), field="code")


class BadPicture(Refusal):
    """What was uploaded cannot be shown."""

    status = 422
    field = "picture"
