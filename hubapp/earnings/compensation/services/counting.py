"""Counting volumes between closes: what one sale or refund adds to each person above it, as rows that nobody waits for.

Volumes are the sums of what was folded and what was not yet: at any moment what the close would count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from psycopg.types.numeric import Int8
from sqlalchemy import select, text

from hubapp.earnings.compensation import calendar, sale_policies, sources
from hubapp.earnings.compensation.calendar import EVENT_COLUMNS, Span
from hubapp.earnings.compensation.models import PlanSale, PlanVersion
from hubapp.earnings.compensation.models.plans import PlanStatus
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.schema import Base, Plan
from hubapp.kernel.db import ask, db

# Which moments of a sale a change is news of.
AT_SALE = ("ordered_at", "paid_at")
AT_HANDOVER = ("handed_over_at",)
ALWAYS = (*AT_SALE, *AT_HANDOVER)
CUSTOMER, PARTICIPANT = BUYERS.index("customer"), BUYERS.index("participant")


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


def wait_for_corrections() -> None:
    """Wait while somebody's sponsor is being corrected, and keep others from it: sales never wait for one another.

    Else a sale could count for those above the old sponsor after their volumes have moved to the new one's.
    """
    ask("SELECT pg_advisory_xact_lock_shared(hashtextextended('sponsorship', 0))")


def count(*, changes: Sequence[Change]) -> None:
    """Add changes of one order to the volumes of its seller and everybody above, in the periods that count them.

    One question to the database, which waits for corrections, looks who bought and adds; see migration 0110.
    """
    counted = [change for change in changes if (change.cv or change.points) and change.sale.seller_id is not None]
    if not counted:
        return
    currency = counted[0].sale.currency
    while not _is_counted(counted, _remembered.get(currency)):
        _remembered[currency] = _announced(currency)


@dataclass(frozen=True, slots=True)
class Announced:
    """A currency's plans, the latest first; `known_as`: their digests."""

    known_as: str
    plans: Sequence[Plan]


# As they were when somebody looked. The database says of each sale whether there are others by now.
_remembered: dict[str, Announced] = {}


def _announced(currency: str) -> Announced:
    rows = ask(
        "SELECT digest, source FROM plan_version WHERE status = 'announced' AND currency = %(currency)s"
        " ORDER BY effective_from DESC",
        {"currency": currency},
    )
    return Announced("".join(digest for digest, _ in rows), [sources.read(source) for _, source in rows])


@dataclass(slots=True)
class Sum:
    """What the lines of an order come to in a period: if the buyer is outside, if they are inside, and all cv."""

    cv: int = 0
    pv: int = 0
    inside_cv: int = 0
    inside_pv: int = 0
    every: int = 0

    def add(self, change: Change, base: Base) -> None:
        """One line more."""
        if sale_policies.is_counted(kind=change.sale.kind, buyer=CUSTOMER, base=base):
            self.cv, self.pv = self.cv + change.cv, self.pv + change.points
        if sale_policies.is_counted(kind=change.sale.kind, buyer=PARTICIPANT, base=base):
            self.inside_cv, self.inside_pv = self.inside_cv + change.cv, self.inside_pv + change.points
        self.every += change.cv


def _is_counted(changes: Sequence[Change], announced: Announced | None) -> bool:
    """Whether these are the plans that are announced; if not, nothing was counted."""
    if announced is None:
        return False
    sums: dict[datetime, tuple[Counted, Sum]] = {}  # one plan is in force at a moment, and counts one of a sale's
    for change in changes:
        for name in change.moments:
            moment = getattr(change.sale, name)
            place = None if moment is None else _counted_in(announced.plans, name, moment)
            if place is not None:
                sums.setdefault(moment, (place, Sum()))[1].add(change, place.base)
    sale = changes[0].sale
    if not sums:
        return announced.known_as == _announced(sale.currency).known_as
    for at, (moment, (place, sum_)) in enumerate(sums.items()):
        known_as = None if at else announced.known_as  # asked once: when a part is counted, the rest is by the same
        if not _add(sale, place, moment, sum_, known_as):
            return False
    return True


def _add(sale: PlanSale, place: Counted, moment: datetime, sum_: Sum, known_as: str | None) -> bool:
    values = {
        "known_as": known_as,
        "currency": sale.currency,
        "seller": sale.seller_id,
        "buyer": sale.buyer_id,
        "moment": moment,
        "day": place.span.first,
        "starts": place.starts_at,
        "ends": place.ends_at,
        "zone": place.timezone,
        "lookback": place.base.lookback_days,
        # In one width: the driver would choose one by the number, and have a plan made for each mixture of them.
        **{name: Int8(getattr(sum_, name)) for name in Sum.__slots__},
    }
    ((is_known,),) = ask(
        "SELECT plan_count(%(known_as)s, %(currency)s, %(seller)s, %(buyer)s, %(moment)s, %(day)s, %(starts)s,"
        " %(ends)s, %(zone)s, %(lookback)s, %(cv)s, %(pv)s, %(inside_cv)s, %(inside_pv)s, %(every)s)",
        values,
    )
    return bool(is_known)


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
        plan = _in_force(_announced(currency).plans, now)
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
