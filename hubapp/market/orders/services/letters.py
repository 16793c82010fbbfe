"""Letters about orders: to the buyer and to the seller, written with plain values only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.market.orders import queries
from hubapp.market.orders.models import Order
from hubapp.people.notifications import services as notifications


def order_paid(*, order: Order, now: datetime) -> None:
    """The receipt to the buyer, and the news to the seller (the core has its pages)."""
    context = _context(order)
    _send(order.buyer_account_id, "order_paid", order.hub_id, context, now)
    _send(order.seller_account_id, "order_sold", order.hub_id, context, now)


def order_canceled(*, order: Order, reason: str, now: datetime) -> None:
    """Tell the buyer why, and that the money is on its way back."""
    _send(order.buyer_account_id, "order_canceled", order.hub_id, {**_context(order), "reason": reason}, now)


def refund_failed(*, order: Order, now: datetime) -> None:
    """Tell both that the buyer's bank sent the money back, and that the order stands again."""
    context = {**_context(order), "holds_stock": order.holds_stock}
    _send(order.buyer_account_id, "refund_failed", order.hub_id, context, now)
    _send(order.seller_account_id, "sale_refund_failed", order.hub_id, context, now)


def _send(account_id: UUID | None, template: str, hub_id: int, context: dict[str, Any], now: datetime) -> None:
    if account_id is not None:
        notifications.send_mail(
            to_account_id=account_id, template=template, hub_id=hub_id, locale=None, context=context, now=now
        )


def _context(order: Order) -> dict[str, Any]:
    return {
        "order_id": str(order.id),
        "number": order.number,
        "currency": order.currency,
        "gross": order.gross,
        "is_shipped": order.address is not None,
        "lines": [
            {"title": line.title, "quantity": line.quantity, "total": line.gross + line.shipping}
            for line in queries.lines_of(order.id)
        ],
    }
