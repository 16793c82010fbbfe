"""Handing what is available to a payout, and taking it back when the payout comes to nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import queries
from hubapp.earnings.shares.models import EarningClaim, EarningRight
from hubapp.earnings.shares.services import claims
from hubapp.earnings.shares.services.locking import locked_rights
from hubapp.kernel.db import db, require_hub_id


def claim_for_payout(*, owner: str, currency: str, payout_id: UUID, now: datetime, step: int = 1) -> int:
    """Mark what is available to `owner` as taken by a payout and return the sum, in minor units, a multiple of `step`.

    What is left over below one `step` stays available to the next payout. Refunds that came after an earlier payout are
    netted; when they exceed what is available, nothing is taken and the answer is 0. Claiming again for the same payout
    returns what it took.
    """
    parts = claims.outstanding(*queries.payable(owner, currency, now))
    taken = queries.claim_of(payout_id)
    if taken:
        return taken
    total, rest = divmod(sum(parts.values()), step)
    total *= step
    if total <= 0:
        return 0
    _leave(rest, parts)
    claims.write(payout_id=payout_id, parts=parts)
    return total


def _leave(rest: int, parts: dict[UUID, int]) -> None:
    """Take `rest` off the latest parts that have something."""
    for right_id in reversed(parts):
        left = min(max(parts[right_id], 0), rest)
        parts[right_id] -= left
        rest -= left


def release_payout(*, payout_id: UUID) -> int:
    """Give back what a payout took, when it was canceled or failed, and return how much; the second time 0."""
    taken = select(EarningClaim).where(EarningClaim.hub_id == require_hub_id(), EarningClaim.payout_id == payout_id)
    rights = {
        right.id: right for right in locked_rights(EarningRight.id.in_(taken.with_only_columns(EarningClaim.right_id)))
    }
    released = 0
    # Asked after the lock: whoever released it meanwhile has deleted the claims.
    for claim in db.session.scalars(taken.execution_options(populate_existing=True)).all():
        right = rights[claim.right_id]
        right.claimed -= claim.amount
        if right.payout_id == payout_id:
            right.payout_id = None
        released += claim.amount
        db.session.delete(claim)
    db.session.flush()
    return released
