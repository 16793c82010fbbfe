"""Counting volumes between closes: what one sale or refund adds to each person above it, as rows that nobody waits for.

Volumes are the sums of what was folded and what was not yet: at any moment what the close would count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, text

from hubapp.earnings.compensation import calendar, participant_queries, sale_policies, sources
from hubapp.earnings.compensation.calendar import EVENT_COLUMNS, Span
from hubapp.earnings.compensation.models import PlanSale, PlanVersion
from hubapp.earnings.compensation.models.plans import PlanStatus
from hubapp.earnings.compensation.plans.schema import Base, Plan
from hubapp.earnings.compensation.sale_policies import Standing
from hubapp.kernel.db import db

# Which moments of a sale a change is news of.
AT_SALE = ("ordered_at", "paid_at")
AT_HANDOVER = ("handed_over_at",)
ALWAYS = (*AT_SALE, *AT_HANDOVER)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """`cv` more or less of a sale, in the periods that count one of these moments of it."""

    sale: PlanSale
    cv: int
    moments: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Counted:
    """The period of a plan in which a moment counts, with the plan's time zone."""

    span: Span
    base: Base
    timezone: str

    @property
    def ends_at(self) -> datetime:
        """What is true then is true for the whole period: who stands under whom."""
        return calendar.midnight(self.span.end, self.timezone)


# `since < ends`: as the close sees the tree. One index look-up per step up, about a dozen of them.
_ADD = text(
    "WITH RECURSIVE up AS (SELECT CAST(:seller AS uuid) AS account_id, true AS is_own UNION ALL"
    " SELECT latest.sponsor_id, false FROM up CROSS JOIN LATERAL (SELECT sponsor_id FROM sponsorship"
    " WHERE sponsorship.account_id = up.account_id AND since < :ends ORDER BY since DESC LIMIT 1) AS latest"
    " WHERE latest.sponsor_id IS NOT NULL)"
    " INSERT INTO plan_volume_delta (currency, first_day, account_id, own, group_cv, all_group)"
    " SELECT :currency, :first_day, account_id, CASE WHEN is_own THEN CAST(:own AS bigint) ELSE 0 END,"
    " CAST(:counted AS bigint), CAST(:every AS bigint) FROM up"
)


def wait_for_corrections() -> None:
    """Wait while somebody's sponsor is being corrected, and keep others from it: sales never wait for one another.

    Else a sale could count for those above the old sponsor after their volumes have moved to the new one's.
    """
    db.session.execute(text("SELECT pg_advisory_xact_lock_shared(hashtextextended('sponsorship', 0))"))


def count(*, changes: Sequence[Change], now: datetime) -> None:
    """Add each change to the volumes of the seller and everybody above, in the periods that count it."""
    counted = [change for change in changes if change.cv and change.sale.seller_id is not None]
    plans = _plans(counted[0].sale.currency, now) if counted else []
    if not plans:
        return
    wait_for_corrections()
    buyers = participant_queries.standings({change.sale.buyer_id for change in counted})
    for change in counted:
        for name in change.moments:
            moment = getattr(change.sale, name)
            place = None if moment is None else _counted_in(plans, name, moment)
            if place is not None:
                _add(change, place, moment, buyers.get(change.sale.buyer_id))


def _add(change: Change, place: Counted, moment: datetime, buyer: Standing | None) -> None:
    sale = change.sale
    who = sale_policies.class_of_buyer(
        is_own=sale.buyer_id == sale.seller_id,
        standing=buyer,
        moment=moment,
        base=place.base,
        timezone=place.timezone,
    )
    cv = change.cv if sale_policies.is_counted(kind=sale.kind, buyer=who, base=place.base) else 0
    values = {"seller": sale.seller_id, "ends": place.ends_at, "currency": sale.currency, "own": cv}
    db.session.execute(_ADD, {**values, "first_day": place.span.first, "counted": cv, "every": change.cv})


def _counted_in(plans: Sequence[Plan], name: str, moment: datetime) -> Counted | None:
    """The period that counts this moment of a sale, by the plan in force when that period began."""
    plan = _in_force(plans, moment)
    period, base = (None, None) if plan is None else (plan.period, plan.base)
    if plan is None or period is None or base is None or EVENT_COLUMNS[period.event_time] != name:
        return None
    return Counted(sale_policies.span_of(plan, moment), base, period.timezone)


