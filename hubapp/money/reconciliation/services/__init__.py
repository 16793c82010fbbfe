"""Commands of the comparison: mirror, compare, put into suspense, explain."""

from hubapp.money.reconciliation.services.comparing import compare
from hubapp.money.reconciliation.services.explaining import explain
from hubapp.money.reconciliation.services.mirroring import begin, mirror, take_lost_events
from hubapp.money.reconciliation.services.suspending import settle_suspense, unsettled

__all__ = ["begin", "compare", "explain", "mirror", "settle_suspense", "take_lost_events", "unsettled"]
