"""What baskets, checkouts and orders refuse, in words for the person who asked."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.kernel.errors import Forbidden, NotFound, Refusal


class NoSuchOrder(NotFound):
    """There is no such order here, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such order here."))


class NoSuchCheckout(NotFound):
    """There is no such checkout here, or it is not this person's."""

    def __init__(self) -> None:
        super().__init__(_("There is no such payment here."))


class BasketEmpty(Refusal):
    """Nothing to order."""

    def __init__(self) -> None:
        super().__init__(_("Your basket is empty."))


class BasketChanged(Refusal):
    """The basket is not the one that the page showed."""

    def __init__(self) -> None:
        super().__init__(_("Your basket changed meanwhile, perhaps in another window. Please look at it again."))


class PriceChanged(Refusal):
    """Something costs something else than the page showed."""

    def __init__(self) -> None:
        super().__init__(_("The amount is not what you were shown before. Please look at it again and confirm."))


class OwnListing(Refusal):
    """Nobody buys from themselves."""

    def __init__(self, title: str) -> None:
        super().__init__(_("%(title)s is your own listing.", title=title))


class QuantityOutOfRange(Refusal):
    """No number of pieces that can be ordered at once."""

    status = 422

    def __init__(self, most: int) -> None:
        super().__init__(_("Choose a number from 1 to %(most)d.", most=most), field="quantity")


class BasketFull(Refusal):
    """Too many different things at once."""

    def __init__(self, most: int) -> None:
        super().__init__(_("A basket holds %(most)d different things. Please order these first.", most=most))


class TotalTooLarge(Refusal):
    """More than one payment can carry."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("This is more than one payment can carry. Please order less at once."))


class JoinFirst(Forbidden):
    """Members buy here; joining is one click and free."""

    def __init__(self) -> None:
        super().__init__(_("Please join the hub first. It is free."))


class AddressMissing(Refusal):
    """Something is to be sent, and nobody said where to."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Enter the address it should be sent to."), field="street")


class WrongMove(Refusal):
    """An order in this state cannot become what was asked."""

    def __init__(self) -> None:
        super().__init__(_("This order has moved on meanwhile. Please load the page again."))


class ReasonMissing(Refusal):
    """Who cancels says why."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Say why, in a sentence: the buyer reads it."), field="reason")


class PaymentUnderWay(Refusal):
    """An order is paid once: a payment of it has succeeded, or still can."""

    def __init__(self) -> None:
        super().__init__(_("A payment of this order is under way. Please look again in a few minutes."))


class PaymentMismatch(RuntimeError):
    """The provider took another amount than the checkout asks for: a person has to look at it."""
