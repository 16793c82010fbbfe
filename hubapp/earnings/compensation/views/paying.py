"""What the pay plan paid the person who asks: period by period, every line in words down to what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_login import current_user

from hubapp.earnings.compensation import calendar, edge, explaining, queries, standing
from hubapp.earnings.compensation.explaining import Part
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans.words import pieces
from hubapp.earnings.compensation.services import filing
from hubapp.earnings.shares import wording
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.tenancy import network
from hubapp.web import access, areas

# On the central site: a group crosses hubs, and a period is one over all of them.
pages = areas.central_blueprint("plan_pay", __name__, url_prefix="/plan/pay")
FOLDER = "earnings/compensation"


@pages.get("")
@access.requires()
def periods() -> ResponseReturnValue:
    """The periods that paid something, or took something back."""
    found = [(_name(one.period), one) for one in standing.periods_of(current_user.account_id)]
    plans = [row for currency in queries.currencies() for row in queries.announced(currency)]
    return render_template(f"{FOLDER}/pay.html", periods=found, plans=plans, money=Money)


def _name(period: PlanPeriod) -> str:
    return calendar.of_days(period.first_day, period.end_day).name


@pages.get("/<plan_period>")
@access.requires()
def period(plan_period: str) -> ResponseReturnValue:
    """One period: every line with what it is made of, and what later refunds changed."""
    place = standing.standing(plan_period, now=clock.now())
    found = explaining.statement(account_id=current_user.account_id, standing=place)
    names = network.names(
        sorted({part.hub_id for line in found.lines for part in line.parts if part.hub_id is not None})
    )
    return render_template(
        f"{FOLDER}/statement.html",
        found=found,
        place=place,
        say=lambda part: _say(part, names),
        reason=pieces.reason_told,
        part=wording.plan_part,
        span_name=_name,
        money=Money,
    )


def _say(part: Part, hub_names: Mapping[int, tuple[str, str]]) -> str:
    day = format_date(part.day) if part.day is not None else ""
    hub = hub_names[part.hub_id][1] if part.hub_id is not None else ""
    return pieces.told(part.why, number=part.number, day=day, name=part.name, level=part.level, hub=hub)


@pages.get("/<plan_period>/statement.json")
@access.requires()
def statement_file(plan_period: str) -> Response:
    """The same as a signed file, which anybody can check away from this server."""
    now = clock.now()
    name, body = filing.signed(
        account_id=current_user.account_id,
        name=current_user.name,
        standing=standing.standing(plan_period, now=now),
        settings=edge.settings(),
        now=now,
    )
    answer = Response(body, mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer
