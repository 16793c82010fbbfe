"""The jobs of leaving: put a file together, drop pictures that were taken back, forget old files."""

from __future__ import annotations

from uuid import UUID

from hubapp.community.departures import services
from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.people.papers import store


@queue.task(services.MAKE)
def make(takeout_id: str) -> None:
    """One person's data in one hub."""
    services.make_takeout(takeout_id=UUID(takeout_id), files=store.opened(), now=clock.wall())


@queue.task(services.DROP)
def drop_files(keys: list[str]) -> None:
    """Pictures of posts that went with their author."""
    files = store.opened()
    for key in keys:
        files.delete(key)


@queue.periodic("0 20 4 * * *", "departures.forget_old", platform="old files of all hubs are dropped together")
def forget_old() -> None:
    """Each night; more than one night's worth waits for the next."""
    services.forget_old(files=store.opened(), now=clock.wall())
