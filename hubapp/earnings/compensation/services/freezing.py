"""Freezing what a run reads: everything that is being recorded is waited for, and nobody who begins now waits."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import text

from hubapp.earnings.compensation.errors import StillRecording
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.kernel.db import db

PATIENCE = timedelta(minutes=1)


def freeze(*, cutoff: datetime) -> Freeze:
    """From here on a run that reads up to `cutoff` finds the same, whenever it reads. Refuses with StillRecording.

    To be asked for before anything else is read: what others keep while it waits has to be seen. And before any turn is
    taken that those who record wait for (corrections of sponsors): they would wait for one another.
    """
    number = wait_for_recording()
    if number is None:
        raise StillRecording
    return Freeze(cutoff, number)


def wait_for_recording() -> int | None:
    """The number of this freeze, once all sales, hand-overs and refunds under earlier ones are kept or given up."""
    found: int | None = db.session.scalar(text("SELECT plan_freeze(:patience)"), {"patience": PATIENCE})
    return found
