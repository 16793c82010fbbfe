"""Reading shares: the rules in force, how an order was or would be split, and what an owner has earned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Select, bindparam, func, select

from hubapp.earnings.shares import policies
from hubapp.earnings.shares.errors import NotSettled, UnknownRules
from hubapp.earnings.shares.models import EarningRight, MonthTurnover, OrderShare, ShareRuleVersion
from hubapp.earnings.shares.policies import Amounts, Netting, Parties, Role
from hubapp.earnings.shares.rules import Rules, RuleVersion, Terms
from hubapp.kernel.db import db, require_hub_id, standing
from hubapp.tenancy import queries as tenancy


@dataclass(frozen=True, slots=True)
class ShareLine:
    """One line of a split, in minor units; the lines of an order sum to its price. Role "fee" is the provider's."""

    role: str
    owner: str
    amount: int
    reversed: int
    rate_bps: int | None
    explanation: dict[str, Any]
    available_at: datetime | None
    is_vacant: bool = False


class Totals(NamedTuple):
    """An owner's earnings in minor units: held or disputed, free to be paid out, taken by payouts, owed back.

    `owed_back` is what refunds took of sales that payouts had paid; later payouts keep it back bit by bit.
    """

    held: int
    available: int
    claimed: int
    owed_back: int


OUTSTANDING: ColumnElement[int] = EarningRight.amount - EarningRight.reversed - EarningRight.claimed


