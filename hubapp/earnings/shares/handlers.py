"""Jobs of shares: the home hub's side of a cross-hub share, and a look after those that were left behind."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import services
from hubapp.earnings.shares.models import ClearingMove
from hubapp.earnings.shares.services import crossing
from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.kernel.db import db

BATCH = 500


@queue.task(crossing.BOOK)
def book_moves(order_id: str) -> None:
    """Book what a sale, a refund or a failed refund elsewhere means for this hub."""
    services.book_moves(order_id=UUID(order_id), now=clock.now())


@queue.periodic("15 * * * * *", "shares.sweep_moves", platform="a cross-hub share is between two hubs")
def sweep_moves() -> None:
    """Ask again for moves whose job was lost or given up."""
    waiting = (
        select(ClearingMove.to_hub_id, ClearingMove.order_id)
        .where(ClearingMove.booked_at.is_(None))
        .order_by(ClearingMove.id)
        .limit(BATCH)
    )
    rows = {(row.to_hub_id, row.order_id) for row in db.session.execute(waiting)}
    alive = queue.alive([crossing.lock_of(hub_id=hub_id, order_id=order_id) for hub_id, order_id in rows])
    for hub_id, order_id in sorted(rows):
        lock = crossing.lock_of(hub_id=hub_id, order_id=order_id)
        if lock not in alive:
            queue.enqueue(crossing.BOOK, hub_id=hub_id, lock=lock, arguments={"order_id": str(order_id)})
