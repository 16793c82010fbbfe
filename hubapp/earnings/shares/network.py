"""Reading turnover and shares across hubs, for the central team (platform scope); currencies are never added up."""

from __future__ import annotations

from collections.abc import Collection, Generator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select

from hubapp.earnings.shares.models import EarningClaim, EarningRight, OrderShare, ShareRuleVersion
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.queries import OUTSTANDING, is_free
from hubapp.earnings.shares.rules import Rules
from hubapp.kernel.db import db
from hubapp.money.ledger.policies import Purpose

TURNOVER = OrderShare.gross - OrderShare.refunded
# A cross-hub share has a row in the home hub too, and a retainer has one that no sale is behind.
SOLD_HERE = OrderShare.source.not_in((Purpose.CLEARING, Purpose.RETAINERS, Purpose.COMPENSATION))


@dataclass(frozen=True, slots=True)
class MonthOf:
    """A month's settled sales of one hub, or of all: `turnover` is what buyers paid less what went back."""

    month: date
    currency: str
    orders: int
    turnover: int


@dataclass(frozen=True, slots=True)
class HubTurnover:
    """A hub's turnover in one currency, in minor units: in its own current month, and since it opened."""

    currency: str
    month: int
    total: int


@dataclass(frozen=True, slots=True)
class RoleTotal:
    """What one role has from a month's sales, in minor units, refunds taken off."""

    currency: str
    role: str
    amount: int


@dataclass(frozen=True, slots=True)
class RuleRow:
    """A rule version as the central team sees it."""

    key: str
    effective_from: datetime
    is_published: bool
    rules: Rules


def months_of_network(months: Collection[date]) -> list[MonthOf]:
    """Turnover of all hubs by month and currency; each hub's month is that of its own time zone."""
    return _months(select(OrderShare).where(OrderShare.month.in_(months)))


def months_of_hub(hub_id: int, *, since: date) -> list[MonthOf]:
    """A hub's months from `since` on, the oldest first; months without sales are not in it."""
    return _months(select(OrderShare).where(OrderShare.hub_id == hub_id, OrderShare.month >= since))


def _months(rows: Select[OrderShare]) -> list[MonthOf]:
    statement = rows.where(SOLD_HERE).with_only_columns(
        OrderShare.month, OrderShare.currency, func.count(), func.sum(TURNOVER)
    )
    statement = statement.group_by(OrderShare.month, OrderShare.currency)
    found = db.session.execute(statement.order_by(OrderShare.month, OrderShare.currency)).all()
    return [MonthOf(month, currency, count, int(turnover)) for month, currency, count, turnover in found]


def turnover_of(months: dict[int, date]) -> dict[int, list[HubTurnover]]:
    """Hub → its turnover by currency. `months`: each hub's present month."""
    if not months:
        return {}
    # Hubs on either side of midnight are in different months: the last days' months apart, everything before in one.
    recent = case((OrderShare.month >= min(months.values()), OrderShare.month))
    rows = db.session.execute(
        select(OrderShare.hub_id, OrderShare.currency, recent, func.sum(TURNOVER))
        .where(OrderShare.hub_id.in_(months), SOLD_HERE)
        .group_by(OrderShare.hub_id, OrderShare.currency, recent)
        .order_by(OrderShare.hub_id, OrderShare.currency)
    ).all()
    sums: dict[tuple[int, str], list[int]] = {}
    for hub_id, currency, month, amount in rows:
        both = sums.setdefault((hub_id, currency), [0, 0])
        both[0] += int(amount) if month == months[hub_id] else 0
        both[1] += int(amount)
    found: dict[int, list[HubTurnover]] = {}
    for (hub_id, currency), (month_sum, total) in sums.items():
        found.setdefault(hub_id, []).append(HubTurnover(currency, month_sum, total))
    return found


