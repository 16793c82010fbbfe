"""Jobs that failed: what the last attempt said, the list of those given up, and another try (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Mapped, mapped_column

from hubapp.jobs import queue
from hubapp.kernel.db import db

LONGEST_ERROR = 2_000


class JobFailure(db.Model):  # type: ignore[name-defined]
    """What a job's last attempt raised; the queue itself keeps no words."""

    __tablename__ = "job_failure"

    job_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    error: Mapped[str]
    failed_at: Mapped[datetime]


@dataclass(frozen=True, slots=True)
class FailedJob:
    """A job that nobody will try again unless told to. `can_retry`: those of the clock run again by themselves."""

    id: int
    name: str
    hub_id: int | None
    attempts: int
    error: str
    failed_at: datetime | None
    can_retry: bool


_FAILED = text(
    "SELECT job.id, coalesce(job.args->>'name', job.task_name) AS name, (job.args->>'hub_id')::bigint AS hub_id, "
    "job.attempts, coalesce(failure.error, '') AS error, failure.failed_at, job.task_name = :run AS can_retry "
    "FROM procrastinate_jobs AS job LEFT JOIN job_failure AS failure ON failure.job_id = job.id "
    "WHERE job.status = 'failed' AND job.id < :before ORDER BY job.id DESC LIMIT :limit"
)
# One who presses twice, or a worker that was quicker, changes nothing: only a failed job is given back.
_RETRY = text(
    "UPDATE procrastinate_jobs SET status = 'todo', attempts = 0, scheduled_at = NULL, abort_requested = false "
    "WHERE id = :id AND status = 'failed' AND task_name = :run "
    "RETURNING args->>'name' AS name, (args->>'hub_id')::bigint AS hub_id"
)


@dataclass(frozen=True, slots=True)
class State:
    """How a job stands: todo, doing or failed; what its last attempt said, and when the next one comes."""

    status: str
    attempts: int
    next_at: datetime | None
    error: str

    @property
    def is_given_up(self) -> bool:
        """Whether nobody tries again unless told to."""
        return self.status == "failed"


_STATE = text(
    "SELECT job.status::text, job.attempts, job.scheduled_at, coalesce(failure.error, '')"
    " FROM procrastinate_jobs AS job"
    " LEFT JOIN job_failure AS failure ON failure.job_id = job.id"
    " WHERE job.id = :id AND job.status IN ('todo', 'doing', 'failed')"
)


def state(job_id: int | None) -> State | None:
    """One job's; None for one that is done, or was lost."""
    row = db.session.execute(_STATE, {"id": job_id}).one_or_none()
    return State(*row) if row else None


def note(*, job_id: int, error: str, now: datetime) -> None:
    """Remember what an attempt raised; a later attempt's words replace it. `now`: wall time."""
    values = {"error": error[:LONGEST_ERROR].replace("\x00", ""), "failed_at": now}
    statement = insert(JobFailure).values(job_id=job_id, **values)
    db.session.execute(statement.on_conflict_do_update(index_elements=["job_id"], set_=values))


def failed(*, before: int | None = None, limit: int = 50) -> Sequence[FailedJob]:
    """Jobs given up, newest first, paged by id."""
    rows = db.session.execute(_FAILED, {"run": queue.RUN, "before": before or 2**62, "limit": limit})
    return [FailedJob(*row) for row in rows]


def count() -> int:
    """How many jobs were given up."""
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs WHERE status = 'failed'")) or 0


def retry(*, job_id: int) -> tuple[str, int | None] | None:
    """Give a failed job back to the queue; (its name, its hub), or None where there is nothing to try again."""
    row = db.session.execute(_RETRY, {"id": job_id, "run": queue.RUN}).one_or_none()
    return (row.name, row.hub_id) if row else None


def forget_gone() -> None:
    """Drop the words of jobs that have since succeeded; the queue deletes those jobs."""
    db.session.execute(
        text("DELETE FROM job_failure WHERE NOT EXISTS (SELECT FROM procrastinate_jobs WHERE id = job_failure.job_id)")
    )
