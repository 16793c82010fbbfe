"""Reading the books from their first entry on and computing each anew: what was booked must be what the oracle says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from tests.journeys.money_machine import oracle
from tests.journeys.money_machine.oracle import Legs
from tests.journeys.money_machine.world import Place, Row, World

# What sales elsewhere bring a hub is read last: it follows from the books of the hub that sold.
ENTRIES = """
SELECT e.hub_id, e.seq, e.idempotency_key, e.kind, e.ref, e.currency, e.occurred_at, p.amount, a.owner, a.purpose
FROM ledger_entry e JOIN ledger_posting p ON p.hub_id = e.hub_id AND p.entry_id = e.id
JOIN ledger_account a ON a.hub_id = p.hub_id AND a.id = p.account_id
ORDER BY e.kind LIKE 'cross_hub_%', e.hub_id, e.seq, p.position
"""
ZONES = {"EUR": ZoneInfo("Europe/Paris"), "JPY": ZoneInfo("Asia/Tokyo")}


@dataclass
class Settled:
    """An order in the oracle's books: what each right was, what is left of it, and what is left of the price.

    `due`: by its key, how much an entry in the home hub's books still has to say.
    """

    rights: list[tuple[str, str, int]]
    remaining: dict[int, int]
    left: int
    taken: dict[str, dict[int, int]] = field(default_factory=dict)
    due: dict[str, int] = field(default_factory=dict)


@dataclass
class Replay:
    """One hub's books as the oracle writes them."""

    world: World
    place: Place
    turnover: dict[tuple[str, str], int] = field(default_factory=dict)
    orders: dict[str, Settled] = field(default_factory=dict)
    balances: dict[tuple[str, str, str], int] = field(default_factory=dict)
    network: dict[int, Replay] = field(default_factory=dict)

    def one(self, statement: str, *values: Any) -> Row:
        """The one row that an entry speaks of."""
        rows = self.world.rows(statement, *values)
        assert len(rows) == 1, (statement, values, rows)
        return rows[0]


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
    found: dict[int, Replay] = {}
    for place in world.places:
        found[place.hub_id] = Replay(world, place, network=found)
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
        for (owner, purpose), amount in expected.items():
            whose = (owner, purpose, entry["currency"])
            replay.balances[whose] = replay.balances.get(whose, 0) + amount
    for replay in found.values():
        for order_id, order in replay.orders.items():
            assert not order.due, f"the home hub never heard of {order_id}: {order.due}"
    return found


@replays("sale")
def sale(replay: Replay, entry: Row) -> Legs:
    """Split by the terms frozen on the order, on top of what the month had turned over."""
    order_id = entry["ref"].partition(":")[2]
    order = replay.one("SELECT * FROM orders WHERE id = %s", order_id)
    home = replay.world.home_of(order["buyer_account_id"])
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
        home=None if home == replay.place.hub_id else f"hub:{home}",
    )
    month = entry["occurred_at"].astimezone(ZONES[told.currency]).strftime("%Y-%m")
    before = replay.turnover.get((month, told.currency), 0)
    split = oracle.shares(told, before)
    replay.turnover[month, told.currency] = before + told.base
    remaining = {place: amount for place, (role, _, amount) in enumerate(split) if amount and role != "fee"}
    replay.orders[order_id] = settled = Settled(split, remaining, told.gross)
    pass_on(settled, entry, remaining)
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
    pass_on(order, entry, taken)
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
    pass_on(order, entry, taken)
    legs = oracle.refund_legs(amount, [(*order.rights[place][:2], part) for place, part in taken.items()])
    return {account: -part for account, part in legs.items()}


def pass_on(order: Settled, entry: Row, parts: Mapping[int, int]) -> None:
    """What an entry says about the home hub's share has to stand in that hub's books too."""
    for place, part in parts.items():
        if part and order.rights[place][0] == oracle.CROSS_HUB:
            order.due[f"{entry['idempotency_key']}:home"] = part


def _due(replay: Replay, entry: Row) -> tuple[str, str, int]:
    """(order, the selling hub's name in the books, how much): each is said once."""
    order_id = entry["ref"].partition(":")[2]
    selling = replay.one("SELECT hub_id FROM orders WHERE id = %s", order_id)["hub_id"]
    due = replay.network[selling].orders[order_id].due
    assert entry["idempotency_key"] in due, f"nobody sold anything for {entry['idempotency_key']}"
    return order_id, f"hub:{selling}", due.pop(entry["idempotency_key"])


@replays("cross_hub_earned")
def earned_elsewhere(replay: Replay, entry: Row) -> Legs:
    """A sale in another hub to somebody who is at home here."""
    order_id, selling, amount = _due(replay, entry)
    connectors = tuple((f"account:{person}", weight) for person, weight in replay.place.connectors)
    split = oracle.home_split(amount, connectors)
    replay.orders[order_id] = Settled(split, {place: part for place, (_, _, part) in enumerate(split) if part}, 0)
    return oracle.home_legs(selling, amount, split)


@replays("cross_hub_taken_back")
def taken_back_elsewhere(replay: Replay, entry: Row) -> Legs:
    """In proportion to what remains of each right."""
    order_id, selling, amount = _due(replay, entry)
    order = replay.orders[order_id]
    taken = oracle.spread(amount, list(order.remaining.items()))
    order.taken[entry["idempotency_key"].split(":")[1]] = taken
    for place, part in taken.items():
        order.remaining[place] -= part
    return oracle.home_legs(selling, -amount, [(*order.rights[place][:2], -part) for place, part in taken.items()])


@replays("cross_hub_given_again")
def given_again_elsewhere(replay: Replay, entry: Row) -> Legs:
    """To each what the failed refund took."""
    order_id, selling, amount = _due(replay, entry)
    order = replay.orders[order_id]
    taken = order.taken.pop(entry["idempotency_key"].split(":")[1])
    for place, part in taken.items():
        order.remaining[place] += part
    return oracle.home_legs(selling, amount, [(*order.rights[place][:2], part) for place, part in taken.items()])


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


@replays("payout_bounced")
def bounced(replay: Replay, entry: Row) -> Legs:
    """Back from the payee's bank after it had arrived: owed again."""
    return _payout(replay, entry, "owed", "connected")


@replays("payout_returned")
def returned(replay: Replay, entry: Row) -> Legs:
    """Back to us: owed as before."""
    return _payout(replay, entry, "connected", "provider")
