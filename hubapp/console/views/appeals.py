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
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase
from hubapp.community.moderation.network import PAGE, Waiting
from hubapp.community.moderation.queries import Done
from hubapp.community.moderation.things import Thing
from hubapp.community.moderation.views import queue, words
from hubapp.console.views.blueprint import actor, blueprint, site_url
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.platform import in_hub, in_hubs
from hubapp.web import access, places
from hubapp.web.paging import Lists, Part

LISTS = Lists("console.appeals", ("state", "key", "cases", "vacant", "decided"))


@blueprint.get("/appeals")
@access.requires("central.moderation")
def appeals() -> ResponseReturnValue:
    """What waits for the core, the oldest first; `?state=done` what it decided."""
    is_open, at = request.args.get("state") != "done", request.args.get("key", type=UUID)
    found = network.appeals(is_open=is_open, key=at, limit=PAGE + 1)
    waiting = LISTS.part(found, size=PAGE, name="key", at=at, key=lambda row: row.id)
    cases, vacant = (_cases(), _vacant()) if is_open else (None, None)
    decided = None if is_open else _decided()
    others = [row for part in (cases, decided) if part is not None for row in part.rows]
    in_hubs_of = [*waiting.rows, *others, *(vacant.rows if vacant is not None else ())]
    return render_template(
        "console/appeals.html",
        rows=_rows(waiting.rows),
        waiting=waiting,
        cases=cases,
        vacant=vacant,
        decided=decided,
        is_open=is_open,
        names=accounts.names(
            [*(row.account_id for row in waiting.rows), *(row.subject_id for row in others if row.subject_id)]
        ),
        hub_names=hubs_of_network.names([row.hub_id for row in in_hubs_of]),
        done=words.done(),
        appeal_pill=words.appeal_pill,
    )


def _cases() -> Part[ModerationCase]:
    at = request.args.get("cases", type=UUID)
    found = network.about_connectors(after=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="cases", at=at, key=lambda row: row.id, anchor="connectors")


def _vacant() -> Part[Waiting]:
    at = places.read_hub(request.args.get("vacant", ""))
    found = network.waiting_in_vacant(closed=hubs_of_network.closed(), after=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="vacant", at=at, key=_place_of_hub, anchor="vacant")


def _place_of_hub(row: Waiting) -> str:
    return places.written(row.since, row.hub_id)


def _decided() -> Part[ModerationAction]:
    at = request.args.get("decided", type=UUID)
    found = network.by_core(before=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="decided", at=at, key=lambda row: row.id, anchor="own-decisions")


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
