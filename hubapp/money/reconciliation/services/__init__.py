"""Commands of the comparison: mirror, compare, follow, put into suspense, explain."""

from hubapp.money.reconciliation.services.comparing import compare
from hubapp.money.reconciliation.services.explaining import explain
from hubapp.money.reconciliation.services.following import accounts_to_follow, follow
from hubapp.money.reconciliation.services.mirroring import begin, mirror, take_lost_events
from hubapp.money.reconciliation.services.suspending import settle_suspense, unsettled

__all__ = [
    "accounts_to_follow",
    "begin",
    "compare",
    "explain",
    "follow",
    "mirror",
    "settle_suspense",
    "take_lost_events",
    "unsettled",
]
