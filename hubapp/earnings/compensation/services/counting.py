"""Counting volumes between closes: what one sale or refund adds to each person above it, as rows that nobody waits for.

Volumes are the sums of what was folded and what was not yet: at any moment what the close would count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from psycopg.types.numeric import Int8
from sqlalchemy import select, text

from hubapp.earnings.compensation import calendar, sale_policies, sources
from hubapp.earnings.compensation.calendar import EVENT_COLUMNS, Span
from hubapp.earnings.compensation.models import PlanSale, PlanVersion
from hubapp.earnings.compensation.models.plans import PlanStatus
from hubapp.earnings.compensation.plans.live import NOTHING, Volumes
from hubapp.earnings.compensation.plans.schema import Base, Plan
from hubapp.earnings.compensation.sale_policies import Standing, Term
from hubapp.kernel.db import ask, db

# Which moments of a sale a change is news of.
AT_SALE = ("ordered_at", "paid_at")
AT_HANDOVER = ("handed_over_at",)
ALWAYS = (*AT_SALE, *AT_HANDOVER)
A_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Change:
    """`cv` and `pv` more or less of a sale, in the periods that count one of these moments of it."""

    sale: PlanSale
    cv: int
    pv: int
    moments: tuple[str, ...]

    @property
    def points(self) -> int:
        """What was given away counts for nobody, whatever points it has: the close leaves it out."""
        return self.pv if self.sale.amount else 0


@dataclass(frozen=True, slots=True)
class Counted:
    """The period of a plan in which a moment counts, with the plan's time zone."""

    span: Span
    base: Base
    timezone: str
    event: str

    @property
    def starts_at(self) -> datetime:
        """When its first day begins there."""
        return calendar.midnight(self.span.first, self.timezone)

    @property
    def ends_at(self) -> datetime:
        """What is true then is true for the whole period: who stands under whom."""
        return calendar.midnight(self.span.end, self.timezone)


# `since < ends`: as the close sees the tree. One index look-up per step up, about a dozen of them.
_ADD = (
    "WITH RECURSIVE up AS (SELECT %(seller)s::uuid AS account_id, true AS is_own UNION ALL"
    " SELECT latest.sponsor_id, false FROM up CROSS JOIN LATERAL (SELECT sponsor_id FROM sponsorship"
    " WHERE sponsorship.account_id = up.account_id AND since < %(ends)s ORDER BY since DESC LIMIT 1) AS latest"
    " WHERE latest.sponsor_id IS NOT NULL)"
    " INSERT INTO plan_volume_delta"
    " (currency, first_day, account_id, own, own_pv, group_cv, group_pv, outside, all_group)"
    " SELECT %(currency)s, %(first_day)s::date, account_id, CASE WHEN is_own THEN %(cv)s ELSE 0 END,"
    " CASE WHEN is_own THEN %(pv)s ELSE 0 END, %(cv)s, %(pv)s, %(outside)s, %(every)s FROM up"
)
_SOURCES = (
    "SELECT source FROM plan_version WHERE status = %(status)s AND currency = %(currency)s"
    " AND effective_from <= %(day)s ORDER BY effective_from DESC"
)


def wait_for_corrections() -> None:
    """Wait while somebody's sponsor is being corrected, and keep others from it: sales never wait for one another.

    Else a sale could count for those above the old sponsor after their volumes have moved to the new one's.
    """
    ask("SELECT pg_advisory_xact_lock_shared(hashtextextended('sponsorship', 0))")


def count(*, changes: Sequence[Change], now: datetime) -> None:
    """Add changes of one order to the volumes of its seller and everybody above, in the periods that count them.

    One question, and one statement that writes: what the lines of an order come to is one row a person.
    """
    counted = [change for change in changes if (change.cv or change.points) and change.sale.seller_id is not None]
    if not counted:
        return
    plans, buyer = _before(counted[0].sale, now)
    sums: dict[tuple[date, datetime], Volumes] = {}
    for change in counted:
        for name in change.moments:
            moment = getattr(change.sale, name)
            place = None if moment is None else _counted_in(plans, name, moment)
            if place is not None:
                period = (place.span.first, place.ends_at)
                sums[period] = sums.get(period, NOTHING) + _volumes(change, place, moment, buyer)
    for (first_day, ends), volumes in sums.items():
        _add(counted[0].sale, first_day, ends, volumes)


