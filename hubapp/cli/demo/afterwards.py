"""What comes after sales in the demo's past: a refund asked for, a bank that is answered, the network's payout runs."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hubapp.cli.demo.stage import Stage
from hubapp.console import disputing
from hubapp.earnings.payouts import services as payouts
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders import queries as order_queries
from hubapp.market.orders import refund_queries
from hubapp.market.orders import services as orders
from hubapp.market.orders.models import Order
from hubapp.money.payments import disputes
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope

WINNING = "winning_evidence"  # what the sandbox's bank gives in to, as the provider's test mode does


def ask_back(bought: Sequence[Order], reason: str) -> None:
    """The buyer wants the price of everything back."""
    for order in bought:
        if order.buyer_account_id is not None:
            orders.ask_refund(
                order_id=order.id,
                buyer_id=order.buyer_account_id,
                amount=None,
                quantities={line.id: line.quantity for line in order_queries.lines_of(order.id)},
                reason=reason,
                now=clock.now(),
            )


def disputes_about(order: Order) -> list[UUID]:
    """Those of an order's payment that wait for an answer. Raises LookupError where there is none."""
    about = [one for one in disputes.disputes_of_hub() if order in refund_queries.orders_of_payment(one.payment_id)]
    found = [one.id for one in about if one.is_answerable]
    if not found:
        raise LookupError(f"nobody disputes order {order.number}")
    return found


def answer_bank(stage: Stage, dispute_ids: Sequence[UUID], words: str, central: Actor) -> None:
    """The central team hands its evidence in."""
    texts = {"product_description": words, "uncategorized_text": WINNING}
    with stage.app.app_context(), platform_scope(reason="demo: answer a bank"), unit_of_work():
        for dispute_id in dispute_ids:
            disputing.submit(dispute_id=dispute_id, texts=texts, actor=central, now=clock.now())


def pay_out(stage: Stage, central: Actor, *, is_approved: bool) -> None:
    """A run for everybody is proposed, and approved or left waiting."""
    with stage.app.app_context(), platform_scope(reason="demo: pay out"), unit_of_work():
        run_id = payouts.propose(by=central, now=clock.now(), is_everybody=True)
        if is_approved:
            payouts.approve(run_id=run_id, by=central, now=clock.now())
