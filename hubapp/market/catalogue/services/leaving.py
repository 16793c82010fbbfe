"""A seller leaves the hub: everything of theirs goes off the market."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.market.catalogue.models import Listing, Status


def withdraw_all(*, seller_id: UUID, now: datetime) -> int:
    """Take a seller's listings off the market; answers how many were on it.

    Whoever buys at this moment is through before, or finds nothing to buy.
    """
    listings = _live_of(seller_id)
    for listing in listings:
        listing.status, listing.updated_at = Status.WITHDRAWN, now
    db.session.flush()
    return len(listings)


def _live_of(seller_id: UUID) -> Sequence[Listing]:
    """In the order in which buyers lock them."""
    statement = select(Listing).where(Listing.seller_account_id == seller_id, Listing.status == Status.LIVE)
    statement = statement.order_by(Listing.id).with_for_update(key_share=True)
    return db.session.scalars(statement.execution_options(populate_existing=True)).all()
