"""Jobs of the console."""

from __future__ import annotations

from hubapp.jobs import failures, queue


@queue.periodic("0 50 3 * * *", "console.forget_failures", platform="the queue serves all hubs")
def forget_failures() -> None:
    """Drop what was noted of jobs that have succeeded since."""
    failures.forget_gone()
