"""Jobs of the pay plan: booking what periods pay, hub by hub, and a look after what a crash left behind."""

from __future__ import annotations

from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.services import booking
from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.kernel.db import require_hub_id


@queue.task(booking.BOOK)
def book() -> None:
    """Book the next lines of a hub, and ask for what follows: its next lines, or a look whether that was all."""
    if booking.book(now=clock.now()):
        hub_id = require_hub_id()
        queue.enqueue(booking.BOOK, hub_id=hub_id, lock=booking.lock_of(hub_id=hub_id))
    else:
        queue.enqueue(booking.FINISH, hub_id=None, lock=booking.FINISH)


@queue.task(booking.FINISH, platform="a period's lines are in the books of several hubs")
def finish() -> None:
    """Say of every period that is booked that it is closed."""
    for period in queries.closing():
        booking.finish(period_id=period.id, now=clock.now())


@queue.periodic("35 * * * * *", "compensation.sweep", platform="a period's lines are in the books of several hubs")
def sweep() -> None:
    """Ask again for lines whose job was lost or given up; close what is booked."""
    for period in queries.closing():
        if not booking.finish(period_id=period.id, now=clock.now()):
            booking.ask_to_book(currency=period.currency)
