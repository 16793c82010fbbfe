"""Telling people of a plan that was announced, and of a period that was closed: batch by batch, nobody twice."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, select, text

from hubapp.earnings.compensation import calendar, queries
from hubapp.earnings.compensation.models import PlanLine, PlanPeriod, PlanRun
from hubapp.earnings.compensation.notices import ANNOUNCED, CLOSED
from hubapp.kernel.db import db
from hubapp.people.notifications import services as notifications

AT_ONCE = 500
NOBODY = UUID(int=0)

# Who takes part, and who looks after a hub that sells in the plan's currency.
_CONCERNED = text(
    "SELECT account_id FROM participant WHERE left_at IS NULL AND account_id > :after"
    " UNION SELECT term.account_id FROM connector_term AS term JOIN hub ON hub.id = term.in_hub_id"
    " WHERE term.until IS NULL AND hub.currency = :currency AND hub.status <> 'closed' AND term.account_id > :after"
    " ORDER BY account_id LIMIT :most"
)


def of_plan(*, version_id: UUID, after: UUID | None, now: datetime) -> UUID | None:
    """Tell the next people of a version; answers the last of them, None when everybody was told (platform scope)."""
    version = queries.version(version_id)
    values = {"after": after or NOBODY, "currency": version.currency, "most": AT_ONCE}
    people = list(db.session.scalars(_CONCERNED, values))
    notifications.tell(
        kind=ANNOUNCED.name,
        to_account_ids=people,
        hub_id=None,
        about=f"plan:{version.id}",
        occasion="announced",
        path=f"/plan/rules/{version.id}",
        context={"starts": version.effective_from.isoformat(), "currency": version.currency},
        now=now,
    )
    return people[-1] if len(people) == AT_ONCE else None


def of_period(*, period_id: UUID, after: UUID | None, now: datetime) -> UUID | None:
    """Tell the next of those for whom its close wrote a line, corrections of earlier periods too (platform scope).

    No amounts: what somebody was paid stands on their own page, and nowhere else. Answers as `of_plan` does.
    """
    period = db.session.get_one(PlanPeriod, period_id)
    name = calendar.of_days(period.first_day, period.end_day).name
    people = list(db.session.scalars(_with_lines(period, after or NOBODY)))
    notifications.tell(
        kind=CLOSED.name,
        to_account_ids=people,
        hub_id=None,
        about=f"plan_period:{period.id}",
        occasion="closed",
        path=f"/plan/pay/{period.currency}-{name}",
        context={"period": name, "currency": period.currency},
        now=now,
    )
    return people[-1] if len(people) == AT_ONCE else None


def _with_lines(period: PlanPeriod, after: UUID) -> Select[UUID]:
    runs = (
        select(PlanRun.id)
        .join(PlanPeriod, PlanPeriod.id == PlanRun.period_id)
        .where(PlanPeriod.currency == period.currency, PlanRun.cutoff == period.cutoff)
    )
    lines = select(PlanLine.account_id).where(PlanLine.run_id.in_(runs), PlanLine.account_id > after)
    return lines.distinct().order_by(PlanLine.account_id).limit(AT_ONCE)
