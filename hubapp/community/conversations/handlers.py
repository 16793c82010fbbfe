"""What the clock brings: drafts that nobody came back for are forgotten each night."""

from __future__ import annotations

from hubapp.community.conversations import services
from hubapp.jobs import queue
from hubapp.kernel import clock

SWEEP = "conversations.sweep_drafts"


@queue.periodic("0 50 3 * * *", SWEEP, platform="old drafts of all hubs")
def sweep() -> None:
    """Forget old drafts."""
    services.sweep_drafts(now=clock.wall())
