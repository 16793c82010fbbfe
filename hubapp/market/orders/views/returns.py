"""What of an order went back, is on its way back, was asked back, or is disputed: for receipts and order pages."""

from __future__ import annotations

from flask_babel import gettext as _

from hubapp.earnings.shares import returned
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.orders import queries, refund_queries
from hubapp.market.orders.models import Order, OrderStatus
from hubapp.market.orders.refund_models import RequestStatus
from hubapp.market.orders.services.refunds import STANDS


def request_states() -> dict[str, tuple[str, str]]:
    """Status of a request → (word, tone)."""
    return {
        RequestStatus.OPEN: (_("Waits for an answer"), "warn"),
        RequestStatus.GRANTED: (_("On its way back"), "brand"),
        RequestStatus.PAID: (_("Went back"), "good"),
        RequestStatus.DECLINED: (_("Declined"), "neutral"),
        RequestStatus.FAILED: (_("Did not arrive"), "bad"),
    }


def levels() -> dict[str, str]:
    """Level → who answers."""
    return {"seller": _("the seller"), "hub": _("the hub"), "core": _("the network")}


def of_order(order: Order) -> dict[str, object]:
    """What pages need to show of it."""
    if order.paid_at is None:
        return {"requests": (), "returned": None, "lost": None, "open_request": None}
    gone, lost = returned.returned_of(order.id), returned.lost_of(order.id)
    requests = refund_queries.requests_of(order.id)
    limits = refund_queries.limits()
    return {
        "requests": requests,
        "request_states": request_states(),
        "request_levels": levels(),
        "titles_of_lines": {str(line.id): line.title for line in queries.lines_of(order.id)},
        "open_request": next((found for found in requests if found.status == RequestStatus.OPEN), None),
        "returned": Money(gone - lost, order.currency) if gone > lost else None,
        "lost": Money(lost, order.currency) if lost else None,
        "is_disputed": returned.is_disputed(order.id),
        "is_partly_refunded": 0 < gone < order.gross and order.status != OrderStatus.REFUNDED,
        "can_ask_refund": order.status in STANDS and order.checkout_id is not None and bool(order.left),
        "limits": limits,
        "hub_may_decide": limits.allow(amount=order.left, paid_at=order.paid_at, now=clock.now()),
    }
