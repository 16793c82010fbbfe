"""Jobs of retainers: a look at what is due, and earning it, retainer by retainer in its own hub."""

from __future__ import annotations

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
    """Ask for every retainer with a period that is over, however long ago; asking twice changes nothing."""
    rows = network.due(now=clock.now(), limit=BATCH)
    locks = {
        services.lock_of(hub_id=hub_id, retainer_id=retainer_id): (hub_id, retainer_id) for hub_id, retainer_id in rows
    }
    for lock in locks.keys() - queue.alive(list(locks)):
        hub_id, retainer_id = locks[lock]
        queue.enqueue(services.EARN, hub_id=hub_id, lock=lock, arguments={"retainer_id": str(retainer_id)})
