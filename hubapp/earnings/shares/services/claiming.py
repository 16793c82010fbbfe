"""Handing what is available to a payout, and taking it back when the payout comes to nothing."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.shares import line_queries, policies, queries
from hubapp.earnings.shares.models import EarningClaim, EarningRight
from hubapp.earnings.shares.services import claims
from hubapp.earnings.shares.services.locking import locked_rights
from hubapp.kernel.db import db, require_hub_id


def claim_for_payout(*, owner: str, currency: str, payout_id: UUID, now: datetime, step: int = 1) -> int:
    """Mark what is available to `owner` as taken by a payout and return what it pays, in minor units.

    That is a multiple of `step`; what is left over below one stays available to the next payout. What the owner owes
    back is kept, the oldest first, up to the part of a payout that the rules in force allow. Claiming again for the
    same payout returns what it pays.
    """
    parts = claims.outstanding(*queries.payable(owner, currency, now))
    taken = line_queries.claim_of(payout_id)
    if taken:
        return taken
    free = sum(part for part in parts.values() if part > 0)
    owed = free - sum(parts.values())
    bps = queries.rules(now).rules.owed_back_bps
    net = policies.netting(available=free, owed=owed, bps=bps, step=step)
    if not net.paid:
        return 0
    _leave(free - net.taken, parts)
    _forbear(owed - net.settled, parts)
    claims.write(payout_id=payout_id, parts=parts)
    return net.paid


def _forbear(rest: int, parts: dict[UUID, int]) -> None:
    """Let `rest` of what is owed wait: the latest debts, so that the oldest are settled first."""
    for right_id in reversed(parts):
        left = min(max(-parts[right_id], 0), rest)
        parts[right_id] += left
        rest -= left


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
