"""A town with two hubs on a till, for what becomes of a retainer's money."""

from __future__ import annotations

from tests.earnings.payouts.conftest import town

__all__ = ["town"]