def _in_force(plans: Sequence[Plan], moment: datetime) -> Plan | None:
    for plan in plans:  # the latest first
        first = sale_policies.span_of(plan, moment).first
        if plan.effective_from is not None and plan.effective_from <= first:
            return plan
    return None


def _plans(currency: str, now: datetime) -> list[Plan]:
    statement = select(PlanVersion.source).where(
        PlanVersion.status == PlanStatus.ANNOUNCED,
        PlanVersion.currency == currency,
        PlanVersion.effective_from <= now.date() + A_DAY,  # wherever the plan's days begin
    )
    sources_ = db.session.scalars(statement.order_by(PlanVersion.effective_from.desc()))
    return [sources.read(source) for source in sources_]


_MOVE = text(
    "WITH RECURSIVE up AS (SELECT CAST(:sponsor AS uuid) AS account_id WHERE CAST(:sponsor AS uuid) IS NOT NULL"
    " UNION ALL SELECT latest.sponsor_id FROM up CROSS JOIN LATERAL (SELECT sponsor_id FROM sponsorship"
    " WHERE sponsorship.account_id = up.account_id AND since < :ends ORDER BY since DESC LIMIT 1) AS latest"
    " WHERE latest.sponsor_id IS NOT NULL),"
    " moved AS (SELECT coalesce(sum(group_cv), 0) AS group_cv, coalesce(sum(all_group), 0) AS all_group FROM"
    " (SELECT group_cv, all_group FROM plan_volume WHERE account_id = :account AND currency = :currency"
    " AND first_day = :first_day UNION ALL SELECT group_cv, all_group FROM plan_volume_delta"
    " WHERE account_id = :account AND currency = :currency AND first_day = :first_day) AS parts)"
    " INSERT INTO plan_volume_delta (currency, first_day, account_id, own, group_cv, all_group)"
    " SELECT :currency, :first_day, up.account_id, 0, :sign * moved.group_cv, :sign * moved.all_group"
    " FROM up, moved WHERE moved.group_cv <> 0 OR moved.all_group <> 0"
)
_CURRENCIES = select(PlanVersion.currency).where(PlanVersion.status == PlanStatus.ANNOUNCED).distinct()


def move(*, account_id: UUID, from_id: UUID | None, to_id: UUID | None, now: datetime) -> None:
    """Take somebody's group from those above the old sponsor to those above the new one, in the periods that go on.

    Earlier periods stay: they are closed with the sponsors of their end. Needs the turn that corrections take, which
    keeps sales away meanwhile.
    """
    for currency in sorted(db.session.scalars(_CURRENCIES)):
        plans = _plans(currency, now)
        plan = _in_force(plans, now)
        if plan is None or plan.period is None:
            continue
        span = sale_policies.span_of(plan, now)
        values = {"account": account_id, "currency": currency, "first_day": span.first}
        values |= {"ends": calendar.midnight(span.end, plan.period.timezone)}
        db.session.execute(_MOVE, {**values, "sponsor": from_id, "sign": -1})
        db.session.execute(_MOVE, {**values, "sponsor": to_id, "sign": 1})


# One statement: who reads meanwhile sees what was folded either here or there.
_FOLD = text(
    "WITH gone AS (DELETE FROM plan_volume_delta WHERE id IN"
    " (SELECT id FROM plan_volume_delta ORDER BY id LIMIT :most) RETURNING currency, first_day, account_id, own,"
    " group_cv, all_group),"
    " folded AS (INSERT INTO plan_volume AS v (currency, first_day, account_id, own, group_cv, all_group)"
    " SELECT currency, first_day, account_id, sum(own), sum(group_cv), sum(all_group) FROM gone"
    " GROUP BY currency, first_day, account_id ORDER BY currency, first_day, account_id"
    " ON CONFLICT (currency, first_day, account_id) DO UPDATE SET own = v.own + excluded.own,"
    " group_cv = v.group_cv + excluded.group_cv, all_group = v.all_group + excluded.all_group)"
    " SELECT count(*) FROM gone"
)


def fold(*, most: int = 20_000) -> int:
    """Add up what was counted since the last time; answers how many rows are gone (platform scope)."""
    return int(db.session.scalar(_FOLD, {"most": most}) or 0)
