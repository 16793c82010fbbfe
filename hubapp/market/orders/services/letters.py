"""Letters about orders: to the buyer and to the seller, written with plain values only."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.market.orders import queries
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest
from hubapp.money.payments.dispute_models import Dispute
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import services as notifications
from hubapp.tenancy import queries as tenancy


def order_paid(*, order: Order, now: datetime) -> None:
    """The receipt to the buyer, and the news to the seller (the core has its pages)."""
    context = _context(order)
    _send(order.buyer_account_id, "order_paid", order.hub_id, context, now)
    _send(order.seller_account_id, "order_sold", order.hub_id, context, now)


def order_canceled(*, order: Order, reason: str, now: datetime) -> None:
    """Tell the buyer why, and that the money is on its way back."""
    _send(order.buyer_account_id, "order_canceled", order.hub_id, {**_context(order), "reason": reason}, now)


def refund_failed(*, order: Order, amount: int, now: datetime) -> None:
    """Tell both that the buyer's bank sent the money back, and that the order stands again."""
    context = {**_context(order), "gross": amount, "holds_stock": order.holds_stock}
    _send(order.buyer_account_id, "refund_failed", order.hub_id, context, now)
    _send(order.seller_account_id, "sale_refund_failed", order.hub_id, context, now)


def refund_asked(*, order: Order, request: RefundRequest, now: datetime) -> None:
    """Tell who has to answer that the buyer wants money back."""
    context = _of_request(order, request)
    if request.level == Level.SELLER:
        _send(order.seller_account_id, "refund_asked", order.hub_id, {**context, "is_hub": False}, now)
    elif request.level == Level.HUB:
        _to_connectors(order, "refund_asked", {**context, "is_hub": True}, now)


def refund_escalated(*, order: Order, request: RefundRequest, now: datetime) -> None:
    """Nobody answered in time: the connectors hear of it, whoever has to answer now."""
    context = {**_of_request(order, request), "is_core": request.level == Level.CORE}
    _to_connectors(order, "refund_escalated", context, now)


def refund_answered(*, order: Order, request: RefundRequest, now: datetime) -> None:
    """Tell the buyer what became of it, and the seller what it costs."""
    context = _of_request(order, request)
    _send(order.buyer_account_id, "refund_answered", order.hub_id, context, now)
    if request.granted and request.decided_by != order.seller_account_id:
        _send(order.seller_account_id, "sale_refunded", order.hub_id, context, now)


def dispute_opened(*, order: Order, dispute: Dispute, now: datetime) -> None:
    """Tell seller and connectors that a bank wants the money back, and what would help."""
    _to_concerned(order, "dispute_opened", _of_dispute(order, dispute), now)


def dispute_closed(*, order: Order, dispute: Dispute, now: datetime) -> None:
    """Tell seller and connectors how it ended."""
    _to_concerned(order, "dispute_closed", _of_dispute(order, dispute), now)


def _of_request(order: Order, request: RefundRequest) -> dict[str, Any]:
    return {
        **_context(order),
        "asked": request.asked,
        "granted": request.granted or 0,
        "reason": request.reason,
        "answer": request.answer,
        "due": _day(order, request.due_at),
    }


def _of_dispute(order: Order, dispute: Dispute) -> dict[str, Any]:
    return {
        **_context(order),
        "amount": dispute.amount,
        "dispute_reason": dispute.reason,
        "outcome": dispute.outcome or "",
        "due": _day(order, dispute.due_by) if dispute.due_by else "",
    }


def _day(order: Order, moment: datetime) -> str:
    """The day on which a time is up by the hub's clock, as its pages show it."""
    return moment.astimezone(tenancy.hub_view(order.hub_id).zone).date().isoformat()


def _to_concerned(order: Order, template: str, context: dict[str, Any], now: datetime) -> None:
    _send(order.seller_account_id, template, order.hub_id, {**context, "is_hub": False}, now)
    _to_connectors(order, template, {**context, "is_hub": True}, now, but=order.seller_account_id)


def _to_connectors(
    order: Order, template: str, context: dict[str, Any], now: datetime, *, but: UUID | None = None
) -> None:
    for member in membership.connectors():
        if member.account_id != but:
            _send(member.account_id, template, order.hub_id, context, now)


def _send(account_id: UUID | None, template: str, hub_id: int, context: dict[str, Any], now: datetime) -> None:
    if account_id is not None:
        notifications.tell_by_letter(
            to_account_id=account_id,
            template=template,
            hub_id=hub_id,
            about=f"order:{context['order_id']}",
            path=_path(template, context),
            context=context,
            now=now,
        )


_OF_BUYER = frozenset({"order_paid", "order_canceled", "refund_failed", "refund_answered"})


def _path(template: str, context: dict[str, Any]) -> str:
    """Where the reader sees the order: as its buyer, as who runs the hub, or as its seller."""
    if template in _OF_BUYER:
        return f"/orders/{context['order_id']}"
    is_hub = context.get("is_hub", template == "refund_escalated")
    return f"/{'manage' if is_hub else 'sell'}/orders/{context['order_id']}"


def _context(order: Order) -> dict[str, Any]:
    return {
        "order_id": str(order.id),
        "number": order.number,
        "currency": order.currency,
        "gross": order.gross,
        "is_shipped": order.address is not None,
        "is_dated": order.takes_place_at is not None,
        "lines": [
            {"title": line.title, "quantity": line.quantity, "total": line.gross + line.shipping}
            for line in queries.lines_of(order.id)
        ],
    }
