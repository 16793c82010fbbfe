"""Bringing orders along that were placed and paid elsewhere: many at once, by the central role only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from hubapp.kernel import bulk
from hubapp.kernel.db import require_hub_id
from hubapp.market.orders.models import Delivery, OrderStatus, Source
from hubapp.market.orders.services.numbers import take_numbers

ORDER = {
    "hub_id": "int8",
    "id": "uuid",
    "number": "int8",
    "status": "text",
    "currency": "text",
    "gross": "int8",
    "tax": "int8",
    "shipping": "int8",
    "base": "int8",
    "fee": "int8",
    "terms": "jsonb",
    "channel": "text",
    "delivery": "text",
    "source": "text",
    "external_ref": "text",
    "holds_stock": "bool",
    "placed_at": "timestamptz",
    "paid_at": "timestamptz",
    "handed_over_at": "timestamptz",
}
LINE = {
    "hub_id": "int8",
    "id": "uuid",
    "order_id": "uuid",
    "listing_id": "uuid",
    "position": "int4",
    "title": "text",
    "kind": "text",
    "quantity": "int4",
    "unit_price": "int8",
    "gross": "int8",
    "tax_category": "text",
    "tax_rate": "int4",
    "tax": "int8",
    "shipping": "int8",
    "shipping_tax": "int8",
    "delivery": "text",
}


@dataclass(frozen=True, slots=True)
class PastLine:
    """A line of an order of another system; amounts in minor units."""

    line_id: UUID
    listing_id: UUID
    position: int
    title: str
    quantity: int
    unit_price: int
    gross: int


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order of another system, paid and handed over there; `ref` is its number there."""

    order_id: UUID
    ref: str
    at: datetime
    gross: int
    lines: Sequence[PastLine]


def bring_orders(*, orders: Sequence[PastOrder], currency: str, terms: dict[str, Any], tax_category: str) -> None:
    """Add past orders with their lines, numbered in their order. No tax, shipping or fee of ours is in them."""
    hub_id, first = require_hub_id(), take_numbers(count=len(orders))
    snapshot, pickup = Jsonb(terms), Delivery.PICKUP.value
    bulk.copy_rows(
        "orders",
        tuple(ORDER),
        tuple(ORDER.values()),
        (
            (
                *(hub_id, order.order_id, number, OrderStatus.HANDED_OVER.value, currency),
                *(order.gross, 0, 0, order.gross, 0, snapshot, Source.IMPORT.value, pickup, Source.IMPORT.value),
                *(order.ref, False, order.at, order.at, order.at),
            )
            for number, order in enumerate(orders, start=first)
        ),
    )
    bulk.copy_rows("order_line", tuple(LINE), tuple(LINE.values()), _lines(hub_id, orders, tax_category))


def _lines(hub_id: int, orders: Iterable[PastOrder], tax_category: str) -> Iterable[tuple[Any, ...]]:
    pickup = Delivery.PICKUP.value
    for order in orders:
        for line in order.lines:
            yield (
                *(hub_id, line.line_id, order.order_id, line.listing_id, line.position, line.title, "product"),
                *(line.quantity, line.unit_price, line.gross, tax_category, 0, 0, 0, 0, pickup),
            )
