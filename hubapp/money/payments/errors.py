"""What payments refuse, in words."""

from __future__ import annotations

from hubapp.kernel.errors import NotFound, Refusal
from hubapp.money.payments.gateway_values import GatewayError


class PaymentNotFound(NotFound):
    """There is no such payment in this hub."""


class CardNotFound(NotFound):
    """There is no such saved card in this hub, or it is somebody else's."""


class NotRefundable(Refusal):
    """The payment has not succeeded, so there is nothing to give back."""


class RefundTooLarge(Refusal):
    """More than what is left of the payment."""

    status = 422
    field = "amount"


class PaymentDisputed(Refusal):
    """The buyer's bank has the money, or may take it: giving it back as well would pay twice."""


class DisputeNotFound(NotFound):
    """There is no such dispute in this hub."""


class DisputeDecided(Refusal):
    """Nothing can be done about this dispute any more."""


class BadEvidence(Refusal):
    """No bank takes this as evidence."""

    status = 422


class WrongCurrency(Refusal):
    """A payment goes back in the currency in which it came."""

    status = 422
    field = "amount"


class ReferenceTaken(Refusal):
    """The same reference was used before for another amount."""


class AmountMismatch(GatewayError):
    """The provider took another amount than it was asked for: nothing is booked until somebody has looked."""


class NotYetKnown(LookupError):
    """An event speaks of something that is not committed here yet: try again."""
