"""A disputed payment and a refund request as rows, for pages that need no provider behind them."""

from __future__ import annotations

from uuid import UUID

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.orders import queries, services
from hubapp.money.payments.dispute_models import Dispute
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW
from tests.factories.market import Shop, place, settle


def make_case(shop: Shop) -> tuple[UUID, UUID]:
    """(dispute, refund request) about one order of the shop (needs an application context)."""
    with hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop)
    with hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id)
        (order,) = queries.orders_of_checkout(checkout_id)
        request_id = services.ask_refund(
            order_id=order.id,
            buyer_id=shop.buyer,
            amount=Money(100, order.currency),
            quantities={},
            reason="It leaks.",
            now=NOW,
        )
        dispute = Dispute(
            payment_id=queries.checkout_of(checkout_id, buyer_id=shop.buyer).payment_id,
            provider_id="du_sbxcase",
            amount=order.gross,
            currency=order.currency,
            reason="fraudulent",
            status="needs_response",
            is_refundable=False,
            due_by=NOW,
            opened_at=NOW,
            seen_at=NOW,
        )
        db.session.add(dispute)
        db.session.flush()
        return dispute.id, request_id
