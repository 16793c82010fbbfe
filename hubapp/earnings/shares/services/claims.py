"""Writing down what a payout takes of each right: one statement for all claims, one for all rights."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import text

from hubapp.earnings.shares.models import EarningRight
from hubapp.kernel import arrays, ids
from hubapp.kernel.arrays import BIGINT, Columns
from hubapp.kernel.arrays import UUID as UUID_COLUMN
from hubapp.kernel.db import db, require_hub_id

CLAIM: Columns = {"id": UUID_COLUMN, "payout_id": UUID_COLUMN, "right_id": UUID_COLUMN, "amount": BIGINT}
ADD_CLAIMS = arrays.insertion("earning_claim", CLAIM)
TAKE_RIGHTS = text(
    "UPDATE earning_right AS taken SET claimed = taken.claimed + claim.amount,"
    " payout_id = coalesce(taken.payout_id, claim.payout_id) FROM earning_claim AS claim"
    " WHERE claim.hub_id = :hub AND claim.payout_id = :payout AND taken.hub_id = :hub AND taken.id = claim.right_id"
)


def write(*, payout_id: UUID, rights: list[EarningRight], parts: Mapping[UUID, int]) -> None:
    """Claim `parts` (right → minor units, below zero where a refund is netted) of locked `rights` for a new payout."""
    hub_id = require_hub_id()
    rows = [(ids.uuid7(), payout_id, right_id, part) for right_id, part in parts.items() if part]
    db.session.execute(ADD_CLAIMS, {"hub": hub_id, **arrays.arrays_of(CLAIM, rows)})
    db.session.execute(TAKE_RIGHTS, {"hub": hub_id, "payout": payout_id})
    for right in rights:
        db.session.expire(right)
