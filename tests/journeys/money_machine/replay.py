"""Reading the books from their first entry on and computing each anew: what was booked must be what the oracle says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.money_machine import oracle
from tests.journeys.money_machine.oracle import Legs
from tests.journeys.money_machine.world import Place, Row, World

ENTRIES = """
SELECT e.hub_id, e.seq, e.idempotency_key, e.kind, e.ref, e.currency, e.occurred_at, p.amount, a.owner, a.purpose
FROM ledger_entry e JOIN ledger_posting p ON p.hub_id = e.hub_id AND p.entry_id = e.id
JOIN ledger_account a ON a.hub_id = p.hub_id AND a.id = p.account_id ORDER BY e.hub_id, e.seq, p.position
"""
ZONES = {"EUR": ZoneInfo("Europe/Paris"), "JPY": ZoneInfo("Asia/Tokyo")}


@dataclass
class Settled:
    """An order in the oracle's books: what each right was, what is left of it, and what is left of the price."""

    rights: list[tuple[str, str, int]]
    remaining: dict[int, int]
    left: int
    taken: dict[str, dict[int, int]] = field(default_factory=dict)


@dataclass
class Replay:
    """One hub's books as the oracle writes them."""

    world: World
    place: Place
    turnover: dict[tuple[str, str], int] = field(default_factory=dict)
    orders: dict[str, Settled] = field(default_factory=dict)
    balances: Legs = field(default_factory=dict)

    def one(self, statement: str, *values: Any) -> Row:
        """The one row that an entry speaks of."""
        (row,) = self.world.rows(statement, *values)
        return row


Rule = Callable[[Replay, Row], Legs]
RULES: dict[str, Rule] = {}


def replays(kind: str) -> Callable[[Rule], Rule]:
    """The oracle's rule for entries of a kind; each capability adds its own."""

    def keep(rule: Rule) -> Rule:
        RULES[kind] = rule
        return rule

    return keep


def replay_all(world: World) -> dict[int, Replay]:
    """All hubs' books anew; raises AssertionError at the first entry that says something else."""
    found = {place.hub_id: Replay(world, place) for place in world.places}
    for (hub_id, seq), group in groupby(world.rows(ENTRIES), key=lambda row: (row["hub_id"], row["seq"])):
        rows, replay, booked = list(group), found[hub_id], Legs()
        for row in rows:
            account = (row["owner"], row["purpose"])
            booked[account] = booked.get(account, 0) + row["amount"]
        entry = rows[0]
        assert entry["kind"] in RULES, f"the oracle knows no entries of kind {entry['kind']}"
        expected = RULES[entry["kind"]](replay, entry)
        assert sum(expected.values()) == 0, (entry["idempotency_key"], expected)
        assert oracle.clean(booked) == expected, (hub_id, seq, entry["idempotency_key"], booked, expected)
        for account, amount in expected.items():
            replay.balances[account] = replay.balances.get(account, 0) + amount
    return found


@replays("sale")
def sale(replay: Replay, entry: Row) -> Legs:
    """Split by the terms frozen on the order, on top of what the month had turned over."""
    order_id = entry["ref"].partition(":")[2]
    order = replay.one("SELECT * FROM orders WHERE id = %s", order_id)
    told = oracle.Sale(
        currency=order["currency"],
        gross=order["gross"],
        tax=order["tax"],
        shipping=order["shipping"],
        base=order["base"],
        fee=fee_of_order(replay, order),
        seller=f"account:{order['seller_account_id']}" if order["seller_account_id"] else "core",
        referrer=order["referrer_account_id"] and f"account:{order['referrer_account_id']}",
        connectors=tuple((f"account:{person}", weight) for person, weight in replay.place.connectors),
        rules=order["terms"]["rules"],
    )
    month = entry["occurred_at"].astimezone(ZONES[told.currency]).strftime("%Y-%m")
    before = replay.turnover.get((month, told.currency), 0)
    split = oracle.shares(told, before)
    replay.turnover[month, told.currency] = before + told.base
    remaining = {place: amount for place, (role, _, amount) in enumerate(split) if amount and role != "fee"}
    replay.orders[order_id] = Settled(split, remaining, told.gross)
    return oracle.sale_legs(told, split)


def fee_of_order(replay: Replay, order: Row) -> int:
    """The order's part of what the provider keeps of the checkout's one charge."""
    checkout = replay.one("SELECT total FROM checkout WHERE id = %s", order["checkout_id"])
    sisters = replay.world.rows("SELECT id, gross FROM orders WHERE checkout_id = %s", order["checkout_id"])
    fee = oracle.fee_of(checkout["total"], order["currency"])
    return oracle.spread(fee, [(row["id"], row["gross"]) for row in sisters])[order["id"]]


@replays("charge_available")
def available(replay: Replay, entry: Row) -> Legs:
    """A charge without its fee goes from pending to usable."""
    charge_id = entry["idempotency_key"].split(":")[1]
    payment = replay.one("SELECT amount, currency FROM payment WHERE charge_id = %s", charge_id)
    net = payment["amount"] - oracle.fee_of(payment["amount"], payment["currency"])
    return oracle.clean({("provider", "provider_balance"): net, ("provider", "provider_pending"): -net})


@replays("refund")
def refund(replay: Replay, entry: Row) -> Legs:
    """Taken back from what remains of each right."""
    refund_id = entry["idempotency_key"].split(":")[1]
    order = replay.orders[entry["ref"].partition(":")[2]]
    amount = replay.one("SELECT amount FROM refund WHERE id = %s", refund_id)["amount"]
    assert amount <= order.left, (refund_id, amount, order.left)
    taken = oracle.taken_back(amount, order.left, order.remaining)
    order.taken[refund_id] = {**taken, -1: amount}
    order.left -= amount
    for place, part in taken.items():
        order.remaining[place] -= part
    return oracle.refund_legs(amount, [(*order.rights[place][:2], part) for place, part in taken.items()])


@replays("refund_failed")
def restored(replay: Replay, entry: Row) -> Legs:
    """Everything that the refund took is given back."""
    refund_id = entry["idempotency_key"].split(":")[1]
    order = replay.orders[entry["ref"].partition(":")[2]]
    taken = order.taken.pop(refund_id)
    amount = taken.pop(-1)
    order.left += amount
    for place, part in taken.items():
        order.remaining[place] += part
    legs = oracle.refund_legs(amount, [(*order.rights[place][:2], part) for place, part in taken.items()])
    return {account: -part for account, part in legs.items()}


def _payout(replay: Replay, entry: Row, source: str, target: str) -> Legs:
    payout_id = entry["ref"].partition(":")[2]
    part = replay.one(
        "SELECT amount, account_id FROM payout_part WHERE payout_id = %s AND hub_id = %s", payout_id, entry["hub_id"]
    )
    owner = f"account:{part['account_id']}"
    accounts = {
        "provider": ("provider", "provider_balance"),
        "connected": (owner, "connected_balance"),
        "owed": (owner, "owed"),
    }
    return {accounts[target]: part["amount"], accounts[source]: -part["amount"]}


@replays("payout_transfer")
def transferred(replay: Replay, entry: Row) -> Legs:
    """To the payee's balance at the provider."""
    return _payout(replay, entry, "provider", "connected")


@replays("payout_paid")
def paid(replay: Replay, entry: Row) -> Legs:
    """To the payee's bank: no longer owed."""
    return _payout(replay, entry, "connected", "owed")


@replays("payout_returned")
def returned(replay: Replay, entry: Row) -> Legs:
    """Back to us: owed as before."""
    return _payout(replay, entry, "connected", "provider")
