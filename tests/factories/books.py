"""Entries and settled orders for tests."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.services import SettledOrder
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger.services import Leg, NewEntry, Purpose
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector
from tests.factories.placed import behind

CARLS_ID = UUID(int=3)
ANNA, ROSA, CARL = f"account:{UUID(int=1)}", f"account:{UUID(int=2)}", f"account:{CARLS_ID}"


def carls_hub(slug: str = "lyon", **values: Any) -> int:
    """A hub of which Carl is the connector."""
    hub_id = make_hub(slug, **values)
    make_connector(hub_id, "Carl", account_id=CARLS_ID)
    return hub_id


def sale(
    key: str = "sale:1",
    amount: int = 1000,
    *,
    owner: str = "account:anna",
    available_at: datetime | None = None,
    **values: str,
) -> NewEntry:
    """A sale: the provider holds the money, the seller is owed it."""
    legs = (
        Leg("provider", Purpose.PROVIDER_PENDING, amount),
        Leg(owner, Purpose.OWED, -amount, available_at),
    )
    return NewEntry(
        key=key,
        kind=values.get("kind", "sale"),
        ref=values.get("ref", key),
        currency=values.get("currency", "EUR"),
        occurred_at=NOW,
        legs=legs,
    )


def paid_order(base: int = 2000, **values: Any) -> SettledOrder:
    """An order over `base` without tax and shipping, sold by Anna in Carl's hub, under the rules in force."""
    defaults: dict[str, Any] = {
        "order_id": uuid7(),
        "number": "1001",
        "currency": "EUR",
        "gross": base,
        "tax": 0,
        "shipping": 0,
        "base": base,
        "fee": 0,
        "seller_owner": ANNA,
        "connectors": ((CARL, 10_000),),
        "occurred_at": NOW,
    }
    terms = values.pop("terms", None) or shares.freeze_terms(now=NOW)
    return SettledOrder(**{**defaults, **values}, terms=terms)


def settled(base: int = 2000, **values: Any) -> UUID:
    """Settle such an order in the hub in scope and return its id."""
    order = paid_order(base, **values)
    behind(order)
    shares.settle(order=order)
    return order.order_id