@dataclass(frozen=True, slots=True)
class Buyer:
    """Since when they take part, if ever, and when they look after a hub."""

    standing: Standing | None
    terms: Sequence[Term]


def _before(sale: PlanSale, now: datetime) -> tuple[list[Plan], Buyer]:
    """The plans, the latest first, and what is known of the buyer once no correction is under way any more.

    Waits like `wait_for_corrections`, where there is a plan, and sees what came of it: both in one question.
    """
    values = {"currency": sale.currency, "day": _latest_start(now), "buyer": sale.buyer_id}
    plans, times, terms = list[Plan](), list[tuple[datetime, datetime | None]](), list[Term]()
    found = ask("SELECT * FROM plan_before_counting(%(currency)s, %(day)s, %(buyer)s)", values)
    for source, takes_part, since, until in found:
        if source is not None:
            plans.append(sources.read(source))
        elif takes_part:
            times.append((since, until))
        else:
            terms.append(Term(since, until))
    return plans, Buyer(Standing(tuple(times)) if times else None, terms)


def _volumes(change: Change, place: Counted, moment: datetime, buyer: Buyer) -> Volumes:
    """What a change is to its seller; to everybody above it is the group's alone."""
    sale, standing = change.sale, buyer.standing
    starts, ends = place.starts_at, place.ends_at
    is_connector = any(term.meets(starts, ends) for term in buyer.terms)
    who = sale_policies.class_of_buyer(
        is_own=sale.buyer_id == sale.seller_id,
        is_inside=is_connector or (standing is not None and standing.has_come_back(starts, ends)),
        standing=standing,
        moment=moment,
        base=place.base,
        timezone=place.timezone,
    )
    is_counted = sale_policies.is_counted(kind=sale.kind, buyer=who, base=place.base)
    cv, pv = (change.cv, change.points) if is_counted else (0, 0)
    outside = 0 if who == sale_policies.PARTICIPANT else change.cv
    return Volumes(own=cv, own_pv=pv, gv=cv, gpv=pv, from_customers=outside, everything=change.cv)


def _add(sale: PlanSale, first_day: date, ends: datetime, volumes: Volumes) -> None:
    # In one width: the driver would choose one by the number, and have a plan made for each mixture of them.
    figures = {"cv": Int8(volumes.gv), "pv": Int8(volumes.gpv)}
    figures |= {"outside": Int8(volumes.from_customers), "every": Int8(volumes.everything)}
    ask(_ADD, {"seller": sale.seller_id, "currency": sale.currency, "first_day": first_day, "ends": ends, **figures})


def _counted_in(plans: Sequence[Plan], name: str, moment: datetime) -> Counted | None:
    """The period that counts this moment of a sale, by the plan in force when that period began."""
    plan = _in_force(plans, moment)
    period, base = (None, None) if plan is None else (plan.period, plan.base)
    if plan is None or period is None or base is None or EVENT_COLUMNS[period.event_time] != name:
        return None
    return Counted(sale_policies.span_of(plan, moment), base, period.timezone, name)


def _in_force(plans: Sequence[Plan], moment: datetime) -> Plan | None:
    for plan in plans:  # the latest first
        first = sale_policies.span_of(plan, moment).first
        if plan.effective_from is not None and plan.effective_from <= first:
            return plan
    return None


def _plans(currency: str, now: datetime) -> list[Plan]:
    values = {"status": PlanStatus.ANNOUNCED.value, "currency": currency, "day": _latest_start(now)}
    found = ask(_SOURCES, values)
    return [sources.read(source) for (source,) in found]


def _latest_start(now: datetime) -> date:
    return now.date() + A_DAY  # wherever the plan's days begin


