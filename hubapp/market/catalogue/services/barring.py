"""What a suspended seller sells is off the market, and comes back when they do."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import case, update

from hubapp.kernel.db import db, require_hub_id
from hubapp.market.catalogue.models import Listing, Status
from hubapp.people.membership import queries as membership


def bar_seller(*, seller_id: UUID, now: datetime) -> int:
    """Take everything of a suspended seller off the market; how many listings. Done again, it finds none."""
    person = membership.member(seller_id)
    if person is None or not person.is_suspended:
        return 0  # readmitted meanwhile
    statement = update(Listing).where(
        Listing.hub_id == require_hub_id(), Listing.seller_account_id == seller_id, Listing.status == Status.LIVE
    )
    rows = db.session.scalars(
        statement.values(status=Status.WITHDRAWN, barred_at=now, updated_at=now).returning(Listing.id)
    )
    return len(rows.all())


def unbar_seller(*, seller_id: UUID, now: datetime) -> int:
    """Bring back what was for sale when they were suspended, unless the hub took it down; how many listings."""
    person = membership.member(seller_id)
    if person is None or not person.is_active:
        return 0
    statement = update(Listing).where(
        Listing.hub_id == require_hub_id(), Listing.seller_account_id == seller_id, Listing.barred_at.is_not(None)
    )
    back = case((Listing.withdrawn_reason.is_(None), Status.LIVE), else_=Listing.status)
    rows = db.session.scalars(statement.values(status=back, barred_at=None, updated_at=now).returning(Listing.id))
    return len(rows.all())
