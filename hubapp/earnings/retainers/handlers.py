"""Jobs of retainers: a look at what is due, and earning it, retainer by retainer in its own hub."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.earnings.retainers import network, services
from hubapp.jobs import queue
from hubapp.kernel import clock

BATCH = 500


@queue.task(services.EARN)
def earn(retainer_id: str) -> None:
    """Book the periods that are over."""
    services.earn(retainer_id=UUID(retainer_id), now=clock.now())


@queue.periodic("45 * * * * *", "retainers.sweep", platform="retainers of all hubs fall due by one clock")
def sweep() -> None:
    """Ask for every retainer with a period that is over, however long ago."""
    sweep_due(now=clock.now())


def sweep_due(*, now: datetime) -> int:
    """Enqueue what is due by `now`; asking twice changes nothing. Answers how many were asked for (platform scope)."""
    rows = network.due(now=now, limit=BATCH)
    locks = {services.lock_of(hub_id=hub_id, retainer_id=row_id): (hub_id, row_id) for hub_id, row_id in rows}
    alive = queue.alive(list(locks))
    idle = {lock: row for lock, row in locks.items() if lock not in alive}
    for lock, (hub_id, retainer_id) in idle.items():
        queue.enqueue(services.EARN, hub_id=hub_id, lock=lock, arguments={"retainer_id": str(retainer_id)})
    return len(idle)
