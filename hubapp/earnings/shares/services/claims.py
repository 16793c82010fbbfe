"""Writing down what a payout takes of each right: one statement for all claims, one for all rights."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import ColumnElement, select, text

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


def outstanding(*conditions: ColumnElement[bool]) -> dict[UUID, int]:
    """Right → what no payout has taken of it, in minor units; locked in the order in which everybody locks rights."""
    left = (EarningRight.amount - EarningRight.reversed - EarningRight.claimed).label("left")
    statement = select(EarningRight.id, left).where(EarningRight.hub_id == require_hub_id(), *conditions)
    statement = statement.order_by(EarningRight.order_id, EarningRight.position).with_for_update()
    return {row.id: row.left for row in db.session.execute(statement)}


def write(*, payout_id: UUID, parts: Mapping[UUID, int]) -> None:
    """Claim `parts` (right → minor units, below zero where a refund is netted) of locked rights for a new payout."""
    hub_id = require_hub_id()
    rows = [(ids.uuid7(), payout_id, right_id, part) for right_id, part in parts.items() if part]
    db.session.execute(ADD_CLAIMS, {"hub": hub_id, **arrays.arrays_of(CLAIM, rows)})
    db.session.execute(TAKE_RIGHTS, {"hub": hub_id, "payout": payout_id})
