"""What the locks of settled orders and their rights prevent: somebody else comes between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.models import EarningClaim, EarningRight, OrderShare
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.books import CARL, carls_hub, settled
from tests.factories.hubs import NOW
from tests.factories.races import overtaken, without_lock

DUE = NOW + timedelta(days=17)


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def claim(payout_id: UUID) -> int:
    return shares.claim_for_payout(owner=CARL, currency="EUR", payout_id=payout_id, now=DUE)


def off() -> int:
    """By how much what rights say is claimed differs from the payouts' claims."""
    on_rights = db.session.scalar(select(func.sum(EarningRight.claimed))) or 0
    return int(on_rights - (db.session.scalar(select(func.sum(EarningClaim.amount))) or 0))


def release_while_netting(live: Live) -> int:
    """A payout of 1.00 comes back while the next one keeps that back for a refund; by how much the two are off."""
    with live.app.app_context():
        hub_id = carls_hub()
    first, second = uuid7(), uuid7()
    order_id = doing(live, hub_id, lambda: settled(2000))()
    doing(live, hub_id, lambda: claim(first))()
    refund: dict[str, Any] = {"order_id": order_id, "refund_id": uuid7(), "amount": 2000, "currency": "EUR"}
    doing(live, hub_id, lambda: shares.reverse(**refund, now=DUE))()
    doing(live, hub_id, lambda: settled(20_000))()
    with overtaken(live.app, "earning_right", doing(live, hub_id, lambda: claim(second))):
        doing(live, hub_id, lambda: shares.release_payout(payout_id=first))()
    found: int = doing(live, hub_id, off)()
    return found


def test_what_rights_say_is_what_payouts_took(live: Live) -> None:
    assert release_while_netting(live) == 0


def test_without_the_rights_lock_what_was_kept_back_is_forgotten(live: Live) -> None:
    with without_lock("earnings.shares.services.locking.locked_rights"):
        assert release_while_netting(live) == 100


def lose_while_refunded(live: Live) -> int:
    """A bank keeps 10.00 of a sale over 20.00 while 5.00 go back to the buyer; how much the order says is gone."""
    with live.app.app_context():
        hub_id = carls_hub()
    order_id = doing(live, hub_id, lambda: settled(2000))()
    lost: dict[str, Any] = {"order_id": order_id, "dispute_id": uuid7(), "amount": 1000, "currency": "EUR"}
    refund: dict[str, Any] = {"order_id": order_id, "refund_id": uuid7(), "amount": 500, "currency": "EUR"}
    with overtaken(live.app, "order_share", doing(live, hub_id, lambda: shares.reverse(**refund, now=DUE))):
        doing(live, hub_id, lambda: shares.claw_back(**lost, now=DUE))()
    found: int = doing(live, hub_id, lambda: db.session.scalars(select(OrderShare.refunded)).one())()
    return found


def test_what_a_bank_keeps_and_what_is_refunded_adds_up(live: Live) -> None:
    assert lose_while_refunded(live) == 1500


def test_without_the_orders_lock_one_of_them_is_forgotten(live: Live) -> None:
    """More could go back to the buyer than was paid."""
    with without_lock("earnings.shares.services.locking.locked_order"):
        assert lose_while_refunded(live) == 1000
