"""Bugs to be planted in the services, each as somebody might write it: the machine has to find every one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any
from uuid import UUID, uuid4

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.errors import RefundTooLarge
from hubapp.earnings.shares.models import EarningClaim, EarningRight
from hubapp.earnings.shares.services import claiming, claims, crossing, reversing
from hubapp.kernel.db import db
from hubapp.market.orders.services import disputes as order_disputes
from hubapp.money.payments import disputes

Plant = Callable[[], AbstractContextManager[None]]
PLANTS: list[Plant] = []


def plant(bug: Callable[[], Iterator[None]]) -> Plant:
    """A bug that is there while the context lasts."""
    planted = contextmanager(bug)
    PLANTS.append(planted)
    return planted


@contextmanager
def instead(owner: Any, name: str, wrong: Any) -> Iterator[None]:
    """Somebody's wrong version in the place of ours."""
    right = getattr(owner, name)
    setattr(owner, name, wrong)
    try:
        yield
    finally:
        setattr(owner, name, right)


@plant
def a_refund_is_booked_twice() -> Iterator[None]:
    """Its key comes from chance instead of the refund's row, and its news is told twice."""
    right = reversing.reverse

    def wrong(**told: Any) -> None:
        right(**told)
        with suppress(RefundTooLarge):
            right(**{**told, "refund_id": uuid4()})

    with instead(shares, "reverse", wrong):
        yield


@plant
def a_payout_forgets_what_it_took() -> Iterator[None]:
    """The next one pays it again."""
    with instead(claims, "write", lambda **_told: None):
        yield


@plant
def a_claim_is_released_twice() -> Iterator[None]:
    """A payout that came to nothing leaves more than was there before it."""
    right = claiming.release_payout

    def wrong(*, payout_id: UUID) -> int:
        kept = {row.right_id: row.amount for row in db.session.query(EarningClaim).filter_by(payout_id=payout_id)}
        released = right(payout_id=payout_id)
        for row in db.session.query(EarningRight).filter(EarningRight.id.in_(kept)):
            row.claimed -= kept[row.id]
        db.session.flush()
        return released

    with instead(shares, "release_payout", wrong):
        yield


@plant
def a_lost_dispute_is_not_taken_back() -> Iterator[None]:
    """The shares move on although the bank has the money."""

    def wrong(orders: Sequence[Any], dispute: Any, now: Any) -> None:
        for order in orders:
            shares.thaw(order_id=order.id, dispute_id=dispute.id, now=now)

    with instead(order_disputes, "_lose", wrong):
        yield


@plant
def the_home_hub_never_hears_of_a_refund() -> Iterator[None]:
    """Its share stays where it is, and the two clearing accounts do not cancel."""
    with instead(crossing, "send_taken_back", lambda **_told: None):
        yield


@plant
def what_the_bank_has_is_refunded_besides() -> Iterator[None]:
    """Nobody looks whether a payment is disputed."""
    with instead(disputes, "is_taken_by_bank", lambda _payment_id: False):
        yield
