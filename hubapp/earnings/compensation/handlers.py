"""Jobs of compensation: connectors' terms follow the roles, and what was counted of volumes is added up."""

from __future__ import annotations

from hubapp.earnings.compensation.services import counting, terms
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.membership.events import ConnectorChanged
from hubapp.tenancy import network

FOLLOW = "compensation.follow_terms"


@on(ConnectorChanged)
def follow_connectors(event: ConnectorChanged) -> None:
    """A hub's connectors, or their parts, are not what they were."""
    follow_terms_later(event.hub_id)


@queue.task(FOLLOW)
def follow_terms() -> None:
    """Bring one hub's terms to its roles."""
    terms.follow(now=clock.now())


def follow_terms_later(hub_id: int) -> None:
    """One after the other for each hub."""
    queue.enqueue(FOLLOW, hub_id=hub_id, lock=f"{FOLLOW}:{hub_id}")


@queue.periodic("5 20 0 * * *", "compensation.sweep_terms", platform="connectors of all hubs are paid by days")
def sweep_terms() -> None:
    """Look at every hub once a day: some had connectors before terms were kept, and news may have got lost."""
    for hub in network.hubs(limit=10_000):
        follow_terms_later(hub.id)


@queue.periodic("50 * * * * *", "compensation.fold_volumes", platform="a group crosses hubs")
def fold_volumes() -> None:
    """Keep the rows that reading adds up few."""
    counting.fold()
