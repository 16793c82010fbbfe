"""Refusals of notifications."""

from __future__ import annotations

from typing import ClassVar

from hubapp.kernel.errors import Refusal


class BadAddress(Refusal):
    """A mail cannot go there: not an address, or one that tries to add headers of its own."""

    status: ClassVar[int] = 422
    field = "email"


class Undeliverable(Refusal):
    """The mail server refuses the recipient for good."""
