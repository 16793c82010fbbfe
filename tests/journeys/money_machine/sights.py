"""What a run has seen: counted from both databases after each sequence, so that the machine cannot become idle."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import get_args

from hubapp.kernel import crash
from hubapp.money.payments.sandbox.faults import ApiFault
from tests.factories.crashes import MOMENTS
from tests.journeys.money_machine.line import MODES
from tests.journeys.money_machine.world import World

seen: Counter[str] = Counter()  # what → how often, in this run

OURS = {
    "entry": "SELECT kind AS what FROM ledger_entry",
    "order": "SELECT status AS what FROM orders",
    "refund": "SELECT status AS what FROM refund",
    "request": "SELECT status || CASE WHEN asked_by IS NULL THEN ' unasked' ELSE ' asked' END AS what"
    " FROM refund_request",
    "payout": "SELECT status || CASE WHEN run_item_id IS NULL THEN ' on request' ELSE ' of a run' END AS what"
    " FROM payout",
    "payout again": "SELECT 'after a failure' AS what FROM payout WHERE attempt > 1",
    "netting": "SELECT 'kept back' AS what FROM earning_claim WHERE amount < 0",
    "run": "SELECT status AS what FROM payout_run",
    "run item": "SELECT status AS what FROM payout_run_item",
    "dispute": "SELECT outcome AS what FROM dispute",
    "dispute lost": "SELECT 'bad debt' AS what FROM ledger_account WHERE purpose = 'bad_debt'",
    "subscription": "SELECT status AS what FROM subscription",
    "month": "SELECT status AS what FROM subscription_period",
    "month again": "SELECT 'paid after a refusal' AS what FROM subscription_period"
    " WHERE status = 'paid' AND failures > 0",
    "command": "SELECT kind || ' ' || status AS what FROM gateway_command",
    "command failed": "SELECT error_code AS what FROM gateway_command WHERE status = 'failed'",
}


def look_around(world: World) -> None:
    """Count what a sequence has come to."""
    for name, statement in OURS.items():
        for row in world.rows(f"SELECT what, count(*) AS times FROM ({statement}) AS x GROUP BY what"):
            seen[f"{name}: {row['what']}"] += row["times"]


def look_at_faults(world: World, planted: Sequence[tuple[str, int]]) -> None:
    """Count the planted faults that came to be felt."""
    left = world.theirs("SELECT kind, remaining FROM fault ORDER BY id")
    for (kind, times), row in zip(planted, left, strict=True):
        assert kind == row["kind"]
        seen[f"fault: {kind}"] += times - row["remaining"]


ENTRIES = (
    *("sale", "charge_available", "refund", "refund_failed"),
    *("cross_hub_earned", "cross_hub_taken_back"),
    *("payout_transfer", "payout_paid", "payout_bounced", "payout_returned"),
    *("dispute_withdrawn", "dispute_reinstated", "dispute_lost"),
)
SENDS = (
    *("checkout.create", "checkout.expire", "refund.create", "charge.create", "setup.create"),
    *("transfer.create", "transfer.reverse", "payout.create", "dispute.submit", "dispute.close", "file.upload"),
)
MUST = (
    *(f"entry: {kind}" for kind in ENTRIES),
    *(f"order: {status}" for status in ("paid", "handed_over", "refunded", "expired")),
    *(f"refund: {status}" for status in ("succeeded", "failed")),
    *(f"request: {status} asked" for status in ("open", "paid", "declined")),
    *(f"request: {status} unasked" for status in ("paid", "failed")),
    *(f"payout: {status}" for status in ("paid on request", "paid of a run", "failed on request", "canceled of a run")),
    "netting: kept back",
    *(f"run: {status}" for status in ("proposed", "finished", "canceled")),
    *(f"run item: {status}" for status in ("started", "left_out", "canceled")),
    *("dispute: won", "dispute: lost", "dispute lost: bad debt"),
    *(f"subscription: {status}" for status in ("paused", "suspended", "canceled")),
    *(f"month: {status}" for status in ("paid", "unpaid", "skipped")),
    *(f"command: {kind} done" for kind in SENDS),
    *("command: checkout.create failed", "command: refund.create failed"),
    *(f"fault: {kind}" for kind in get_args(ApiFault)),
    *(f"line: {mode}" for mode in MODES),
    *(f"died: {moment}" for moment in MOMENTS),
    *("stale event", "forged event", "other parameters", "key in use", "job: not known yet"),
    *("race: click", "race: last ones", "race: refunds", "race: refund and payout", "race: refund and dispute"),
    *("race: renewal and cancel", "race: two renewals", "too little money", "swapped account", "stopped account"),
    *("frozen after the preview", "tampered row", "hub frozen"),
)


def must() -> set[str]:
    """What every run has to see; each named point between two durable steps is one at which somebody died."""
    return {*MUST, *(f"died at {name}" for name in crash.points())}
