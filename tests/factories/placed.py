"""The orders behind sales that are settled without the market."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from hubapp.earnings.shares.services import SettledOrder
from hubapp.kernel import arrays
from hubapp.kernel.arrays import BIGINT, BOOLEAN, JSON, TEXT, TIME, Columns
from hubapp.kernel.arrays import UUID as UUID_COLUMN
from hubapp.kernel.db import db, require_hub_id

ORDER: Columns = {
    "id": UUID_COLUMN,
    "number": BIGINT,
    "seller_account_id": UUID_COLUMN,
    "referrer_account_id": UUID_COLUMN,
    "home_hub_id": BIGINT,
    "status": TEXT,
    "currency": TEXT,
    "gross": BIGINT,
    "tax": BIGINT,
    "shipping": BIGINT,
    "base": BIGINT,
    "fee": BIGINT,
    "terms": JSON,
    "channel": TEXT,
    "delivery": TEXT,
    "holds_stock": BOOLEAN,
    "source": TEXT,
    "placed_at": TIME,
    "paid_at": TIME,
}
ADD = arrays.insertion("orders", ORDER)


def behind(*orders: SettledOrder) -> None:
    """Write them as the market has them when they are paid, in the hub in scope: no right is given without."""
    rows = [_row(order) for order in orders]
    db.session.flush()
    db.session.execute(ADD, {"hub": require_hub_id(), **arrays.arrays_of(ORDER, rows)})


def _row(order: SettledOrder) -> tuple[Any, ...]:
    who = (_account(order.seller_owner), _account(order.referrer_owner), order.home_hub_id)
    base = order.gross - order.tax - order.shipping
    amounts = (order.gross, order.tax, order.shipping, base, order.fee)
    how = (json.dumps(order.terms.as_json()), "direct", "pickup", False, "import")
    when = (order.occurred_at, order.occurred_at)
    return (order.order_id, order.order_id.int % 2**62, *who, "paid", order.currency, *amounts, *how, *when)


def _account(owner: str | None) -> UUID | None:
    return UUID(owner.removeprefix("account:")) if owner and owner != "core" else None
