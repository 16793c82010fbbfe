"""Writing orders down, from baskets and standing orders alike: all rows of a checkout in one statement."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.kernel import arrays, ids
from hubapp.kernel.arrays import BIGINT, BOOLEAN, INTEGER, JSON, TEXT, TIME, Columns
from hubapp.kernel.arrays import UUID as UUID_COLUMN
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.market.orders.models import CheckoutStatus, Delivery, OrderStatus, Source
from hubapp.market.orders.policies import OrderDraft, PricedLine
from hubapp.market.orders.services.numbers import take_numbers
from hubapp.market.orders.services.placing import Prospect

CHECKOUT: Columns = {
    "id": UUID_COLUMN,
    "basket_id": UUID_COLUMN,
    "basket_version": INTEGER,
    "buyer_account_id": UUID_COLUMN,
    "total": BIGINT,
    "currency": TEXT,
    "status": TEXT,
    "payment_id": UUID_COLUMN,
    "is_restored": BOOLEAN,
    "created_at": TIME,
    "expires_at": TIME,
}
ORDER: Columns = {
    "id": UUID_COLUMN,
    "number": BIGINT,
    "checkout_id": UUID_COLUMN,
    "seller_account_id": UUID_COLUMN,
    "buyer_account_id": UUID_COLUMN,
    "status": TEXT,
    "currency": TEXT,
    "gross": BIGINT,
    "tax": BIGINT,
    "shipping": BIGINT,
    "base": BIGINT,
    "refunded": BIGINT,
    "terms": JSON,
    "referrer_account_id": UUID_COLUMN,
    "referral_code": TEXT,
    "channel": TEXT,
    "home_hub_id": BIGINT,
    "delivery": TEXT,
    "address": JSON,
    "holds_stock": BOOLEAN,
    "source": TEXT,
    "placed_at": TIME,
    "takes_place_at": TIME,
}
LINE: Columns = {
    "id": UUID_COLUMN,
    "order_id": UUID_COLUMN,
    "listing_id": UUID_COLUMN,
    "position": INTEGER,
    "title": TEXT,
    "kind": TEXT,
    "quantity": INTEGER,
    "unit_price": BIGINT,
    "gross": BIGINT,
    "tax_category": TEXT,
    "tax_rate": INTEGER,
    "tax": BIGINT,
    "shipping": BIGINT,
    "shipping_tax": BIGINT,
    "delivery": TEXT,
    "plan_kind": TEXT,
    "plan_points": BIGINT,
}
STEP: Columns = {
    "id": UUID_COLUMN,
    "order_id": UUID_COLUMN,
    "status": TEXT,
    "at": TIME,
    "actor_id": UUID_COLUMN,
    "note": TEXT,
}
TABLES = {"checkout": CHECKOUT, "orders": ORDER, "order_line": LINE, "order_step": STEP}
WRITE = arrays.insertions(TABLES)


@dataclass(frozen=True, slots=True)
class NewCheckout:
    """A checkout about to be written; `basket_id` None: a standing order, or one of something at a time."""

    id: UUID
    basket_id: UUID | None
    basket_version: int
    money: Money
    payment_id: UUID | None
    created_at: datetime
    expires_at: datetime
    takes_place_at: datetime | None = None


def write_orders(*, checkout: NewCheckout, drafts: Sequence[OrderDraft], prospect: Prospect) -> None:
    """A checkout and its orders with their numbers, lines and first steps."""
    numbered = enumerate(drafts, start=take_numbers(count=len(drafts)))
    orders = [_order(checkout, number, draft, prospect) for number, draft in numbered]
    written = list(zip(orders, drafts, strict=True))
    rows = {
        "checkout": [_checkout(checkout, prospect)],
        "orders": orders,
        "order_line": [
            _line(order["id"], position, line)
            for order, draft in written
            for position, line in enumerate(draft.lines, start=1)
        ],
        "order_step": [_first_step(order) for order in orders],
    }
    db.session.execute(WRITE, {"hub": require_hub_id(), **arrays.arrays_of_tables(TABLES, rows)})


def _checkout(checkout: NewCheckout, prospect: Prospect) -> dict[str, Any]:
    return {
        "id": checkout.id,
        "basket_id": checkout.basket_id,
        "basket_version": checkout.basket_version,
        "buyer_account_id": prospect.buyer.account_id,
        "total": checkout.money.amount,
        "currency": checkout.money.currency,
        "status": str(CheckoutStatus.OPEN),
        "payment_id": checkout.payment_id,
        "is_restored": False,
        "created_at": checkout.created_at,
        "expires_at": checkout.expires_at,
    }


def _order(checkout: NewCheckout, number: int, draft: OrderDraft, prospect: Prospect) -> dict[str, Any]:
    buyer, referral = prospect.buyer, prospect.customer.referral
    home_hub_id = prospect.customer.home_hub_id
    address = buyer.address if draft.delivery == Delivery.SHIP else None
    return {
        "id": ids.uuid7(),
        "number": number,
        "checkout_id": checkout.id,
        "seller_account_id": draft.seller_id,
        "buyer_account_id": buyer.account_id,
        "status": str(OrderStatus.PLACED),
        "currency": buyer.currency,
        "gross": draft.gross,
        "tax": draft.tax,
        "shipping": draft.shipping,
        "base": draft.base,
        "refunded": 0,
        "terms": _json(prospect.terms.as_json()),
        "referrer_account_id": referral.account_id if referral else None,
        "referral_code": referral.code if referral else None,
        "channel": referral.channel if referral else "direct",
        "home_hub_id": None if home_hub_id == require_hub_id() else home_hub_id,
        "delivery": str(draft.delivery),
        "address": _json(address) if address else None,
        "holds_stock": False,
        "source": str(Source.SHOP),
        "placed_at": checkout.created_at,
        "takes_place_at": checkout.takes_place_at,
    }


def _line(order_id: UUID, position: int, line: PricedLine) -> dict[str, Any]:
    wanted = line.wanted
    return {
        "id": ids.uuid7(),
        "order_id": order_id,
        "listing_id": wanted.listing_id,
        "position": position,
        "title": wanted.title,
        "kind": wanted.kind,
        "quantity": wanted.quantity,
        "unit_price": wanted.unit_price,
        "gross": line.gross,
        "tax_category": wanted.tax_category,
        "tax_rate": wanted.tax_rate,
        "tax": line.tax,
        "shipping": line.shipping,
        "shipping_tax": line.shipping_tax,
        "delivery": str(line.delivery),
        "plan_kind": wanted.plan_kind,
        "plan_points": wanted.plan_points,
    }


def _first_step(order: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": ids.uuid7(),
        "order_id": order["id"],
        "status": order["status"],
        "at": order["placed_at"],
        "actor_id": order["buyer_account_id"],
        "note": "",
    }


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(dict(value), ensure_ascii=False)
