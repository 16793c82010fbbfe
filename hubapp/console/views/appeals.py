"""Appeals against what hubs decided, and what is reported about those who would decide: the core has the last word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.moderation import network, queries, services, things
from hubapp.community.moderation.errors import NoSuchThing
from hubapp.community.moderation.forms import VerdictForm
from hubapp.community.moderation.models import ModerationAppeal, ModerationCase
from hubapp.community.moderation.queries import Done
from hubapp.community.moderation.things import Thing
from hubapp.community.moderation.views import queue, words
from hubapp.console.views.blueprint import actor, blueprint, site_url
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.platform import in_hub, in_hubs
from hubapp.web import access


@blueprint.get("/appeals")
@access.requires("central.moderation")
def appeals() -> ResponseReturnValue:
    """What waits for the core, the oldest first; `?state=done` what it decided."""
    is_open, key = request.args.get("state") != "done", request.args.get("key", type=UUID)
    found = network.appeals(is_open=is_open, key=key, limit=network.PAGE + 1)
    shown = found[: network.PAGE]
    cases = network.about_connectors(limit=network.PAGE) if is_open and key is None else ()
    decided = () if is_open or key is not None else network.by_core()
    vacant = network.waiting_in_vacant(closed=hubs_of_network.closed()) if is_open and key is None else ()
    more: dict[str, Any] = {"state": None if is_open else "done", "key": shown[-1].id if shown else None}
    return render_template(
        "console/appeals.html",
        rows=_rows(shown),
        cases=cases,
        is_open=is_open,
        names=accounts.names(
            [
                *(row.account_id for row in shown),
                *(row.subject_id for row in cases if row.subject_id),
                *(row.subject_id for row in decided if row.subject_id),
            ]
        ),
        hub_names=hubs_of_network.names([row.hub_id for row in (*shown, *cases, *decided, *vacant)]),
        decided=decided,
        vacant=vacant,
        done=words.done(),
        appeal_pill=words.appeal_pill,
        next_url=url_for("console.appeals", **more) if len(found) > network.PAGE else "",
    )


def _rows(appeals: Sequence[ModerationAppeal]) -> list[tuple[ModerationAppeal, Done, Thing | None]]:
    """Each with what it is against, and with the thing as it stands: looked for in all of their hubs at once."""
    with in_hubs(row.hub_id for row in appeals):
        found = queries.all_done([row.action_id for row in appeals])
        about = queries.things_of(one.case for one in found.values())
    return [(row, found[row.action_id], about[found[row.action_id].case.id]) for row in appeals]


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
        story = story_of(one.case)
    page = render_template("console/appeal.html", **story, appeal=found, one=one, form=form, **place_of(found))
    return page, 422 if form.all_errors else 200


def story_of(case: ModerationCase) -> dict[str, Any]:
    """A case in words, within its hub. Raises NoSuchThing."""
    thing: Thing | None = things.look(case.kind, case.thing_id)
    if thing is None:
        raise NoSuchThing
    return queue.context(queries.story(thing, case))


def place_of(row: ModerationAppeal | ModerationCase) -> dict[str, Any]:
    """Which hub it is in, and the hub's own address."""
    names = hubs_of_network.names([row.hub_id])
    return {"hub_names": names, "in_hub_id": row.hub_id, "root": site_url(names[row.hub_id][0], "")}
