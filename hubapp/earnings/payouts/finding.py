"""Finding payouts for the central team (platform scope)."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import or_, select

from hubapp.earnings.payouts.models import Payout
from hubapp.kernel.db import db

MOST = 20


def payouts_with(number: str) -> list[UUID]:
    """Payouts by our own id, or by the provider's number of the transfer or of the bank transfer."""
    try:
        condition = Payout.id == UUID(number)
    except ValueError:
        condition = or_(Payout.transfer_id == number, Payout.provider_id == number)
    return list(db.session.scalars(select(Payout.id).where(condition).limit(MOST)))
