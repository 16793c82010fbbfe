"""Counting attempts in the database, so that all processes share the count."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from flask_babel import format_time
from flask_babel import gettext as _
from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel.db import db
from hubapp.people.accounts import policies
from hubapp.people.accounts.errors import TooManyAttempts
from hubapp.people.accounts.models import LoginThrottle


class Rule(NamedTuple):
    """How many attempts in how long."""

    attempts: int
    window: timedelta


RULES = {
    "sign-in account": Rule(10, timedelta(minutes=15)),
    "sign-in network": Rule(60, timedelta(minutes=15)),
    "mail account": Rule(5, timedelta(hours=1)),
    "mail network": Rule(30, timedelta(hours=1)),
    "sign-up network": Rule(20, timedelta(hours=1)),
    "code account": Rule(8, timedelta(minutes=15)),
    "link network": Rule(60, timedelta(minutes=15)),
    "pdf account": Rule(40, timedelta(hours=1)),
    "post account": Rule(12, timedelta(hours=1)),
    "comment account": Rule(40, timedelta(minutes=15)),
    # Each keeps what the text was before.
    "edit account": Rule(30, timedelta(hours=1)),
    "reaction account": Rule(150, timedelta(minutes=15)),
    "report account": Rule(10, timedelta(hours=1)),
    "message account": Rule(60, timedelta(minutes=10)),
    "thread account": Rule(15, timedelta(hours=1)),
    "seat account": Rule(60, timedelta(hours=1)),
    "listing account": Rule(40, timedelta(hours=1)),
    "picture account": Rule(120, timedelta(hours=1)),
    "invite account": Rule(30, timedelta(hours=1)),
    "draft network": Rule(60, timedelta(hours=1)),
    # As one types, each pause is a search.
    "search account": Rule(300, timedelta(minutes=5)),
    "search network": Rule(600, timedelta(minutes=5)),
}


def limit(*, kind: str, subject: str, now: datetime) -> None:
    """Count one attempt. Refuses with TooManyAttempts, and says until when.

    The count must survive the refusal: the edge keeps it (`request_scope.keep`).
    """
    rule = RULES[kind]
    is_over = LoginThrottle.since <= now - rule.window
    statement = insert(LoginThrottle).values(kind=kind, subject=policies.digest(subject), since=now, attempts=1)
    since, attempts = db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["kind", "subject"],
            set_={
                "since": case((is_over, now), else_=LoginThrottle.since),
                "attempts": case((is_over, 1), else_=LoginThrottle.attempts + 1),
            },
        ).returning(LoginThrottle.since, LoginThrottle.attempts)
    ).one()
    if attempts <= rule.attempts:
        return
    until = since + rule.window
    minutes = max(1, -(-int((until - now).total_seconds()) // 60))
    raise TooManyAttempts(
        _(
            "Too many attempts. Please wait %(minutes)s min (until %(time)s) and try again.",
            minutes=minutes,
            time=format_time(until, "short"),
        ),
        until=until,
    )


def forgive(*, kind: str, subject: str, now: datetime) -> None:
    """Start counting anew, after a success."""
    db.session.execute(
        insert(LoginThrottle)
        .values(kind=kind, subject=policies.digest(subject), since=now, attempts=0)
        .on_conflict_do_update(index_elements=["kind", "subject"], set_={"since": now, "attempts": 0})
    )
