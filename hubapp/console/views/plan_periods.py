"""Periods of the pay plan: how they stand, having one run or closed by a job, how far that is, and what it pays."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.console.views.blueprint import actor, blueprint
from hubapp.earnings.compensation import progress, queries, standing
from hubapp.earnings.compensation.models import TaskKind
from hubapp.earnings.compensation.plans.words import pieces
from hubapp.earnings.compensation.services import asking
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
    return render_template(
        "console/plan/periods.html",
        found=found,
        figures=standing.latest_figures(rows),
        going=progress.going_on((one for ours in found.values() for one in ours), now=clock.now()),
        money=Money,
    )


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
        "progress": progress.of(found, now=clock.now()),
        "names": {str(one): name for one, name in accounts.names(people).items()},
        "hub_names": hubs_of_network.names([line.in_hub_id for line in shown]),
        "part": wording.plan_part,
        "reason": pieces.reason,
        "next_url": url_for("console.plan_period", plan_period=key, after=shown[-1].id) if more else "",
        "money": Money,
    }


@blueprint.post("/plan/periods/<plan_period>/dry-run")
@access.requires("central.payouts")
def dry_run_plan_period(plan_period: str) -> ResponseReturnValue:
    """Have it run without paying anything."""
    return _asked(plan_period, TaskKind.DRY)


@blueprint.post("/plan/periods/<plan_period>/close")
@access.requires("central.payouts")
def close_plan_period(plan_period: str) -> ResponseReturnValue:
    """Have it closed, once."""
    return _asked(plan_period, TaskKind.CLOSE)


@blueprint.get("/plan/periods/<plan_period>/progress")
@access.requires("central.payouts")
def plan_period_progress(plan_period: str) -> ResponseReturnValue:
    """How far it is, as a fragment; when it goes on no longer, the page is to load itself anew."""
    found = standing.standing(plan_period, now=clock.now())
    going = progress.of(found, now=clock.now())
    if not going.is_going_on:
        return Response(headers={"HX-Refresh": "true"})
    return render_template("console/plan/_progress.html", found=found, progress=going)


def _asked(plan_period: str, kind: TaskKind) -> ResponseReturnValue:
    found = standing.standing(plan_period, now=clock.now())
    try:
        asking.ask(currency=found.currency, name=found.span.name, kind=kind, by=actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    return redirect(url_for("console.plan_period", plan_period=plan_period), 303)
