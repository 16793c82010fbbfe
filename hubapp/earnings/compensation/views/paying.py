"""What the pay plan paid the person who asks: period by period, every line in words down to what it is made of."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_login import current_user

from hubapp.earnings.compensation import calendar, edge, explaining, queries, standing
from hubapp.earnings.compensation.explaining import Part
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans.words import pieces
from hubapp.earnings.compensation.services import filing, lines
from hubapp.earnings.compensation.standing import Standing
from hubapp.earnings.shares import wording
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.tenancy import network
from hubapp.web import access, areas
from hubapp.web.htmx import asked_again

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
@asked_again
def period(plan_period: str) -> ResponseReturnValue:
    """One period: every line with what it is made of, and what later refunds changed."""
    place = standing.standing(plan_period, now=clock.now())
    found = explaining.statement(account_id=current_user.account_id, standing=place)
    kept = found.lines or ()
    names = network.names(sorted({part.hub_id for line in kept for part in line.parts if part.hub_id is not None}))
    state = lines.ask(period=found.period) if found.lines is None else None
    return render_template(
        f"{FOLDER}/statement.html",
        found=found,
        place=place,
        is_given_up=state is not None and state.is_given_up,
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
def statement_file(plan_period: str) -> ResponseReturnValue:
    """The same as a signed file, which anybody can check away from this server; not made yet, a page that waits."""
    place = standing.standing(plan_period, now=clock.now())
    kept = _kept(place)
    if kept is None:
        filing.ask(account_id=current_user.account_id, standing=place)
        return redirect(url_for(".signing", plan_period=plan_period), 303)
    name, body = kept
    answer = Response(body, mimetype="application/json")
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


@pages.get("/<plan_period>/signing")
@access.requires()
@asked_again
def signing(plan_period: str) -> ResponseReturnValue:
    """How the file gets on: a job computes a whole network for it, several where something was corrected."""
    place = standing.standing(plan_period, now=clock.now())
    # The job first: one that comes to its end in between has left its file.
    state = filing.state(account_id=current_user.account_id, standing=place)
    is_made = _kept(place) is not None
    page = render_template(f"{FOLDER}/signing.html", place=place, is_made=is_made, state=state)
    return page, 200 if is_made else 202


def _kept(place: Standing) -> tuple[str, bytes] | None:
    return filing.kept(account_id=current_user.account_id, standing=place, settings=edge.settings())