_MOVE = text(
    "WITH RECURSIVE up AS (SELECT CAST(:sponsor AS uuid) AS account_id WHERE CAST(:sponsor AS uuid) IS NOT NULL"
    " UNION ALL SELECT latest.sponsor_id FROM up CROSS JOIN LATERAL (SELECT sponsor_id FROM sponsorship"
    " WHERE sponsorship.account_id = up.account_id AND since < :ends ORDER BY since DESC LIMIT 1) AS latest"
    " WHERE latest.sponsor_id IS NOT NULL),"
    " moved AS (SELECT coalesce(sum(group_cv), 0) AS group_cv, coalesce(sum(group_pv), 0) AS group_pv,"
    " coalesce(sum(outside), 0) AS outside, coalesce(sum(all_group), 0) AS all_group FROM"
    " (SELECT group_cv, group_pv, outside, all_group FROM plan_volume WHERE account_id = :account"
    " AND currency = :currency AND first_day = :first_day"
    " UNION ALL SELECT group_cv, group_pv, outside, all_group FROM plan_volume_delta"
    " WHERE account_id = :account AND currency = :currency AND first_day = :first_day) AS parts)"
    " INSERT INTO plan_volume_delta"
    " (currency, first_day, account_id, own, own_pv, group_cv, group_pv, outside, all_group)"
    " SELECT :currency, :first_day, up.account_id, 0, 0, :sign * moved.group_cv, :sign * moved.group_pv,"
    " :sign * moved.outside, :sign * moved.all_group FROM up, moved"
    " WHERE moved.group_cv <> 0 OR moved.group_pv <> 0 OR moved.all_group <> 0"
)
_CURRENCIES = select(PlanVersion.currency).where(PlanVersion.status == PlanStatus.ANNOUNCED).distinct()


def running(*, now: datetime) -> list[tuple[str, Counted]]:
    """Each currency that has a plan in force, with the period that goes on."""
    found = []
    for currency in sorted(db.session.scalars(_CURRENCIES)):
        plan = _in_force(_plans(currency, now), now)
        if plan is None or plan.period is None or plan.base is None:
            continue
        event = EVENT_COLUMNS[plan.period.event_time]
        place = Counted(sale_policies.span_of(plan, now), plan.base, plan.period.timezone, event)
        found.append((currency, place))
    return found


def move(*, account_id: UUID, from_id: UUID | None, to_id: UUID | None, now: datetime) -> None:
    """Take somebody's group from those above the old sponsor to those above the new one, in the periods that go on.

    Earlier periods stay: they are closed with the sponsors of their end. Needs the turn that corrections take, which
    keeps sales away meanwhile.
    """
    for currency, place in running(now=now):
        values = {"account": account_id, "currency": currency, "first_day": place.span.first, "ends": place.ends_at}
        db.session.execute(_MOVE, {**values, "sponsor": from_id, "sign": -1})
        db.session.execute(_MOVE, {**values, "sponsor": to_id, "sign": 1})


# One statement: who reads meanwhile sees what was folded either here or there.
_FOLD = text(
    "WITH gone AS (DELETE FROM plan_volume_delta WHERE id IN"
    " (SELECT id FROM plan_volume_delta ORDER BY id LIMIT :most) RETURNING currency, first_day, account_id, own,"
    " own_pv, group_cv, group_pv, outside, all_group),"
    " folded AS (INSERT INTO plan_volume AS v"
    " (currency, first_day, account_id, own, own_pv, group_cv, group_pv, outside, all_group)"
    " SELECT currency, first_day, account_id, sum(own), sum(own_pv), sum(group_cv), sum(group_pv), sum(outside),"
    " sum(all_group) FROM gone GROUP BY currency, first_day, account_id ORDER BY currency, first_day, account_id"
    " ON CONFLICT (currency, first_day, account_id) DO UPDATE SET own = v.own + excluded.own,"
    " own_pv = v.own_pv + excluded.own_pv, group_cv = v.group_cv + excluded.group_cv,"
    " group_pv = v.group_pv + excluded.group_pv, outside = v.outside + excluded.outside,"
    " all_group = v.all_group + excluded.all_group)"
    " SELECT count(*) FROM gone"
)


def fold(*, most: int = 20_000) -> int:
    """Add up what was counted since the last time; answers how many rows are gone (platform scope)."""
    return int(db.session.scalar(_FOLD, {"most": most}) or 0)