def roles_of(month: date, *, hub_id: int | None = None) -> list[RoleTotal]:
    """What each role has from a month's sales, over all hubs or in one; the provider's fee is a role of its own."""
    sales = [OrderShare.month == month, SOLD_HERE] + ([] if hub_id is None else [OrderShare.hub_id == hub_id])
    rights = db.session.execute(
        select(EarningRight.currency, EarningRight.role, func.sum(EarningRight.amount - EarningRight.reversed))
        .join(OrderShare, (OrderShare.hub_id == EarningRight.hub_id) & (OrderShare.id == EarningRight.order_id))
        .where(*sales)
        .group_by(EarningRight.currency, EarningRight.role)
    ).all()
    fees = db.session.execute(
        select(OrderShare.currency, func.sum(OrderShare.fee)).where(*sales).group_by(OrderShare.currency)
    ).all()
    totals = [_total(row) for row in rights]
    totals += [RoleTotal(currency, Role.FEE, int(amount)) for currency, amount in fees if amount]
    order = list(Role)
    return sorted(totals, key=lambda total: (total.currency, order.index(Role(total.role))))


def _total(row: Row[str, str, int]) -> RoleTotal:
    currency, role, amount = row
    return RoleTotal(currency, role, int(amount))


@dataclass(frozen=True, slots=True)
class Outstanding:
    """What a person has and owes in one hub and currency, in minor units."""

    owner: str
    currency: str
    hub_id: int
    held: int
    available: int
    owed_back: int


def outstanding(*, now: datetime, hub_id: int | None = None) -> Generator[Outstanding, None, None]:
    """Everybody's open rights by person, currency and hub, in this order; one row after another, however many."""
    is_owed, is_due = OUTSTANDING < 0, is_free(now)
    sums = [
        func.coalesce(func.sum(OUTSTANDING).filter(~is_owed & ~is_due), 0),
        func.coalesce(func.sum(OUTSTANDING).filter(~is_owed & is_due), 0),
        func.coalesce(-func.sum(OUTSTANDING).filter(is_owed), 0),
    ]
    keys = (EarningRight.owner, EarningRight.currency, EarningRight.hub_id)
    statement = (
        select(*keys, *sums)
        .where(OUTSTANDING != 0, EarningRight.owner.startswith("account:"))
        .group_by(*keys)
        .order_by(*keys)
        .execution_options(yield_per=1_000)
    )
    if hub_id is not None:
        statement = statement.where(EarningRight.hub_id == hub_id)
    with db.session.execute(statement) as result:  # closed even when the reader stops early
        for row in result:
            yield Outstanding(row[0], row[1], row[2], int(row[3]), int(row[4]), int(row[5]))


def hubs_of(owner: str) -> list[int]:
    """The hubs in which somebody ever earned, members there or not."""
    statement = select(EarningRight.hub_id).where(EarningRight.owner == owner).distinct().order_by(EarningRight.hub_id)
    return list(db.session.scalars(statement))


@dataclass(frozen=True, slots=True)
class Taken:
    """What a payout took of one role's rights in a hub, in minor units; below zero what it kept back."""

    hub_id: int
    role: str
    lines: int
    amount: int


def taken_by(payout_id: UUID) -> list[Taken]:
    """A payout's claims over all hubs, by hub and role, what was kept back apart."""
    is_kept = EarningClaim.amount < 0
    rows = db.session.execute(
        select(EarningClaim.hub_id, EarningRight.role, func.count(), func.sum(EarningClaim.amount))
        .join(EarningRight, (EarningRight.hub_id == EarningClaim.hub_id) & (EarningRight.id == EarningClaim.right_id))
        .where(EarningClaim.payout_id == payout_id)
        .group_by(EarningClaim.hub_id, EarningRight.role, is_kept)
        .order_by(EarningClaim.hub_id, EarningRight.role, is_kept)
    )
    return [Taken(row[0], row[1], int(row[2]), int(row[3])) for row in rows]


def rule_versions() -> Sequence[RuleRow]:
    """All rule versions, the newest in force first; unpublished ones serve imports that name them."""
    statement = select(ShareRuleVersion).order_by(ShareRuleVersion.effective_from.desc(), ShareRuleVersion.key)
    return [
        RuleRow(row.key, row.effective_from, row.published, Rules.from_json(row.rules))
        for row in db.session.scalars(statement)
    ]