# Made once: every order asks.
_IN_FORCE = (
    select(ShareRuleVersion.key, ShareRuleVersion.effective_from, ShareRuleVersion.rules)
    .where(
        ShareRuleVersion.published,
        ShareRuleVersion.effective_from <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(ShareRuleVersion.effective_from.desc(), ShareRuleVersion.key.desc())
    .limit(1)
)


def rules(now: datetime) -> RuleVersion:
    """The published version in force. Raises UnknownRules when there is none."""
    row = db.session.execute(_IN_FORCE, {"now": now}).one_or_none()
    if row is None:
        raise UnknownRules("no published rule version is in force")
    key, effective_from, data = row
    return RuleVersion(key, effective_from, Rules.from_json(data))


def rules_of(key: str) -> RuleVersion:
    """A version by its key, published or not. Raises UnknownRules."""
    row = db.session.get(ShareRuleVersion, key)
    if row is None:
        raise UnknownRules(f"there is no rule version {key}")
    return _version(row)


def _version(row: ShareRuleVersion) -> RuleVersion:
    return RuleVersion(row.key, row.effective_from, Rules.from_json(row.rules))


def month_of(moment: datetime) -> date:
    """First day of the month of the hub in scope, by its own time zone."""
    zone = tenancy.hub_view(require_hub_id()).zone
    return moment.astimezone(zone).date().replace(day=1)


def turnover(*, currency: str, now: datetime) -> int:
    """What the hub in scope has turned over this month, in minor units."""
    found = db.session.scalar(
        select(MonthTurnover.turnover).where(
            MonthTurnover.hub_id == require_hub_id(),
            MonthTurnover.month == month_of(now),
            MonthTurnover.currency == currency,
        )
    )
    return found or 0


def is_settled(order_id: UUID) -> bool:
    """Whether the order was split already."""
    return db.session.get(OrderShare, (require_hub_id(), order_id)) is not None


# One question for both, put together once: splits stand on receipts and on every member's front page.
_SPLITS = (
    select(
        OrderShare.fee,
        EarningRight.role,
        EarningRight.owner,
        EarningRight.amount,
        EarningRight.reversed,
        EarningRight.rate_bps,
        EarningRight.explanation,
        EarningRight.available_at,
        EarningRight.is_vacant,
    )
    .select_from(OrderShare)
    .outerjoin(
        EarningRight,
        (EarningRight.hub_id == OrderShare.hub_id)
        & (EarningRight.order_id == OrderShare.id)
        & (EarningRight.role != Role.DISPUTE_FEE),  # a debt beside the split, whose lines sum to the price
    )
    .where(OrderShare.hub_id == bindparam("hub"))
    .order_by(EarningRight.position)
)
_SPLIT = standing(_SPLITS.where(OrderShare.id == bindparam("order")))


@dataclass(frozen=True, slots=True)
class SettledSplit:
    """A settled order and the lines of its split; `gross` in minor units of `currency`."""

    order_id: UUID
    number: str
    gross: int
    currency: str
    lines: list[ShareLine]


@cache  # one per kind of question
def _latest(orders: Select[UUID]) -> Select[Any]:
    newest = select(OrderShare.id).where(OrderShare.hub_id == bindparam("hub"), OrderShare.id.in_(orders))
    newest = newest.order_by(OrderShare.settled_at.desc(), OrderShare.id.desc()).limit(1)
    columns = (OrderShare.id, OrderShare.number, OrderShare.gross, OrderShare.currency)
    return standing(_SPLITS.add_columns(*columns).where(OrderShare.id == newest.scalar_subquery()))


def latest_split(orders: Select[UUID], **values: Any) -> SettledSplit | None:
    """The split of the one of `orders` (a statement that selects ids, made once) that was settled last."""
    rows = db.session.execute(_latest(orders), {"hub": require_hub_id(), **values}).all()
    if not rows:
        return None
    first = rows[0]
    return SettledSplit(first.id, first.number, first.gross, first.currency, _share_lines(rows))


def split_of(order_id: UUID) -> list[ShareLine]:
    """How a settled order was split, the provider's fee included. Raises NotSettled."""
    rows = db.session.execute(_SPLIT, {"hub": require_hub_id(), "order": order_id}).all()
    if not rows:
        raise NotSettled("This order is not paid yet.")
    return _share_lines(rows)


def _share_lines(rows: Sequence[Any]) -> list[ShareLine]:
    fee = rows[0].fee
    lines = [
        ShareLine(
            row.role,
            row.owner,
            row.amount,
            row.reversed,
            row.rate_bps,
            row.explanation,
            row.available_at,
            row.is_vacant,
        )
        for row in rows
        if row.role is not None  # a sale for nothing gives nobody a right
    ]
    if fee:
        lines.append(ShareLine(Role.FEE, "provider", fee, 0, None, {"kind": "fee", "fee": fee}, None))
    return lines


def dispute_fee_of(order_id: UUID) -> int:
    """What the seller of an order in the hub in scope was charged for disputes that were lost, in minor units."""
    charged = select(func.sum(-EarningRight.amount)).where(
        EarningRight.hub_id == require_hub_id(),
        EarningRight.order_id == order_id,
        EarningRight.role == Role.DISPUTE_FEE,
    )
    return int(db.session.scalar(charged) or 0)


def preview(
    *, amounts: Amounts, parties: Parties, currency: str, now: datetime, terms: Terms | None = None
) -> list[ShareLine]:
    """How a sale would be split now; the hub's month may move on before it is paid."""
    terms = terms or rules(now).terms
    parts = policies.split(
        amounts=amounts,
        parties=parties,
        rules=terms.rules,
        currency=currency,
        turnover=turnover(currency=currency, now=now),
    )
    return [
        ShareLine(part.role, part.owner, part.amount, 0, part.rate_bps, part.explanation, None, part.is_vacant)
        for part in parts
        if part.amount
    ]


def payable(owner: str, currency: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Conditions of the rights that a payout takes: available and not taken, or taken and refunded since."""
    return (
        EarningRight.owner == owner,
        EarningRight.currency == currency,
        OUTSTANDING != 0,
        is_free(now) | (OUTSTANDING < 0),
    )


def is_free(now: datetime) -> ColumnElement[bool]:
    """The hold is over and nobody disputes the sale."""
    return (EarningRight.available_at <= now) & ~EarningRight.is_frozen


def available(*, owner: str, currency: str, now: datetime) -> int:
    """What is free to be paid out, in minor units; never below zero."""
    return totals_of(owner, currency, now).available


def netting_of(owner: str, currency: str, now: datetime, *, step: int = 1) -> Netting:
    """What a payout would take and keep back now, by the rules in force."""
    totals = totals_of(owner, currency, now)
    bps = rules(now).rules.owed_back_bps
    return policies.netting(available=totals.available, owed=totals.owed_back, bps=bps, step=step)


def totals_of(owner: str, currency: str, now: datetime) -> Totals:
    """An owner's held, available, claimed and owed earnings in the hub in scope."""
    is_owed = OUTSTANDING < 0
    is_payable = is_free(now) & ~is_owed
    row = db.session.execute(
        select(
            func.coalesce(func.sum(OUTSTANDING).filter(~is_payable & ~is_owed), 0),
            func.coalesce(func.sum(OUTSTANDING).filter(is_payable), 0),
            func.coalesce(func.sum(EarningRight.claimed), 0),
            func.coalesce(-func.sum(OUTSTANDING).filter(is_owed), 0),
        ).where(EarningRight.hub_id == require_hub_id(), EarningRight.owner == owner, EarningRight.currency == currency)
    ).one()
    return Totals(*(int(value) for value in row))


def hubs_with_available(*, owner: str, currency: str, now: datetime) -> list[int]:
    """Ids of the hubs where something is available to `owner` (platform scope: sees all hubs)."""
    statement = (
        select(EarningRight.hub_id)
        .where(*payable(owner, currency, now), OUTSTANDING > 0)
        .group_by(EarningRight.hub_id)
        .order_by(EarningRight.hub_id)
    )
    return list(db.session.scalars(statement))
