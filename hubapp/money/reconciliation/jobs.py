"""Names of the comparison's jobs, and how one is asked for."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from hubapp.jobs import queue
from hubapp.money.reconciliation import services

FETCH = "reconciliation.fetch"
COMPARE = "reconciliation.compare"
SUSPEND = "reconciliation.suspend"
FOLLOW = "reconciliation.follow"


def ask(*, since: datetime | None, asked_by: str, now: datetime) -> UUID:
    """Have the provider's books compared with ours by jobs; answers the run (platform scope)."""
    run_id = services.begin(since=since, asked_by=asked_by, now=now)
    queue.enqueue(FETCH, hub_id=None, lock=FETCH, arguments={"run_id": str(run_id)})
    return run_id
