"""What happened to orders."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OrderPaid:
    """The money is there and split; `seller_owner` is `core` or `account:<uuid>`."""

    hub_id: int
    order_id: uuid.UUID
    buyer_id: uuid.UUID
    seller_owner: str


@dataclass(frozen=True, slots=True)
class OrderCanceled:
    """A paid order was called off; its money is on the way back."""

    hub_id: int
    order_id: uuid.UUID
    buyer_id: uuid.UUID
    seller_owner: str


@dataclass(frozen=True, slots=True)
class OrderHandedOver:
    """The buyer has what was bought."""

    hub_id: int
    order_id: uuid.UUID
    buyer_id: uuid.UUID
    seller_owner: str


@dataclass(frozen=True, slots=True)
class OrderReversed:
    """Money of a paid order went back, by a refund or a lost dispute, or came here again because a refund failed."""

    hub_id: int
    order_id: uuid.UUID
