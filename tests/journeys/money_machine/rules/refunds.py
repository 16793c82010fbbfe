"""Calling off, giving back a part, twice, at the same moment, too much; and what cards refuse afterwards."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import rule

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.orders import services
from hubapp.market.orders.errors import WrongMove
from hubapp.market.orders.services import steps
from hubapp.money.payments import queries
from hubapp.money.payments import services as payments
from hubapp.money.payments.errors import NotRefundable, RefundTooLarge
from hubapp.money.payments.events import RefundFailed, RefundSettled
from hubapp.tenancy.audit import SYSTEM
from tests.factories.races import together
from tests.journeys.money_machine.base import tried
from tests.journeys.money_machine.rules.sales import NUMBER, Sales

PART = "part"  # of references that only this file gives


def _order_in(reference: str) -> UUID | None:
    word, _, rest = reference.partition(":")
    return UUID(rest.partition(":")[0]) if word == PART else None


@on(RefundSettled)
def part_settled(event: RefundSettled) -> None:
    """Shares of a part that was given back."""
    if (order_id := _order_in(event.reference)) is None:
        return
    steps.locked_order(order_id=order_id)
    if not queries.has_refund_failed(event.refund_id):
        shares.reverse(
            order_id=order_id,
            refund_id=event.refund_id,
            amount=event.amount,
            currency=event.currency,
            now=clock.now(),
        )


@on(RefundFailed)
def part_failed(event: RefundFailed) -> None:
    """The part did not arrive after all."""
    if (order_id := _order_in(event.reference)) is not None:
        steps.locked_order(order_id=order_id)
        shares.restore(order_id=order_id, refund_id=event.refund_id, now=clock.now())


class Refunds(Sales):
    """What gives money back."""

    def __init__(self) -> None:
        super().__init__()
        self.parted: dict[UUID, int] = {}  # order → parts asked for

    def cancel(self, order: dict[str, Any]) -> None:
        with self.in_hub(order["hub_id"]):
            services.cancel_order(order_id=order["id"], reason="A change of mind.", actor=SYSTEM, now=clock.now())

    def whole(self, *statuses: str) -> list[dict[str, Any]]:
        """Orders of which no part was given back."""
        return [row for row in self.orders() if row["status"] in statuses and row["id"] not in self.parted]

    @rule(number=NUMBER)
    def call_off(self, number: int) -> None:
        if (order := self.pick(self.whole("placed", "paid", "handed_over", "canceled", "refunded"), number)) is None:
            return
        refused = isinstance(tried(lambda: self.cancel(order), WrongMove), WrongMove)
        assert refused == (order["status"] not in {"paid", "handed_over"})

    @rule(number=NUMBER)
    def call_off_at_once(self, number: int) -> None:
        if (order := self.pick(self.whole("paid", "handed_over"), number)) is None:
            return
        answers = together(*[lambda: tried(lambda: self.cancel(order), WrongMove)] * 2)
        assert sorted(isinstance(answer, WrongMove) for answer in answers) == [False, True]

    @rule(number=NUMBER, share=st.integers(1, 100), is_doubled=st.booleans())
    def give_back_a_part(self, number: int, share: int, is_doubled: bool) -> None:
        open_orders = [
            row for row in self.orders() if row["status"] in {"paid", "handed_over"} and row["back"] is not None
        ]
        if (order := self.pick(open_orders, number)) is None:
            return
        left = order["gross"] - self.asked(order)
        amount = max(1, left * share // 100)
        if left <= 0:
            return
        self.parted[order["id"]] = self.parted.get(order["id"], 0) + 1
        reference = f"{PART}:{order['id']}:{self.parted[order['id']]}"
        if is_doubled:
            first, second = together(*[lambda: self.ask_back(order, amount, reference)] * 2)
            assert first == second
        else:
            self.ask_back(order, amount, reference)

    def asked(self, order: dict[str, Any]) -> int:
        """How much of an order was asked back in parts and has not failed."""
        (row,) = self.world.rows(
            "SELECT coalesce(sum(amount), 0)::bigint AS total FROM refund"
            " WHERE reference LIKE %s AND status <> 'failed'",
            f"{PART}:{order['id']}:%",
        )
        return int(row["total"])

    def ask_back(self, order: dict[str, Any], amount: int, reference: str) -> UUID:
        with self.in_hub(order["hub_id"]):
            return payments.request_refund(
                payment_id=order["payment_id"],
                amount=Money(amount, order["currency"]),
                reference=reference,
                reason="",
                now=clock.now(),
            )

    @rule(number=NUMBER, more=st.sampled_from((1, 10**9)))
    def ask_for_too_much(self, number: int, more: int) -> None:
        if (order := self.pick(self.orders(), number)) is None:
            return
        (payment,) = self.world.rows("SELECT * FROM payment WHERE id = %s", order["payment_id"])
        amount = payment["amount"] - payment["refunded"] + more
        refusal = tried(
            lambda: self.ask_back(order, amount, f"{PART}:{order['id']}:never"), NotRefundable, RefundTooLarge
        )
        assert isinstance(refusal, RefundTooLarge if payment["status"] == "succeeded" else NotRefundable)
