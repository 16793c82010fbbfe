"""Order numbers: without a gap in each hub, from a counter whose row is locked until the transaction ends."""

from __future__ import annotations

from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders.models import HubCounter

ORDER_NUMBERS = "orders"


def take_numbers(*, count: int) -> int:
    """The first of `count` order numbers in a row; others wait for the counter's row until this transaction ends."""
    statement = insert(HubCounter).values(hub_id=require_hub_id(), id=ids.uuid7(), name=ORDER_NUMBERS, value=count)
    statement = statement.on_conflict_do_update(
        index_elements=["hub_id", "name"], set_={"value": HubCounter.value + count}
    )
    last = db.session.execute(statement.returning(HubCounter.value)).scalar_one()
    return int(last) - count + 1
