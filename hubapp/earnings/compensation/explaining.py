"""What somebody was paid for a period, line by line, down to the sales of their own customers (platform scope).

For the group it ends at amounts that show nobody else's customers: what a whole leg, or a level, came to. Nothing is
computed again: lines are kept by a job after the close (services.lines), and only what they are called is looked up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select

from hubapp.earnings.compensation import corrected
from hubapp.earnings.compensation.corrected import Correction
from hubapp.earnings.compensation.errors import NoSuchPeriod
from hubapp.earnings.compensation.models import (
    Participant,
    PlanExplained,
    PlanLine,
    PlanPeriod,
    PlanRun,
    PlanSale,
    RunKind,
)
from hubapp.earnings.compensation.plans.told import Addend, Told, of_kept
from hubapp.earnings.compensation.standing import Standing
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts


@dataclass(frozen=True, slots=True)
class Part:
    """An addend of a line: `base` at `bps` (None: no single rate made it), and what it comes to; minor units.

    `number` and `day` are those of an order of one's own customer; `name` of who begins a leg, where they let it show.
    """

    why: str
    base: int
    bps: int | None
    amount: int
    number: str = ""
    day: datetime | None = None
    name: str = ""
    level: int | None = None
    hub_id: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A line with its parts, which sum to `amount`; before rules and caps it came to `computed`. Minor units."""

    component: str
    type: str
    parts: tuple[Part, ...]
    computed: int
    forfeited: int
    reason: str
    capped: int
    amount: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A closed period that has something of somebody's, before anything is computed again."""

    period: PlanPeriod
    run: PlanRun
    corrections: tuple[Correction, ...]
    later: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a closed period paid somebody, what its close changed of earlier ones, and later ones of it.

    `paid`: what the lines come to, in minor units; `lines` None: they are not kept yet.
    """

    period: PlanPeriod
    run: PlanRun
    paid: int
    lines: tuple[Explained, ...] | None
    corrections: tuple[Correction, ...]
    later: tuple[Correction, ...]

    @property
    def due(self) -> int:
        """With the corrections of earlier periods."""
        return self.paid + sum(one.difference for one in self.corrections)

    @property
    def by_now(self) -> int:
        """What the period comes to after later refunds, in minor units."""
        return self.paid + sum(one.difference for one in self.later)


def statement(*, account_id: UUID, standing: Standing) -> Statement:
    """What a period paid this person. Refuses with NoSuchPeriod where it is not closed, or has nothing of theirs."""
    found = paid(account_id=account_id, standing=standing)
    lines = _lines(account_id, found.period) if found.period.explained_at is not None else None
    sum_ = _sum(account_id, found.run)
    return Statement(found.period, found.run, sum_, lines, found.corrections, found.later)


def paid(*, account_id: UUID, standing: Standing) -> Paid:
    """What is known of it without computing. Refuses like `statement`."""
    found = None if standing.row is None else paid_in(account_id, standing.row)
    if found is None:
        raise NoSuchPeriod(standing.span.name, standing.currency)
    return found


def paid_in(account_id: UUID, period: PlanPeriod) -> Paid | None:
    """The same; None where the period is not closed, or has nothing of theirs."""
    if period.frozen is None:
        return None
    corrections = corrected.booked_with(account_id, period)
    if not corrections and not _has_lines(period.id, account_id):
        return None
    closing = select(PlanRun).where(PlanRun.period_id == period.id, PlanRun.kind == RunKind.CLOSE)
    return Paid(period, db.session.scalars(closing).one(), corrections, corrected.of_period(account_id, period))


def _has_lines(period_id: UUID, account_id: UUID) -> bool:
    statement = select(PlanLine.id).where(PlanLine.account_id == account_id, PlanLine.period_id == period_id)
    return db.session.scalar(statement.limit(1)) is not None


def _sum(account_id: UUID, run: PlanRun) -> int:
    mine = (PlanLine.account_id == account_id) & (PlanLine.period_id == run.period_id) & (PlanLine.run_id == run.id)
    return int(db.session.scalar(select(func.sum(PlanLine.amount)).where(mine)) or 0)


def _lines(account_id: UUID, period: PlanPeriod) -> tuple[Explained, ...]:
    """Empty for who looked after a hub in an earlier period, and only gives back of it in this one."""
    whose = (PlanExplained.period_id == period.id) & (PlanExplained.account_id == account_id)
    rows = db.session.scalar(select(PlanExplained.lines).where(whose)) or ()
    return explained(account_id, [of_kept(row) for row in rows])


def explained(account_id: UUID, lines: Sequence[Told]) -> tuple[Explained, ...]:
    """Lines of this person with what their orders and people are called now."""
    addends = [addend for line in lines for addend in line.addends]
    orders, names = _orders(account_id, addends), _names(addends)
    return tuple(
        Explained(
            line.component,
            line.type,
            tuple(_part(addend, orders, names) for addend in line.addends),
            line.computed,
            line.forfeited,
            line.reason,
            line.capped,
            line.amount,
        )
        for line in lines
    )


def _orders(account_id: UUID, addends: Iterable[Addend]) -> dict[str, tuple[str, datetime]]:
    """Sale → its order's number and day. By the seller too, as the index goes; by the id alone, hub after hub."""
    own = {UUID(addend.order) for addend in addends if addend.order is not None}
    theirs = (PlanSale.seller_id == account_id) & PlanSale.id.in_(own)
    rows = db.session.execute(select(PlanSale.id, PlanSale.number, PlanSale.ordered_at).where(theirs))
    return {str(row.id): (row.number, row.ordered_at) for row in rows}


def _names(addends: Iterable[Addend]) -> dict[str, str]:
    """Who begins a leg → their name, of those who let it show."""
    legs = {UUID(addend.leg) for addend in addends if addend.leg is not None}
    willing = select(Participant.account_id).where(Participant.account_id.in_(legs), Participant.shows_name)
    return {str(account_id): name for account_id, name in accounts.names(db.session.scalars(willing)).items()}


def _part(addend: Addend, orders: Mapping[str, tuple[str, datetime]], names: Mapping[str, str]) -> Part:
    number, day = orders.get(addend.order or "", ("", None))
    hub_id = int(addend.hub) if addend.hub is not None else None
    name = names.get(addend.leg or "", "")
    return Part(addend.why, addend.base, addend.bps, addend.amount, number, day, name, addend.level, hub_id)
