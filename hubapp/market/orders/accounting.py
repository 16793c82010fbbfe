"""What a checkout's payment is in the books: its orders, for whoever compares it with the provider's."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.market.orders.models import Order

PREFIX = "checkout:"


def refs_of(hub_id: int, references: Collection[str]) -> Mapping[str, Sequence[str]]:
    """Reference of a checkout → refs of its orders' entries (platform scope)."""
    wanted = [UUID(reference.removeprefix(PREFIX)) for reference in references]
    rows = db.session.execute(
        select(Order.checkout_id, Order.id).where(Order.hub_id == hub_id, Order.checkout_id.in_(wanted))
    )
    found: dict[str, list[str]] = {}
    for checkout_id, order_id in rows:
        found.setdefault(f"{PREFIX}{checkout_id}", []).append(f"order:{order_id}")
    return found
