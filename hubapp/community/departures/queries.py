"""What is open between somebody and the hub, and their file."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select

from hubapp.community.departures import policies
from hubapp.community.departures.errors import NoSuchTakeout
from hubapp.community.departures.models import Takeout, TakeoutStatus
from hubapp.community.departures.policies import Obligation
from hubapp.community.gatherings import queries as gatherings
from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import queries as shares
from hubapp.kernel.db import db
from hubapp.kernel.money import Money
from hubapp.market.orders import own_queries as orders
from hubapp.market.subscriptions import queries as subscriptions
from hubapp.market.subscriptions.models import Status
from hubapp.people.membership import queries as membership
from hubapp.people.membership.models import Role
from hubapp.people.membership.queries import MemberView

BEHIND = {Status.PAST_DUE, Status.SUSPENDED}


def obligations(member: MemberView, *, currency: str, now: datetime, wall: datetime) -> tuple[Obligation, ...]:
    """What this member has to settle before they can leave, the hub's own business first."""
    account_id, owner = member.account_id, f"account:{member.account_id}"
    sales = orders.open_of(account_id, now=now)
    owed = Money(shares.totals_of(owner, currency, now).owed_back, currency)
    behind = sum(one.status in BEHIND for one in subscriptions.subscriptions_of(account_id))
    taking = takeout_of(account_id)
    is_being_made = (
        taking is not None and taking.status == TakeoutStatus.WAITING and policies.is_fresh(taking.asked_at, wall)
    )
    return policies.open_ones(
        [
            _role(member),
            Obligation("hand_over", sales.to_hand_over),
            Obligation("being_bought", sales.being_bought),
            Obligation("refunds", sales.refunds),
            Obligation("disputes", line_queries.count_frozen(owner)),
            Obligation("owed", money=owed),
            Obligation("to_pay", sales.to_pay),
            Obligation("behind", behind),
            Obligation("subscribers", subscriptions.count_subscribers(account_id)),
            Obligation("hosting", len(gatherings.hosted(account_id, now=now))),
            Obligation("takeout", int(is_being_made)),
        ]
    )


def _role(member: MemberView) -> Obligation:
    if member.role is None:
        return Obligation("role", 0)
    is_alone = member.role == Role.CONNECTOR and len(membership.connectors()) == 1
    return Obligation("only_connector" if is_alone else "role")


def takeout_of(account_id: uuid.UUID) -> Takeout | None:
    """Somebody's file in the hub in scope, made or not."""
    found: Takeout | None = db.session.scalar(select(Takeout).where(Takeout.account_id == account_id))
    return found


def made_takeout(*, takeout_id: uuid.UUID, account_id: uuid.UUID, now: datetime) -> Takeout:
    """One's own file that can be fetched. Raises NoSuchTakeout."""
    found = takeout_of(account_id)
    if found is None or found.id != takeout_id or found.status != TakeoutStatus.MADE:
        raise NoSuchTakeout
    if not policies.is_kept(found.asked_at, now):
        raise NoSuchTakeout
    return found
