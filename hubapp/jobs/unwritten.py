"""Jobs that ended here and whose end was never written down: their connection broke, and no heartbeat tells of it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import JobContext
from procrastinate.connector import BaseConnector

_STILL_DOING = "SELECT id FROM procrastinate_jobs WHERE status = 'doing' AND id = ANY(%(ids)s)"


class Unwritten:
    """What this worker has run, until the queue says that it knows.

    The library revives jobs of workers that are silent. A worker that lives on keeps such a job `doing` for ever.
    """

    def __init__(self) -> None:
        self._ended: dict[int, float] = {}

    async def note(self, call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Any) -> Any:
        """Worker middleware: remember when a job's function was left, however it was."""
        job_id = context.job.id
        if job_id is None:
            return await call_next()
        self._ended.pop(job_id, None)  # it runs again
        try:
            return await call_next()
        finally:
            self._ended[job_id] = time.monotonic()

    async def overdue(self, connector: BaseConnector, *, seconds: float) -> list[int]:
        """Jobs that ended so long ago and are marked as running all the same; forgets those that are not."""
        latest = time.monotonic() - seconds
        asked = [job_id for job_id, ended in self._ended.items() if ended <= latest]
        if not asked:
            return []
        rows = await connector.execute_query_all_async(_STILL_DOING, ids=asked)
        doing = {int(row["id"]) for row in rows}
        for job_id in asked:
            # One that began again meanwhile is no longer among the ended, and not overdue.
            if job_id not in doing:
                self._ended.pop(job_id, None)
        return sorted(job_id for job_id in doing if job_id in self._ended)
