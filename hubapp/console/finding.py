"""Looking for something in all books at once: an order, a person, a charge, a refund, a payout, an entry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from hubapp.earnings.payouts import finding as payouts
from hubapp.market.orders import network as orders
from hubapp.market.orders.models import Order
from hubapp.money.ledger import network as ledger
from hubapp.money.ledger.network import EntryFound
from hubapp.money.payments import network as payments
from hubapp.people.accounts import network as accounts
from hubapp.people.accounts.network import AccountRow

LONGEST_NUMBER = 15
Row = TypeVar("Row", Order, EntryFound)


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found, each once."""

    orders: tuple[Order, ...] = ()
    people: tuple[AccountRow, ...] = ()
    entries: tuple[EntryFound, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.orders or self.people or self.entries)


def find(text: str, *, hub_id: int | None) -> Hits:
    """Everything that `text` may name, in all hubs or in one."""
    wanted = text.strip()
    key = _uuid(wanted)
    if "@" in wanted:
        return Hits(people=tuple(accounts.accounts(search=wanted)))
    plain = wanted.removeprefix("#")
    if plain.isascii() and plain.isdigit() and len(plain) <= LONGEST_NUMBER:
        return Hits(orders=tuple(orders.with_number(int(plain), hub_id=hub_id)))
    found_orders = _unique(_orders(wanted, key, hub_id))
    people = tuple(accounts.with_ids([key]).values()) if key else ()
    entries = _unique(_entries(wanted, key, hub_id))
    if not (found_orders or people or entries) and key is None and ":" not in wanted:
        people = tuple(accounts.named(wanted))
    return Hits(found_orders, people, entries)


def _orders(wanted: str, key: UUID | None, hub_id: int | None) -> Iterator[Order]:
    if key:
        yield from orders.with_id(key, hub_id=hub_id)
    for payment in payments.payments_with(wanted, hub_id=hub_id):
        yield from _about(payment.reference, payment.hub_id)
    for refund in payments.refunds_with(wanted, hub_id=hub_id):
        yield from _about(refund.reference, refund.hub_id)


def _about(reference: str, hub_id: int) -> Iterator[Order]:
    noun, _colon, rest = reference.partition(":")
    key = _uuid(rest.partition(":")[0])
    if key and noun == "checkout":
        yield from orders.of_checkout(key, hub_id=hub_id)
    elif key and noun == "order":
        yield from orders.with_id(key, hub_id=hub_id)


def _entries(wanted: str, key: UUID | None, hub_id: int | None) -> Iterator[EntryFound]:
    yield from ledger.entries_with_key(wanted, hub_id=hub_id)
    yield from ledger.entries_about(wanted, hub_id=hub_id)
    if key:
        yield from ledger.entries_with_id(key, hub_id=hub_id)
        yield from ledger.entries_about(f"manual:{key}", hub_id=hub_id)
        yield from ledger.entries_about(f"retainer:{key}", hub_id=hub_id)
        yield from ledger.entries_about(f"plan:{key}", hub_id=hub_id)
    for payment in payments.payments_with(wanted, hub_id=hub_id):
        yield from ledger.entries_with_key(f"charge:{payment.charge_id}:available", hub_id=payment.hub_id)
    for refund in payments.refunds_with(wanted, hub_id=hub_id):
        yield from ledger.entries_with_key(f"refund:{refund.id}:settled", hub_id=refund.hub_id)
    for payout_id in payouts.payouts_with(wanted):
        yield from ledger.entries_about(f"payout:{payout_id}", hub_id=hub_id)


def _unique(rows: Iterable[Row]) -> tuple[Row, ...]:
    return tuple({(row.hub_id, row.id): row for row in rows}.values())


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
