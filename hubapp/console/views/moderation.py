"""What the core decides in a hub's place: about somebody who looks after it, or all of it where nobody does."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.moderation import network, policies, services
from hubapp.community.moderation.errors import OwnCase
from hubapp.community.moderation.forms import DecisionForm
from hubapp.community.moderation.models import ModerationCase
from hubapp.community.moderation.views import queue
from hubapp.console.errors import LookedAfter
from hubapp.console.views.appeals import place_of, story_of
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.platform import in_hub
from hubapp.web import access


@blueprint.get("/hubs/<vacant_slug>/moderation")
@access.requires("central.moderation")
def hub_cases(vacant_slug: str) -> ResponseReturnValue:
    """The queue of a hub that nobody looks after; `?state=done` what was decided."""
    found = hub_or_404(vacant_slug)
    if not network.is_vacant(found.id):
        raise LookedAfter
    with in_hub(found.id):
        page = queue.listed("console.hub_cases", vacant_slug=vacant_slug)
    return render_template("console/hub_cases.html", found=found, **page)


@blueprint.route("/appeals/cases/<uuid:case_id>", methods=["GET", "POST"])
@access.requires("central.moderation")
def moderation_case(case_id: UUID) -> ResponseReturnValue:
    """One case: the core decides in the hub's place."""
    found, form = network.case(case_id), DecisionForm()
    why = _why_core(found)
    with in_hub(found.hub_id):
        story = story_of(found)
        form.offer(policies.possible(story["story"].facts))
    if actor().id in story["story"].concerned:  # nor is it for them to know who reported them
        raise OwnCase
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
                    # Where nobody looks after the hub it is the hub's decision: who does next may undo it.
                    by_core=why == network.CONNECTOR,
                )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Done. Everybody concerned is told."), "good")
            return redirect(url_for("console.moderation_case", case_id=case_id), 303)
    form.seen.data = str(len(story["story"].actions))
    shown: dict[str, Any] = {**story, **place_of(found), "back": _back(found, why), "undo_url": _undo_url}
    page = render_template("console/moderation_case.html", **shown, form=form)
    return page, 422 if form.all_errors else 200


@blueprint.post("/appeals/decisions/<uuid:action_id>/undo")
@access.requires("central.moderation")
def undo_decision(action_id: UUID) -> ResponseReturnValue:
    """Take back what the core or the hub decided in a case that is the core's."""
    found = network.action(action_id)
    _why_core(network.case(found.case_id))

    def act(words: str) -> None:
        with in_hub(found.hub_id):
            services.undo(action_id=action_id, words=words, actor=actor(), now=clock.now(), by_core=True)

    queue.undone(act)
    return redirect(url_for("console.moderation_case", case_id=found.case_id), 303)


def _why_core(found: ModerationCase) -> str:
    """Raises LookedAfter where it is the hub's own."""
    why = network.why_core(found)
    if not why:
        raise LookedAfter
    return why


def _back(found: ModerationCase, why: str) -> tuple[str, str]:
    """(name, address) of the list that it stands in."""
    if why == network.VACANT:
        slug, _name = hubs_of_network.names([found.hub_id])[found.hub_id]
        return _("Moderation"), url_for("console.hub_cases", vacant_slug=slug)
    return _("Appeals"), url_for("console.appeals")


def _undo_url(action_id: UUID) -> str:
    return url_for("console.undo_decision", action_id=action_id)
