"""Versions of the pay plan: drafting one with its lint beside it, proposing and deciding, and what it would change."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import plans
from hubapp.console.views.blueprint import actor, blueprint
from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.models import PlanStatus, PlanVersion
from hubapp.earnings.compensation.plans.words import components
from hubapp.earnings.compensation.services import versions
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.web import access
from hubapp.web.htmx import htmx

NOBODY = UUID(int=0)


@blueprint.get("/plan")
@access.requires("central.payouts")
def plans_shown() -> ResponseReturnValue:
    """What is in force, what was announced, what is being drafted."""
    shelf = plans.shelf(plans.today(clock.now()))
    people = {one for row in shelf.versions for one in (row.edited_by, row.proposed_by, row.decided_by) if one}
    return render_template("console/plan/versions.html", shelf=shelf, names=accounts.names(people))


@blueprint.get("/plan/new")
@access.requires("central.payouts")
def new_plan() -> ResponseReturnValue:
    """Begin a draft from a version, or from the default plan."""
    source_id = request.args.get("from", type=UUID)
    return _editor(None, plans.first_text(source_id=source_id, today=plans.today(clock.now())))


@blueprint.post("/plan/new")
@access.requires("central.payouts")
def create_plan() -> ResponseReturnValue:
    """Keep it as a draft."""
    return _save(None)


@blueprint.post("/plan/check")
@access.requires("central.payouts")
def check_plan() -> ResponseReturnValue:
    """Say what is wrong with a text, or what it says; nothing is kept."""
    source = request.form.get("source", "")
    if htmx:
        return render_template("console/plan/_said.html", check=plans.check(source))
    draft_id = request.form.get("draft_id", type=UUID)
    return _editor(queries.version(draft_id) if draft_id else None, source)


@blueprint.get("/plan/<uuid:version_id>")
@access.requires("central.payouts")
def plan_version(version_id: UUID) -> ResponseReturnValue:
    """One: as a draft to be edited, later as it stays."""
    found = queries.version(version_id)
    return _editor(found, found.source)


@blueprint.post("/plan/<uuid:version_id>")
@access.requires("central.payouts")
def save_plan(version_id: UUID) -> ResponseReturnValue:
    """Keep a changed draft."""
    return _save(queries.version(version_id))


@blueprint.post("/plan/<uuid:version_id>/propose")
@access.requires("central.payouts")
def propose_plan(version_id: UUID) -> ResponseReturnValue:
    """Ask a second person to announce it."""
    found, note = queries.version(version_id), request.form.get("note", "").replace("\x00", "")
    try:
        versions.propose(version_id=found.id, note=note, proposer_id=_me(), now=clock.now())
    except Refusal as refusal:
        return _editor(found, found.source, refusal=refusal)
    flash(_("Proposed. Somebody else has to approve it."), "good")
    return redirect(url_for("console.plan_version", version_id=version_id), 303)


@blueprint.post("/plan/<uuid:version_id>/<any(approve, refuse):decision>")
@access.requires("central.payouts")
def decide_plan(version_id: UUID, decision: str) -> ResponseReturnValue:
    """Announce what somebody else proposed, or refuse it."""
    found, is_agreed = queries.version(version_id), decision == "approve"
    answer = request.form.get("answer", "").replace("\x00", "")
    try:
        versions.decide(version_id=found.id, agreed=is_agreed, answer=answer, decider_id=_me(), now=clock.now())
    except Refusal as refusal:
        return _editor(found, found.source, refusal=refusal)
    flash(_("Announced. It holds from its first day on.") if is_agreed else _("Refused: nothing changes."), "good")
    return redirect(url_for("console.plan_version", version_id=version_id), 303)


@blueprint.post("/plan/<uuid:version_id>/discard")
@access.requires("central.payouts")
def discard_plan(version_id: UUID) -> ResponseReturnValue:
    """Throw a draft away."""
    try:
        versions.discard(version_id=version_id, editor_id=_me(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
        return redirect(url_for("console.plan_version", version_id=version_id), 303)
    flash(_("The draft is gone."), "good")
    return redirect(url_for("console.plans_shown"), 303)


def _me() -> UUID:
    return actor().id or NOBODY


def _save(found: PlanVersion | None) -> ResponseReturnValue:
    source = request.form.get("source", "").replace("\x00", "").replace("\r\n", "\n")
    draft_id = found.id if found is not None else None
    try:
        row = versions.save_draft(draft_id=draft_id, source=source, editor_id=_me(), now=clock.now())
    except Refusal as refusal:
        return _editor(found, source, refusal=refusal)
    flash(_("Saved as a draft."), "good")
    return redirect(url_for("console.plan_version", version_id=row.id), 303)


def _editor(found: PlanVersion | None, source: str, *, refusal: Refusal | None = None) -> ResponseReturnValue:
    checked = plans.check(source)
    is_told = refusal is not None and not checked.error  # the lines beside the text say it better
    page = render_template(
        "console/plan/editor.html",
        version=found,
        source=source,
        check=checked,
        is_draft=found is None or found.status == PlanStatus.DRAFT,
        refusal=str(refusal) if is_told else "",
        may_decide=found is not None and found.status == PlanStatus.PROPOSED and found.proposed_by != _me(),
        names=accounts.names(one for one in (found.edited_by, found.proposed_by, found.decided_by) if one)
        if found
        else {},
        title_of=components.title,
        money=Money,
    )
    return page, 200 if refusal is None else refusal.status
