"""Commands on payouts: asking (in a hub), running (across hubs), booking (hub by hub), runs, and payees' accounts."""

from __future__ import annotations

from hubapp.earnings.payouts.services.asking import ask_to_confirm_bank, choose_rhythm, open_payee, request_payout
from hubapp.earnings.payouts.services.booking import prepare_part, settle_part
from hubapp.earnings.payouts.services.documents import TaxData, issue, revoke, save_tax
from hubapp.earnings.payouts.services.payees import (
    apply_payee,
    ask_again,
    confirm_bank,
    follow_payee,
    freeze_payee,
    lift_payee,
    observe_payee,
)
from hubapp.earnings.payouts.services.running import follow, gather, observe_payout, plan
from hubapp.earnings.payouts.services.runs import (
    approve,
    cancel_item,
    cancel_run,
    propose,
    retry_item,
    start_run,
)

__all__ = [
    "TaxData",
    "apply_payee",
    "approve",
    "ask_again",
    "ask_to_confirm_bank",
    "cancel_item",
    "cancel_run",
    "choose_rhythm",
    "confirm_bank",
    "follow",
    "follow_payee",
    "freeze_payee",
    "gather",
    "issue",
    "lift_payee",
    "observe_payee",
    "observe_payout",
    "open_payee",
    "plan",
    "prepare_part",
    "propose",
    "request_payout",
    "retry_item",
    "revoke",
    "save_tax",
    "settle_part",
    "start_run",
]
