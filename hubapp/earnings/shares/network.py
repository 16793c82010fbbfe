"""Reading turnover and shares across hubs, for the central team (platform scope); currencies are never added up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, Select, case, func, select

from hubapp.earnings.shares.models import EarningRight, OrderShare, ShareRuleVersion
from hubapp.earnings.shares.policies import Role
from hubapp.earnings.shares.rules import Rules
from hubapp.kernel.db import db
from hubapp.money.ledger.policies import Purpose

TURNOVER = OrderShare.gross - OrderShare.refunded
# A cross-hub share has a row in the home hub too; the sale is the selling hub's alone.
SOLD_HERE = OrderShare.source != Purpose.CLEARING


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


def rule_versions() -> Sequence[RuleRow]:
    """All rule versions, the newest in force first; unpublished ones serve imports that name them."""
    statement = select(ShareRuleVersion).order_by(ShareRuleVersion.effective_from.desc(), ShareRuleVersion.key)
    return [
        RuleRow(row.key, row.effective_from, row.published, Rules.from_json(row.rules))
        for row in db.session.scalars(statement)
    ]
