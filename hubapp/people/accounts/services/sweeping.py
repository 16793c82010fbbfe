"""Forgetting what has run out: counters, codes, links and sessions that nobody can use any more."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select

from hubapp.kernel.db import db
from hubapp.people.accounts.models import AuthorizationCode, AuthSession, EmailToken, LoginThrottle

KEPT = timedelta(days=30)


def sweep(*, now: datetime) -> None:
    """Delete what ended a month ago or more, children before their parents (platform scope)."""
    before = now - KEPT
    db.session.execute(delete(LoginThrottle).where(LoginThrottle.since < before))
    db.session.execute(delete(EmailToken).where(EmailToken.expires_at < before))
    over = select(AuthSession.id).where(or_(AuthSession.ended_at < before, AuthSession.expires_at < before))
    gone = AuthSession.id.in_(over) | AuthSession.parent_id.in_(over)
    everything = select(AuthSession.id).where(gone)
    db.session.execute(delete(AuthorizationCode).where(AuthorizationCode.session_id.in_(everything)))
    db.session.execute(delete(AuthSession).where(gone, AuthSession.parent_id.is_not(None)))
    db.session.execute(delete(AuthSession).where(AuthSession.id.in_(over)))
