"""Reading trails: an order with its lines, its split and its entries; an entry as one person may see it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from hubapp.earnings.compensation import earned as plans
from hubapp.earnings.compensation.earned import PlanEarned
from hubapp.earnings.retainers import queries as retainers
from hubapp.earnings.retainers.queries import Earned
from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.errors import NotSettled
from hubapp.earnings.shares.queries import ShareLine
from hubapp.market.books import policies
from hubapp.market.books.errors import NotYours
from hubapp.market.books.policies import Seen
from hubapp.market.orders import queries as orders
from hubapp.market.orders.errors import NoSuchOrder
from hubapp.market.orders.models import Order, OrderLine
from hubapp.money.ledger import postings
from hubapp.money.ledger import queries as ledger
from hubapp.money.ledger.postings import Place
from hubapp.money.ledger.queries import EntryView
from hubapp.money.payments import queries as payments


@dataclass(frozen=True, slots=True)
class Trail:
    """Everything about one order. `order` None: it was sold in another hub, and only its share is here.

    `retainer` and `plan`: there was no order at all, but a period for which the network pays somebody.
    """

    order_id: UUID
    order: Order | None
    lines: Sequence[OrderLine]
    split: Sequence[ShareLine]
    entries: Sequence[EntryView]
    retainer: Earned | None = None
    plan: PlanEarned | None = None


@dataclass(frozen=True, slots=True)
class EntrySeen:
    """An entry with what may be seen of its postings, its place in the chain, and the orders it is about."""

    entry: EntryView
    legs: Seen
    place: Place
    orders: Sequence[UUID]


def trail(order_id: UUID) -> Trail:
    """An order, or a retainer's period, in the books of the hub in scope. Raises NoSuchOrder where nobody knows it."""
    try:
        order: Order | None = orders.order(order_id)
    except NoSuchOrder:
        order = None
    entries = ledger.entries_of(f"order:{order_id}")
    if order is None and not entries:
        return _retainer(order_id)
    try:
        split = shares.split_of(order_id)
    except NotSettled:
        split = []
    if order is not None and order.checkout_id is not None:
        entries = sorted([*entries, *ledger.entries_of(f"checkout:{order.checkout_id}")], key=lambda one: one.seq)
    lines = orders.lines_of(order_id) if order is not None else ()
    return Trail(order_id, order, lines, split, entries)


def _retainer(period_id: UUID) -> Trail:
    found = retainers.earned(period_id)
    entries = ledger.entries_of(f"retainer:{period_id}")
    if found is None or not entries:
        return _plan(period_id)
    return Trail(period_id, None, (), shares.split_of(period_id), entries, found)


def _plan(line_id: UUID) -> Trail:
    """A line of the pay plan with what corrected it later: what was given, and what was taken back of it."""
    found = plans.earned(line_id)
    if found is None:
        raise NoSuchOrder
    entries = [entry for one in found.line_ids for entry in ledger.entries_of(f"plan:{one}")]
    split = [line for one in found.paid_ids for line in shares.split_of(one)]
    return Trail(line_id, None, (), split, entries, plan=found)


def entry_seen(entry_id: UUID, *, owner: str | None) -> EntrySeen:
    """An entry, its legs as `owner` may see them; None: all of them. Raises NotFound and NotYours."""
    entry = ledger.entry(entry_id)
    about = orders_about(entry)
    is_party = owner is None or any(_is_party(order_id, owner) for order_id in about)
    legs = policies.seen(entry.legs, None if is_party else owner)
    if not legs.shown:
        raise NotYours
    return EntrySeen(entry, legs, postings.place_of(entry), about)


def orders_about(entry: EntryView) -> Sequence[UUID]:
    """The orders that an entry is about: its own, those of its checkout, or those that a payout pays."""
    noun, _separator, rest = entry.ref.partition(":")
    key = policies.uuid_in(rest)
    if key is None:
        return ()
    if noun in {"order", "retainer", "plan"}:
        return (key,)
    if noun == "checkout":
        return tuple(order.id for order in orders.orders_of_checkout(key))
    if noun == "payout":
        return tuple(dict.fromkeys(line.order_id for line in line_queries.claimed_by(key)))
    return ()


def _is_party(order_id: UUID, owner: str) -> bool:
    """Who bought or sold it has the whole split on the receipt; what the network pays is between it and one person."""
    try:
        order = orders.order(order_id)
    except NoSuchOrder:
        found = retainers.earned(order_id) or plans.earned(order_id)
        return found is not None and found.owner == owner
    return owner in {order.seller_owner, f"account:{order.buyer_account_id}"}


def is_party(trail_: Trail, owner: str) -> bool:
    """Whether somebody may see all of it: who bought or sold, and whom a retainer is for."""
    paid = trail_.retainer or trail_.plan
    if paid is not None:
        return paid.owner == owner
    order = trail_.order
    return order is not None and owner in {order.seller_owner, f"account:{order.buyer_account_id}"}


def may_see(trail_: Trail, owner: str) -> bool:
    """Whether somebody has a part in an order: bought it, sold it, or earned by it."""
    return is_party(trail_, owner) or owner in {line.owner for line in trail_.split}


def charge_of(order: Order) -> str:
    """The provider's number of the charge that paid an order; empty when there is none."""
    paid = payments.payment_of(f"checkout:{order.checkout_id}") if order.checkout_id else None
    return (paid.charge_id or "") if paid else ""
