"""The queue of those who look after the hub: what waits, one case with its story, deciding and undoing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.community.moderation import policies, queries, services, things
from hubapp.community.moderation.errors import NoSuchThing
from hubapp.community.moderation.forms import ACTS, REASONS, DecisionForm, WordsForm, kind_words
from hubapp.community.moderation.models import ModerationCase
from hubapp.community.moderation.queries import Story
from hubapp.community.moderation.things import Thing
from hubapp.community.moderation.views import words
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.tenancy import markdown
from hubapp.web import access, areas

pages = areas.hub_blueprint("manage_moderation", __name__, url_prefix="/manage/moderation")
FOLDER = "community/moderation"


@pages.get("")
@access.requires("moderation.view")
def index() -> ResponseReturnValue:
    """What waits, the oldest first; `?state=done` what was decided."""
    return render_template(f"{FOLDER}/queue.html", **listed(".index"))


@pages.get("/<uuid:case_id>")
@access.requires("moderation.view")
def detail(case_id: UUID) -> ResponseReturnValue:
    """One case: the thing as it stands, who reported it, who it is about, what was done."""
    case = queries.case(case_id)
    return _page(_thing(case), case, DecisionForm(formdata=None))


@pages.post("/<uuid:case_id>")
@access.requires("moderation.act")
def decide(case_id: UUID) -> ResponseReturnValue:
    """Do something about it."""
    case = queries.case(case_id)
    return _decide(_thing(case), case)


@pages.get("/about/<thing_kind>/<uuid:thing_id>")
@access.requires("moderation.view")
def about(thing_kind: str, thing_id: UUID) -> ResponseReturnValue:
    """The same for a thing that perhaps nobody reported."""
    thing = things.look(thing_kind, thing_id)
    if thing is None:
        raise NoSuchThing
    case = queries.latest_case(thing.kind, thing.id)
    if case is not None:
        return redirect(url_for(".detail", case_id=case.id), 303)
    return _page(thing, None, DecisionForm(formdata=None))


@pages.post("/about/<thing_kind>/<uuid:thing_id>")
@access.requires("moderation.act")
def act_about(thing_kind: str, thing_id: UUID) -> ResponseReturnValue:
    """Decide about what one saw oneself."""
    thing = things.look(thing_kind, thing_id)
    if thing is None:
        raise NoSuchThing
    return _decide(thing, None)


def _decide(thing: Thing, case: ModerationCase | None) -> ResponseReturnValue:
    form = DecisionForm()
    form.offer(_possible(thing, case))
    if form.validate_on_submit():
        now = clock.now()
        try:
            found = case or services.take_up(kind=thing.kind, thing_id=thing.id, now=now)
            services.decide(
                case_id=found.id,
                acts=form.acts(),
                words=form.words.data or "",
                days=int(form.days.data or 0),
                seen=form.seen_count(),
                actor=guards.actor(),
                now=now,
            )
        except Refusal as refusal:
            if refusal.status in {403, 404}:
                raise
            form.refuse(refusal)
        else:
            flash(_("Done. Everybody concerned is told."), "good")
            return redirect(url_for(".detail", case_id=found.id), 303)
    return _page(thing, case, form)


@pages.post("/actions/<uuid:action_id>/undo")
@access.requires("moderation.act")
def undo(action_id: UUID) -> ResponseReturnValue:
    """Take a decision back."""
    one = queries.done(action_id)
    undone(lambda words: services.undo(action_id=action_id, words=words, actor=guards.actor(), now=clock.now()))
    return redirect(url_for(".detail", case_id=one.case.id), 303)


def undone(act: Callable[[str], object]) -> None:
    """Take something back with the words that were sent, and say what became of it; for hubs and for the core."""
    form = WordsForm()
    if not form.validate_on_submit():
        flash(str(form.all_errors[0][1]), "bad")
        return
    try:
        act(form.words.data or "")
    except Refusal as refusal:
        if refusal.status in {403, 404}:
            raise
        flash(str(refusal), "bad")
    else:
        flash(_("Undone. The person concerned is told."), "good")


@pages.post("/people/<uuid:membership_id>/let-in")
@access.requires("moderation.act")
def let_in(membership_id: UUID) -> ResponseReturnValue:
    """End somebody's suspension."""
    services.let_in(membership_id=membership_id, words="", actor=guards.actor(), now=clock.now())
    flash(_("They can take part again."), "good")
    return redirect(url_for(".about", thing_kind="profile", thing_id=membership_id), 303)


def _thing(case: ModerationCase) -> Thing:
    thing = things.look(case.kind, case.thing_id)
    if thing is None:
        raise NoSuchThing
    return thing


def _possible(thing: Thing, case: ModerationCase | None) -> tuple[str, ...]:
    subject_id = queries.subject_of(thing, case)
    subject = membership.member(subject_id) if subject_id else None
    return queries.possible(thing, subject, is_open=case is not None and case.is_open)


def _page(thing: Thing, case: ModerationCase | None, form: DecisionForm) -> ResponseReturnValue:
    story = queries.story(thing, case)
    form.offer(policies.possible(story.facts))
    # Whoever was overtaken sees what was done, and may decide then.
    form.seen.data = str(len(story.actions))
    is_own = guards.actor().id in story.concerned
    if is_own:  # who reported them is not for them to know
        story = replace(story, reports=())
    page = render_template(
        f"{FOLDER}/case.html",
        **context(story),
        form=form,
        undo_url=lambda action_id: url_for(".undo", action_id=action_id),
        may_act=access.may("moderation.act") and not is_own,
        is_own=is_own,
    )
    return page, 422 if form.all_errors else 200


def listed(endpoint: str, **values: str) -> dict[str, Any]:
    """A page of the queue in words, for the hub's page and the console's, whose address is `endpoint` with `values`."""
    is_done, key = request.args.get("state") == "done", request.args.get("key", type=UUID)
    page = queries.decided_cases(before=key) if is_done else queries.open_cases(after=key)
    here: dict[str, Any] = {**values, "state": "done" if is_done else None}
    return {
        "page": page,
        "is_done": is_done,
        "is_first": key is None,
        "first_url": url_for(endpoint, **here),
        "next_url": url_for(endpoint, **here, key=page.next_key) if page.next_key else "",
        "acts": queries.outcomes([row.id for row in page.cases]) if is_done else {},
        "people": membership.members_of({row.subject_id for row in page.cases if row.subject_id}),
        "done": words.done(),
        "causes": words.causes(),
        "kinds": kind_words(),
    }


def context(story: Story) -> dict[str, Any]:
    """A case in words, for the hub's page and the console's."""
    reporters = {one.reporter_id for one in story.reports}
    return {
        "story": story,
        "thing": story.thing,
        "body": markdown.render(story.thing.text),
        "people": membership.members_of(reporters),
        "acts": ACTS,
        "done": words.done(),
        "causes": words.causes(),
        "kinds": kind_words(),
        "reasons": REASONS,
        "appeal_pill": words.appeal_pill,
    }
