"""Personal feeds: an address that only its owner knows, made anew whenever they want."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from hubapp.community.gatherings.ticket_models import CalendarFeed
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id


def make_feed(*, account_id: UUID, now: datetime) -> str:
    """A new secret; the address with the old one shows nothing any more."""
    secret = ids.secret(24)
    statement = insert(CalendarFeed).values(
        hub_id=require_hub_id(), id=ids.uuid7(), account_id=account_id, secret=secret, created_at=now
    )
    db.session.execute(
        statement.on_conflict_do_update(
            index_elements=["hub_id", "account_id"], set_={"secret": secret, "created_at": now}
        )
    )
    return secret
