"""What accounts do by the clock: forget what has run out."""

from __future__ import annotations

from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.people.accounts import services


@queue.periodic("0 17 3 * * *", "accounts.sweep", platform="sessions, links and counters belong to no hub")
def sweep() -> None:
    """Once a night."""
    services.sweep(now=clock.wall())
