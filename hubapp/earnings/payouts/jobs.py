"""Names of the jobs that a payout travels through; services enqueue them, handlers are them."""

from __future__ import annotations

PLAN = "payouts.plan"
PREPARE = "payouts.prepare"
GATHER = "payouts.gather"
FOLLOW = "payouts.follow"
SETTLE_PART = "payouts.settle_part"
OBSERVE = "payouts.observe"
OBSERVE_PAYEE = "payouts.observe_payee"
START_RUN = "payouts.start_run"
CONFIRM_BANK = "payouts.confirm_bank"
ASK_AGAIN = "payouts.ask_payee_again"
