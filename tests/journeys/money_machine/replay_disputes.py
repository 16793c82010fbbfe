"""The oracle's rules for what banks take and give back: against the provider's own lines, not against our rows."""

from __future__ import annotations

from tests.journeys.money_machine import oracle
from tests.journeys.money_machine.oracle import Legs
from tests.journeys.money_machine.replay import Replay, pass_on, replays
from tests.journeys.money_machine.world import Row

# The line says which dispute; the amount is the dispute's, the fee the price list's.
DISPUTED = """
SELECT (d.body->>'amount')::bigint AS amount, upper(d.body->>'currency') AS currency FROM balance_line l
JOIN resource d ON d.id = l.source WHERE l.id = %s AND d.kind = 'dispute'
"""
# What a bank took of one payment, of which order it was said to be, and what the first of them stands for.
LOST = """
SELECT f.order_id, f.amount, d.withdrawn - sum(f.amount) OVER () AS beyond,
  row_number() OVER (ORDER BY f.order_id) = 1 AS is_first
FROM earning_freeze f JOIN dispute d ON d.hub_id = f.hub_id AND d.id = f.dispute_id WHERE f.dispute_id = %s
"""


def _moved(replay: Replay, entry: Row, sign: int) -> Legs:
    (line,) = replay.world.theirs(DISPUTED, entry["idempotency_key"].partition(":")[2])
    assert line["currency"] == entry["currency"]
    return oracle.dispute_legs(sign * line["amount"], sign * oracle.DISPUTE_FEES[line["currency"]])


@replays("dispute_withdrawn")
def withdrawn(replay: Replay, entry: Row) -> Legs:
    """The bank takes the money."""
    return _moved(replay, entry, 1)


@replays("dispute_reinstated")
def reinstated(replay: Replay, entry: Row) -> Legs:
    """It gives it back, the fee too."""
    return _moved(replay, entry, -1)


@replays("dispute_lost")
def lost(replay: Replay, entry: Row) -> Legs:
    """Taken back from what remains of each right, as a refund is."""
    _, dispute_id, _, order_id, _ = entry["idempotency_key"].split(":")
    parts = {str(row["order_id"]): row for row in replay.world.rows(LOST, dispute_id)}
    part, order = parts[order_id], replay.orders[order_id]
    beyond = part["beyond"] if part["is_first"] else 0
    assert 0 <= part["amount"] <= order.left, (order_id, part, order.left)
    taken = oracle.taken_back(part["amount"], order.left, order.remaining) if part["amount"] else {}
    order.left -= part["amount"]
    for place, back in taken.items():
        order.remaining[place] -= back
    pass_on(order, entry, taken)
    told = [(*order.rights[place][:2], back) for place, back in taken.items()]
    return oracle.lost_legs(part["amount"], beyond, told)
