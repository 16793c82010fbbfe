"""Commands on payouts: asking (in a hub), running (across hubs), booking (hub by hub), and the payees' accounts."""

from __future__ import annotations

from hubapp.earnings.payouts.services.asking import open_payee, request_payout
from hubapp.earnings.payouts.services.booking import prepare_part, settle_part
from hubapp.earnings.payouts.services.payees import apply_payee, ask_again, follow_payee, freeze_payee, observe_payee
from hubapp.earnings.payouts.services.running import follow, gather, observe_payout, plan

__all__ = [
    "apply_payee",
    "ask_again",
    "follow",
    "follow_payee",
    "freeze_payee",
    "gather",
    "observe_payee",
    "observe_payout",
    "open_payee",
    "plan",
    "prepare_part",
    "request_payout",
    "settle_part",
]
