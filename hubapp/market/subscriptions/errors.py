"""What subscriptions refuse, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import NotFound, Refusal


class NoSuchSubscription(NotFound):
    """There is no such subscription here, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such subscription here."))


class NotOfferedMonthly(Refusal):
    """The listing cannot be had every month (any more)."""

    def __init__(self, title: str) -> None:
        super().__init__(_("%(title)s cannot be had every month at the moment.", title=title))


class AlreadySubscribed(Refusal):
    """One subscription of a listing at a time: its quantity can be changed."""

    def __init__(self) -> None:
        super().__init__(_("You have subscribed to this already. You can change the quantity of that subscription."))


class ConsentMissing(Refusal):
    """Nobody is charged every month without having said so."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Please agree to the monthly charge first."), field="consent")


class MovedOn(Refusal):
    """The subscription is not in the state that the page showed."""

    def __init__(self) -> None:
        super().__init__(_("This subscription has moved on meanwhile. Please look at it again."))
