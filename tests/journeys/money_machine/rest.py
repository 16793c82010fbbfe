"""What somebody still has to do something about, in both databases; empty at rest."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.journeys.money_machine.world import Row, World

OURS = (
    "SELECT args->>'name' AS job FROM procrastinate_jobs",
    "SELECT kind, status, error FROM gateway_command WHERE status IN ('todo', 'unknown')",
    "SELECT 'payment' AS noun, status FROM payment WHERE status IN ('new', 'open', 'processing')",
    "SELECT 'charge' AS noun FROM payment WHERE status = 'succeeded' AND booked_available_at IS NULL",
    "SELECT 'refund' AS noun, status FROM refund WHERE status IN ('requested', 'pending')",
    "SELECT 'order' AS noun, status FROM orders WHERE status IN ('placed', 'canceled')",
    "SELECT 'request' AS noun, status FROM refund_request WHERE status = 'granted'",
    "SELECT 'payout' AS noun, status, reason FROM payout WHERE status NOT IN ('paid', 'failed', 'canceled')",
    "SELECT 'part' AS noun FROM payout_part WHERE status IN ('claimed', 'transferred', 'bounced')",
    "SELECT 'run' AS noun FROM payout_run WHERE status = 'approved'",
    "SELECT 'move' AS noun, key FROM clearing_move WHERE booked_at IS NULL",
    "SELECT 'dispute' AS noun, status FROM dispute WHERE outcome IS NULL",
    "SELECT 'frozen' AS noun, order_id FROM earning_freeze WHERE state = 'open'",
    "SELECT 'subscription' AS noun, status FROM subscription WHERE status IN ('pending', 'active', 'past_due')",
    "SELECT 'setup' AS noun, status FROM card_setup WHERE status IN ('new', 'open')",
    "SELECT external_id FROM gateway_event WHERE handled_at IS NULL",
)
THEIRS = (
    "SELECT 'event' AS noun FROM delivery WHERE state = 'pending'",
    "SELECT kind, due_at FROM resource WHERE due_at IS NOT NULL",
)
DUE = "SELECT max(due_at) AS due FROM resource WHERE due_at IS NOT NULL"
# A day: pages close and refunds bounce. A week and a day: banks have paid, and a card is not tried again any more.
USUAL = (timedelta(hours=26), timedelta(days=8))


def unfinished(world: World) -> list[Row]:
    """Everything that is under way."""
    ours = [row for query in OURS for row in world.rows(query)]
    return ours + [row for query in THEIRS for row in world.theirs(query)]


def next_jump(world: World, now: datetime, number: int) -> timedelta:
    """How long to wait for what is under way: to the last thing for which the provider waits, if nothing else helps."""
    usual = USUAL[number % len(USUAL)]
    due = world.theirs(DUE)[0]["due"]
    return usual if due is None or number < len(USUAL) else max(usual, due - now + timedelta(minutes=1))
