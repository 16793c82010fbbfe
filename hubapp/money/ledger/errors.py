"""What the books refuse: mistakes of the calling code, never of a person."""

from __future__ import annotations


class LedgerError(ValueError):
    """An entry that cannot be booked."""


class Unbalanced(LedgerError):
    """The legs do not sum to zero, there are fewer than two, or one of them is zero."""


class KeyReused(LedgerError):
    """The idempotency key was used before, for an entry with other content."""
