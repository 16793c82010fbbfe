"""Reading retainers: a person's own in the hub in scope, and the one behind a right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, select

from hubapp.earnings.retainers import policies
from hubapp.earnings.retainers.errors import NoSuchTakeBack
from hubapp.earnings.retainers.models import Retainer, RetainerPeriod, RetainerTakeBack
from hubapp.earnings.retainers.policies import DAY, Period, Rhythm, State, Status, Terms
from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import queries as tenancy

MOST_TAKE_BACKS = 100


@dataclass(frozen=True, slots=True)
class Agreement:
    """A retainer with its state; `following`: the period that is earned next, None after the last."""

    retainer: Retainer
    state: State
    following: Period | None

    @property
    def next_on(self) -> date | None:
        """The day on which the next period is earned."""
        return None if self.following is None else self.following.last + DAY

    @property
    def explanation(self) -> dict[str, Any]:
        """What will explain the next period; empty after the last."""
        return {} if self.following is None else explanation(self.retainer, self.following)


@dataclass(frozen=True, slots=True)
class Earned:
    """A period that was earned, with what was agreed."""

    retainer: Retainer
    period: RetainerPeriod

    @property
    def owner(self) -> str:
        """Whose it is, as the books name them."""
        return f"account:{self.retainer.account_id}"


def terms_of(retainer: Retainer) -> Terms:
    """What was agreed, as values."""
    return Terms(retainer.amount, Rhythm(retainer.rhythm), retainer.first_day, retainer.last_day)


def explanation(retainer: Retainer, period: Period) -> dict[str, Any]:
    """What a period's amount follows from, as `shares.wording.explain` reads it."""
    return {
        "kind": "retainer",
        "amount": retainer.amount,
        "rhythm": retainer.rhythm,
        "first": period.first.isoformat(),
        "last": period.last.isoformat(),
        "days": period.days,
        "of_days": period.of_days,
    }


def agreement_of(retainer: Retainer, *, now: datetime) -> Agreement:
    """A retainer as it stands now."""
    today = policies.today(now, tenancy.hub_view(retainer.hub_id).zone)
    is_agreed = retainer.status == Status.AGREED
    following = policies.period_of(terms_of(retainer), retainer.periods_earned) if is_agreed else None
    return Agreement(retainer, policies.state(retainer.status, terms_of(retainer), today), following)


def agreed_with(account_id: UUID, *, now: datetime) -> Sequence[Agreement]:
    """What was agreed with a person in the hub in scope, the newest first, those that have ended among them."""
    statement = select(Retainer).where(
        Retainer.hub_id == require_hub_id(), Retainer.account_id == account_id, Retainer.status == Status.AGREED
    )
    return [agreement_of(row, now=now) for row in db.session.scalars(statement.order_by(Retainer.id.desc()))]


def earned(period_id: UUID) -> Earned | None:
    """The period of this id in the hub in scope, if it is one."""
    statement = (
        select(Retainer, RetainerPeriod)
        .join(Retainer, (Retainer.hub_id == RetainerPeriod.hub_id) & (Retainer.id == RetainerPeriod.retainer_id))
        .where(RetainerPeriod.hub_id == require_hub_id(), RetainerPeriod.id == period_id)
    )
    row = db.session.execute(statement).one_or_none()
    return None if row is None else Earned(row[0], row[1])


def periods_of(retainer_id: UUID, *, before: int | None = None, limit: int = 50) -> Sequence[RetainerPeriod]:
    """What a retainer of the hub in scope has earned, the newest first; `before`: the number of the last one seen."""
    statement = select(RetainerPeriod).where(
        RetainerPeriod.hub_id == require_hub_id(), RetainerPeriod.retainer_id == retainer_id
    )
    if before is not None:
        statement = statement.where(RetainerPeriod.number < before)
    return db.session.scalars(statement.order_by(RetainerPeriod.number.desc()).limit(limit)).all()


def take_back(take_back_id: UUID) -> RetainerTakeBack:
    """One of the hub in scope, as it is now. Refuses with NoSuchTakeBack."""
    statement = select(RetainerTakeBack).where(
        RetainerTakeBack.hub_id == require_hub_id(), RetainerTakeBack.id == take_back_id
    )
    found: RetainerTakeBack | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NoSuchTakeBack
    return found


def take_backs_of(retainer_id: UUID) -> Sequence[tuple[RetainerTakeBack, RetainerPeriod]]:
    """What somebody wanted back of a retainer of the hub in scope, with its period, the newest first."""
    return _take_backs(RetainerTakeBack.retainer_id == retainer_id)


def taken_back_from(account_id: UUID) -> Sequence[tuple[RetainerTakeBack, RetainerPeriod]]:
    """What was taken back from a person in the hub in scope, with its period, the newest first."""
    return _take_backs(RetainerTakeBack.account_id == account_id, RetainerTakeBack.status == Status.AGREED)


def _take_backs(*conditions: ColumnElement[bool]) -> Sequence[tuple[RetainerTakeBack, RetainerPeriod]]:
    same = (RetainerPeriod.hub_id == RetainerTakeBack.hub_id) & (RetainerPeriod.id == RetainerTakeBack.period_id)
    statement = select(RetainerTakeBack, RetainerPeriod).join(RetainerPeriod, same)
    statement = statement.where(RetainerTakeBack.hub_id == require_hub_id(), *conditions)
    rows = db.session.execute(statement.order_by(RetainerTakeBack.id.desc()).limit(MOST_TAKE_BACKS))
    return [(row[0], row[1]) for row in rows]
