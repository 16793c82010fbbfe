"""What payouts refuse, in words."""

from __future__ import annotations

from hubapp.kernel.errors import NotFound, Refusal


class PayeeNotReady(Refusal):
    """There is no usable account to pay to."""


class PayoutUnderWay(Refusal):
    """A payee has one open payout per currency."""


class BelowMinimum(Refusal):
    """Less is available than the least that is paid out."""

    status = 422


class PayoutNotFound(NotFound):
    """There is no such payout of this person."""
