"""Jobs that statements need: asked for once however often, and one at a time: each has a whole network in memory."""

from __future__ import annotations

from sqlalchemy import text

from hubapp.jobs import failures, queue
from hubapp.jobs.failures import State
from hubapp.kernel.db import db

SIGN, FILE, LINES = "compensation.sign", "compensation.file_corrected", "compensation.keep_lines"
# All of them have it: those that wait for their turn keep none of the worker's places meanwhile.
LOCK = "compensation.statements"


def ask(*, name: str, **arguments: str) -> None:
    """Have it done; while that is under way, asking again changes nothing. What was given up is begun anew."""
    take_turn()
    known = state(name=name, **arguments)
    if known is None or known.is_given_up:
        enqueue(name=name, **arguments)


def enqueue(*, name: str, **arguments: str) -> None:
    """Have it done, whoever else has asked."""
    queue.enqueue(name, hub_id=None, lock=LOCK, arguments=arguments)


def state(*, name: str, **arguments: str) -> State | None:
    """How the last job that was asked for stands; None where nobody has asked, or it is done."""
    return failures.state(queue.latest(name, lock=LOCK, arguments=arguments))


def take_turn() -> None:
    """Two clicks at once: the second waits here until the transaction of the first has ended, and sees its job."""
    db.session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended('plan statement', 0))"))
