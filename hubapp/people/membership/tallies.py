"""What came of invitations: counts per member and channel, and nothing that says who it was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import policies
from hubapp.people.membership.models import InviteTally, Membership, MemberStatus

What = Literal["opened", "joined", "bought"]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often a link was opened, how many joined through it, and how many orders were paid."""

    channel: str
    opened: int
    joined: int
    bought: int


def count(*, membership_id: uuid.UUID, channel: str, what: What) -> None:
    """Add one; in the caller's transaction, so that what is undone is not counted."""
    statement = insert(InviteTally).values(
        hub_id=require_hub_id(),
        id=ids.uuid7(),
        membership_id=membership_id,
        channel=policies.clean_channel(channel),
        **{what: 1},
    )
    column = getattr(InviteTally, what)
    db.session.execute(
        statement.on_conflict_do_update(index_elements=["hub_id", "membership_id", "channel"], set_={what: column + 1})
    )


def count_bought(*, account_id: uuid.UUID, channel: str) -> None:
    """An order was paid that this person brought, whether or not they are a member still."""
    member_id = db.session.scalar(select(Membership.id).where(Membership.account_id == account_id))
    if member_id is not None:
        count(membership_id=member_id, channel=channel, what="bought")


def of_member(membership_id: uuid.UUID) -> dict[str, Tally]:
    """Channel → what came of it."""
    rows = db.session.scalars(
        select(InviteTally).where(InviteTally.membership_id == membership_id).order_by(InviteTally.channel)
    )
    return {row.channel: Tally(row.channel, row.opened, row.joined, row.bought) for row in rows}


def of_hub() -> list[Tally]:
    """What members' own links brought, by channel, the most opened first; the hub's links have their own numbers."""
    sums = [
        func.coalesce(func.sum(column), 0) for column in (InviteTally.opened, InviteTally.joined, InviteTally.bought)
    ]
    rows = db.session.execute(
        select(InviteTally.channel, *sums)
        .where(~InviteTally.channel.startswith(policies.LINK_PREFIX, autoescape=True))
        .group_by(InviteTally.channel)
        .order_by(sums[0].desc(), InviteTally.channel)
    )
    return [Tally(row[0], int(row[1]), int(row[2]), int(row[3])) for row in rows.all()]


def inviters() -> int:
    """How many members' links were opened at all."""
    statement = (
        select(func.count(InviteTally.membership_id.distinct()))
        .join(Membership, (Membership.hub_id == InviteTally.hub_id) & (Membership.id == InviteTally.membership_id))
        .where(Membership.status == MemberStatus.ACTIVE)
    )
    return db.session.scalar(statement) or 0
