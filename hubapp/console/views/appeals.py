"""Appeals against what hubs decided, and what is reported about those who would decide: the core has the last word."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.moderation import network, policies, queries, services, things
from hubapp.community.moderation.errors import NoSuchThing
from hubapp.community.moderation.forms import DecisionForm, VerdictForm, WordsForm
from hubapp.community.moderation.models import ModerationAppeal, ModerationCase
from hubapp.community.moderation.things import Thing
from hubapp.community.moderation.views import queue, words
from hubapp.console.views.blueprint import actor, blueprint, site_url
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.platform import in_hub
from hubapp.web import access


@blueprint.get("/appeals")
@access.requires("central.moderation")
def appeals() -> ResponseReturnValue:
    """What waits for the core, the oldest first; `?state=done` what it decided."""
    is_open, key = request.args.get("state") != "done", request.args.get("key", type=UUID)
    found = network.appeals(is_open=is_open, key=key, limit=network.PAGE + 1)
    shown = found[: network.PAGE]
    rows = []
    for row in shown:
        with in_hub(row.hub_id):
            one = queries.done(row.action_id)
            rows.append((row, one, things.look(one.case.kind, one.case.thing_id)))
    cases = network.about_connectors(limit=network.PAGE) if is_open and key is None else ()
    decided = () if is_open or key is not None else network.by_core()
    more: dict[str, Any] = {"state": None if is_open else "done", "key": shown[-1].id if shown else None}
    return render_template(
        "console/appeals.html",
        rows=rows,
        cases=cases,
        is_open=is_open,
        names=accounts.names(
            [
                *(row.account_id for row in shown),
                *(row.subject_id for row in cases if row.subject_id),
                *(row.subject_id for row in decided if row.subject_id),
            ]
        ),
        hub_names=hubs_of_network.names([row.hub_id for row in (*shown, *cases, *decided)]),
        decided=decided,
        done=words.done(),
        appeal_pill=words.appeal_pill,
        next_url=url_for("console.appeals", **more) if len(found) > network.PAGE else "",
    )


@blueprint.route("/appeals/<uuid:appeal_id>", methods=["GET", "POST"])
@access.requires("central.moderation")
def appeal(appeal_id: UUID) -> ResponseReturnValue:
    """One with the whole story: uphold it or undo it, in words that both sides read."""
    found, form = network.appeal(appeal_id), VerdictForm()
    if form.validate_on_submit():
        try:
            with in_hub(found.hub_id):
                services.answer_appeal(
                    appeal_id=appeal_id,
                    is_upheld=form.verdict.data == "uphold",
                    words=form.words.data or "",
                    actor=actor(),
                    now=clock.now(),
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Decided. Both sides are told."), "good")
            return redirect(url_for("console.appeals"), 303)
    with in_hub(found.hub_id):
        one = queries.done(found.action_id)
        story = _story(one.case)
    page = render_template("console/appeal.html", **story, appeal=found, one=one, form=form, **_place(found))
    return page, 422 if form.all_errors else 200


@blueprint.route("/appeals/cases/<uuid:case_id>", methods=["GET", "POST"])
@access.requires("central.moderation")
def moderation_case(case_id: UUID) -> ResponseReturnValue:
    """A case about somebody who looks after the hub: the core decides in their place."""
    found, form = network.case(case_id), DecisionForm()
    with in_hub(found.hub_id):
        story = _story(found)
        form.offer(policies.possible(story["story"].facts))
    if form.validate_on_submit():
        try:
            with in_hub(found.hub_id):
                services.decide(
                    case_id=case_id,
                    acts=form.acts(),
                    words=form.words.data or "",
                    days=int(form.days.data or 0),
                    seen=form.seen_count(),
                    actor=actor(),
                    now=clock.now(),
                    by_core=True,
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Done. Everybody concerned is told."), "good")
            return redirect(url_for("console.appeals"), 303)
    form.seen.data = str(len(story["story"].actions))
    page = render_template("console/moderation_case.html", **story, form=form, undo_url=_undo_url, **_place(found))
    return page, 422 if form.all_errors else 200


def _undo_url(action_id: UUID) -> str:
    return url_for("console.undo_decision", action_id=action_id)


@blueprint.post("/appeals/decisions/<uuid:action_id>/undo")
@access.requires("central.moderation")
def undo_decision(action_id: UUID) -> ResponseReturnValue:
    """Take back what was decided in a case of somebody who looks after the hub, by the core or by the hub."""
    found, form = network.action(action_id), WordsForm()
    if form.validate_on_submit():
        try:
            with in_hub(found.hub_id):
                services.undo(
                    action_id=action_id, words=form.words.data or "", actor=actor(), now=clock.now(), by_core=True
                )
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            flash(str(refusal), "bad")
        else:
            flash(_("Undone. The person concerned is told."), "good")
    else:
        flash(str(form.all_errors[0][1]), "bad")
    return redirect(url_for("console.moderation_case", case_id=found.case_id), 303)


def _story(case: ModerationCase) -> dict[str, Any]:
    thing: Thing | None = things.look(case.kind, case.thing_id)
    if thing is None:
        raise NoSuchThing
    return queue.context(queries.story(thing, case))


def _place(row: ModerationAppeal | ModerationCase) -> dict[str, Any]:
    names = hubs_of_network.names([row.hub_id])
    return {"hub_names": names, "in_hub_id": row.hub_id, "root": site_url(names[row.hub_id][0], "")}
