"""Order numbers: without a gap in each hub, from a counter whose row is locked until the transaction ends."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders.models import HubCounter

ORDER_NUMBERS = "orders"


# Made once: every order asks.
_FRESH = insert(HubCounter).values(name=ORDER_NUMBERS)
TAKE = _FRESH.on_conflict_do_update(
    index_elements=["hub_id", "name"], set_={"value": HubCounter.value + _FRESH.excluded.value}
).returning(HubCounter.value)


def take_numbers(*, count: int) -> int:
    """The first of `count` order numbers in a row; others wait for the counter's row until this transaction ends."""
    last = db.session.execute(TAKE, {"hub_id": require_hub_id(), "id": ids.uuid7(), "value": count}).scalar_one()
    return int(last) - count + 1
