"""What a version of the pay plan would do: who gets less, a year without anybody new, and one tree to try it on."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.console import plans, trying
from hubapp.console.views.blueprint import blueprint
from hubapp.earnings.compensation import queries, speaking
from hubapp.earnings.compensation.plans.trying import name_of, ranks_of
from hubapp.earnings.compensation.plans.words import components, pieces
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.web import access
from hubapp.web.htmx import htmx

PAGE = 50
FULL = 10_000


@blueprint.get("/plan/<uuid:version_id>/losers")
@access.requires("central.payouts")
def plan_losers(version_id: UUID) -> ResponseReturnValue:
    """Closed periods replayed: who would have got less, the worst first, and the ratio over history."""
    found = queries.version(version_id)
    periods, comparison = plans.replayed(queries.plan_of(found))
    after = max(0, request.args.get("after", 0, type=int))
    shown = comparison.rows[after : after + PAGE]
    more = len(comparison.rows) > after + PAGE
    return render_template(
        "console/plan/losers.html",
        version=found,
        comparison=comparison,
        rows=shown,
        after=after,
        history=list(zip(map(plans.name_of, periods), comparison.periods, strict=True)),
        names={str(one): name for one, name in accounts.names(UUID(row.member) for row in shown).items()},
        next_url=url_for("console.plan_losers", version_id=version_id, after=after + PAGE) if more else "",
        money=Money,
    )


@blueprint.get("/plan/<uuid:version_id>/flatline")
@access.requires("central.payouts")
def plan_flatline(version_id: UUID) -> ResponseReturnValue:
    """Twelve months of repeat sales alone."""
    found, errors = queries.version(version_id), {}
    plan = queries.plan_of(found)
    fixed = part = 0
    try:
        fixed = Money.parse(request.args.get("fixed") or "0", found.currency).amount
    except ValueError as error:
        errors["fixed"] = str(error)
    cap = FULL if plan.caps.total_bps is None else plan.caps.total_bps
    try:
        part = Money.parse(request.args.get("part") or f"{cap / 100:g}", "EUR").amount
    except ValueError as error:
        errors["part"] = str(error)
    part, fixed = min(max(part, 0), FULL), max(fixed, 0)
    periods, test = plans.without_anybody_new(plan, fixed=fixed, funding_bps=part)
    return render_template(
        "console/plan/flatline.html",
        version=found,
        test=test,
        begins=plans.name_of(periods[-1]) if periods else "",
        errors=errors,
        fixed=request.args.get("fixed", ""),
        part=request.args.get("part") or f"{cap / 100:g}",
        money=Money,
    ), 422 if errors else 200


@blueprint.get("/plan/<uuid:version_id>/what-if")
@access.requires("central.payouts")
def plan_what_if(version_id: UUID) -> ResponseReturnValue:
    """A little tree to try it on."""
    found = queries.version(version_id)
    plan = queries.plan_of(found)
    tree = trying.run(trying.typed(request.args), plan)
    names = [row.name or "–" for row in tree.rows if not row.is_empty]
    by_id = {name_of(place): name for place, name in enumerate(names)}
    speech = speaking.speech(plan)
    return render_template(
        "console/plan/_pays.html" if htmx else "console/plan/what_if.html",
        version=found,
        tree=tree,
        ranks=[(rank, rank) for rank in ranks_of(plan)],
        say=lambda piece: pieces.sentence(piece, speech, lambda one: by_id.get(one, one)),
        reason=pieces.reason,
        title_of=components.title,
        shown=speech.money,
    )
