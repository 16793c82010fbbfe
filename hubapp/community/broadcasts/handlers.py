"""Jobs that send broadcasts: a batch per minute and broadcast, until all have it."""

from __future__ import annotations

import uuid

from hubapp.community.broadcasts import network, services
from hubapp.jobs import queue
from hubapp.kernel import clock


@queue.task(services.BATCH)
def batch(broadcast_id: str) -> None:
    """The next people."""
    services.send_batch(broadcast_id=uuid.UUID(broadcast_id), now=clock.now())


@queue.periodic("40 * * * * *", "broadcasts.sweep", platform="a sweep over the broadcasts of all hubs")
def sweep() -> None:
    """Each minute a batch of each broadcast that is due: this is the limit of its rate, and how it goes on."""
    for hub_id, broadcast_id in network.due(now=clock.now()):
        services.ask_for_batch(hub_id=hub_id, broadcast_id=broadcast_id)
