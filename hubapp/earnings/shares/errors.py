"""What shares refuse."""

from __future__ import annotations

from hubapp.kernel.errors import NotFound, Refusal


class NotSettled(NotFound):
    """The order was never settled, so that there is nothing to show or to reverse."""


class RefundTooLarge(Refusal):
    """More would go back than was paid."""


class UnknownRules(LookupError):
    """No rule version has this key, or none is in force yet: a fault of the installation."""


class WrongAmounts(ValueError):
    """The amounts of a sale contradict each other: a mistake of the calling code."""
