"""The job that makes a paper, and the one that forgets old ones."""

from __future__ import annotations

from uuid import UUID

from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.people.papers import services, store


@queue.task(services.MAKE)
def make(paper_id: str) -> None:
    """Make one PDF."""
    services.make(paper_id=UUID(paper_id), files=store.opened(), folder=store.FOLDER, now=clock.wall())


@queue.periodic("0 10 4 * * *", "papers.forget_old", platform="old papers of all hubs are dropped together")
def forget_old() -> None:
    """Each night; more than one night's worth waits for the next."""
    services.forget_old(files=store.opened(), now=clock.wall())
