"""Drafts: kept for members and for whoever has yet to join, taken over when they do, forgotten in the end."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.conversations.models import Draft
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id

ACCOUNT, VISITOR = "account:", "visitor:"
VISITORS_KEEP, MEMBERS_KEEP = timedelta(days=2), timedelta(days=180)


def save_draft(*, owner: str, place: str, content: dict[str, Any], now: datetime) -> None:
    """Keep what somebody wrote so far, in place of what was kept; nothing written keeps nothing."""
    if not any(content.get(name) for name in ("title", "body_md", "question", "options")):
        drop_draft(owner=owner, place=place)
        return
    statement = insert(Draft).values(
        hub_id=require_hub_id(), id=ids.uuid7(), owner=owner, place=place, content=content, saved_at=now
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["hub_id", "owner", "place"], set_={"content": content, "saved_at": now}
        )
    )


def drop_draft(*, owner: str, place: str) -> None:
    """Forget a draft: it was published, or thrown away."""
    db.session.execute(delete(Draft).where(Draft.owner == owner, Draft.place == place))


def adopt_drafts(*, visitor: str, owner: str, now: datetime) -> None:
    """Somebody wrote as a visitor and has signed in since: it is theirs, in place of what they had there."""
    for row in db.session.scalars(select(Draft).where(Draft.owner == visitor).with_for_update()):
        save_draft(owner=owner, place=row.place, content=row.content, now=now)
        db.session.delete(row)
    db.session.flush()


def sweep_drafts(*, now: datetime) -> int:
    """Forget drafts of the hubs in scope that nobody came back for; how many."""
    visitors = Draft.owner.startswith(VISITOR) & (Draft.saved_at < now - VISITORS_KEEP)
    done = db.session.execute(delete(Draft).where(visitors | (Draft.saved_at < now - MEMBERS_KEEP)))
    return int(done.rowcount)  # type: ignore[attr-defined]
