"""Periods of the pay plan: how they stand, a dry run with its differences, closing one, and what it pays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.views.blueprint import actor, blueprint
from hubapp.earnings.compensation import queries, standing
from hubapp.earnings.compensation.models import PeriodStatus
from hubapp.earnings.compensation.services import periods
from hubapp.earnings.shares import wording
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access


@blueprint.get("/plan/periods")
@access.requires("central.payouts")
def plan_periods() -> ResponseReturnValue:
    """All that have begun, by currency, the latest first."""
    found = {currency: standing.standings(currency, now=clock.now()) for currency in queries.currencies()}
    rows = [one.row.id for ours in found.values() for one in ours if one.row is not None]
    return render_template("console/plan/periods.html", found=found, figures=standing.latest_figures(rows), money=Money)


@blueprint.get("/plan/periods/<plan_period>")
@access.requires("central.payouts")
def plan_period(plan_period: str) -> ResponseReturnValue:
    """One: its figures, its runs and what changed between them, its lines, and how far it is booked."""
    return render_template("console/plan/period.html", **_context(plan_period))


def _context(key: str) -> dict[str, Any]:
    found = standing.standing(key, now=clock.now())
    row = found.row
    lines = (
        standing.lines_of(row.id, after=request.args.get("after", type=UUID), limit=standing.PAGE + 1) if row else []
    )
    runs = standing.runs_of(row.id) if row else []
    shown = lines[: standing.PAGE]
    told = [change["account"] for run in runs for change in run.figures.get("changes", [])]
    people = {*(line.account_id for line in shown), *map(UUID, told)}
    more = len(lines) > standing.PAGE
    return {
        "found": found,
        "runs": runs,
        "figures": standing.latest_figures([row.id]).get(row.id) if row else None,
        "lines": shown,
        "progress": standing.progress_of(row.id) if row and row.status != PeriodStatus.OPEN else (0, 0),
        "names": {str(one): name for one, name in accounts.names(people).items()},
        "hub_names": hubs_of_network.names([line.in_hub_id for line in shown]),
        "part": wording.plan_part,
        "next_url": url_for("console.plan_period", plan_period=key, after=shown[-1].id) if more else "",
        "money": Money,
    }


@blueprint.post("/plan/periods/<plan_period>/dry-run")
@access.requires("central.payouts")
def dry_run_plan_period(plan_period: str) -> ResponseReturnValue:
    """Run it without paying anything."""
    return _acted(plan_period, periods.dry_run, _("Computed. Nothing was paid."))


@blueprint.post("/plan/periods/<plan_period>/close")
@access.requires("central.payouts")
def close_plan_period(plan_period: str) -> ResponseReturnValue:
    """Close it, once."""
    said = _("Closed. What it pays is being booked; this page shows how far that is.")
    return _acted(plan_period, periods.close, said)


def _acted(plan_period: str, act: Callable[..., Any], said: str) -> ResponseReturnValue:
    found = standing.standing(plan_period, now=clock.now())
    try:
        act(currency=found.currency, name=found.span.name, by=actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(said, "good")
    return redirect(url_for("console.plan_period", plan_period=plan_period), 303)
