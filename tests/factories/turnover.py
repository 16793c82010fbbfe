"""Settled sales for pages that add them up."""

from __future__ import annotations

from datetime import datetime

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.services import SettledOrder
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.tenancy.scope import hub_scope
from tests.factories.placed import behind


def make_sale(hub_id: int, amount: int, *, at: datetime, currency: str = "EUR", fee: int = 0) -> None:
    """One paid and split sale without tax, in a transaction of its own (needs an application context)."""
    order_id = uuid7()
    with hub_scope(hub_id), unit_of_work():
        order = SettledOrder(
            order_id=order_id,
            number="1",
            currency=currency,
            gross=amount,
            tax=0,
            shipping=0,
            base=amount,
            fee=fee,
            seller_owner=f"account:{uuid7()}",
            terms=shares.freeze_terms(now=at),
            occurred_at=at,
        )
        behind(order)
        shares.settle(order=order)
