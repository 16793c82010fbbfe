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


class PayeeNotFound(NotFound):
    """Nobody of this name has a payout account."""


class RunNotFound(NotFound):
    """There is no such payout run."""


class ReasonMissing(Refusal):
    """An act of the central team says why."""

    status = 422
    field = "reason"


class AlreadySo(Refusal):
    """It is in that state, or past it."""


class TooLate(Refusal):
    """The money has left, or is leaving."""


class WrongMinimum(Refusal):
    """Less than what is paid out at all, or more than anybody waits for."""

    status = 422
    field = "minimum"


class NoPeriod(NotFound):
    """A month or a year, written as a number."""
