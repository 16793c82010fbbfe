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


class NoSuchRequest(NotFound):
    """There is no such refund request here."""

    def __init__(self) -> None:
        super().__init__(_("There is no such refund request here."))


class NothingLeft(Refusal):
    """Nothing of an order can be given back (any more)."""

    def __init__(self) -> None:
        super().__init__(_("Nothing of this order can be given back: it was not paid here, or its money is back."))


class AlreadyAsked(Refusal):
    """One request at a time."""

    def __init__(self) -> None:
        super().__init__(_("A refund was asked for already and waits for an answer."))


class SayWhy(Refusal):
    """Who asks, declines or gives back says why."""

    status = 422

    def __init__(self, *, field: str = "reason") -> None:
        super().__init__(_("Say why, in a sentence: the other one reads it."), field=field)


class NotAnAmount(Refusal):
    """Zero, or less."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Choose what should go back, or enter an amount above zero."), field="amount")


class MoreThanLeft(Refusal):
    """More than what of the order was not given back yet."""

    status = 422

    def __init__(self, left: str) -> None:
        super().__init__(_("At most %(left)s of this order can go back.", left=left), field="amount")


class SeatsAreNotPieces(Refusal):
    """A ticket lets in whoever has it: seats go back where they were taken, all together."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("Give seats back where you took them, or ask for an amount."), field="amount")


class MoreThanBought(Refusal):
    """More pieces than were bought."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("That is more than was bought."), field="lines")


class OtherCurrency(Refusal):
    """Money goes back in the currency in which it came."""

    status = 422

    def __init__(self, currency: str) -> None:
        super().__init__(_("This order was paid in %(currency)s.", currency=currency), field="amount")


class NotYours(Refusal):
    """The network decides this one."""

    status = 403

    def __init__(self) -> None:
        super().__init__(_("The network decides about this refund."))


class BeyondLimits(Refusal):
    """More, or later, than a hub gives back by itself."""

    def __init__(self, most: str, days: int) -> None:
        super().__init__(
            _(
                "A hub gives back at most %(most)s, within %(days)d days after the payment. Ask for a refund instead:"
                " the network decides.",
                most=most,
                days=days,
            )
        )


class NotSettledYet(LookupError):
    """News of a payment whose orders are not booked yet: try again."""


class PaymentMismatch(RuntimeError):
    """The provider took another amount than the checkout asks for: a person has to look at it."""


class NoSuchDocument(NotFound):
    """There is no such invoice here, or it is about somebody else's order."""

    def __init__(self) -> None:
        super().__init__(_("There is no such invoice here."))


class NothingToInvoice(Refusal):
    """The order was not paid here, or nothing is left of it."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing left of this order that an invoice could be about."))


class TooLateToCorrect(Refusal):
    """The time in which a buyer may change what an invoice says of them is over."""

    def __init__(self, days: int) -> None:
        super().__init__(_("An invoice can be corrected for %(days)d days. This one is older.", days=days))


class TooManyCorrections(Refusal):
    """An invoice is corrected some times, not over and over."""

    def __init__(self) -> None:
        super().__init__(_("This invoice was corrected often enough. Please write to the seller."))
