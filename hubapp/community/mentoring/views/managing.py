"""`/manage/mentors`: whom the connector asks to welcome newcomers, and the hub's words for the first steps."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.mentoring import queries, services
from hubapp.community.mentoring.forms import AskForm, WordsForm
from hubapp.community.mentoring.models import MentorStatus
from hubapp.community.mentoring.views import shown
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.tenancy import brand, errors, versions
from hubapp.tenancy.models import HubVersion
from hubapp.tenancy.packs import schema
from hubapp.web import access, areas
from hubapp.web.htmx import htmx

blueprint = areas.hub_blueprint("manage_mentors", __name__, url_prefix="/manage/mentors")


@blueprint.get("")
@access.requires("mentors.manage")
def index() -> ResponseReturnValue:
    """Mentors, how many newcomers each has, and the words."""
    return _page(AskForm(formdata=None), WordsForm(formdata=None))


def _page(
    ask_form: AskForm,
    words_form: WordsForm,
    *,
    steps: dict[str, dict[str, str]] | None = None,
    version: int | None = None,
    newer: HubVersion | None = None,
) -> ResponseReturnValue:
    hub = areas.current_hub()
    own = hub.home.get("steps", {}) if steps is None else steps
    latest = versions.newest("steps")
    number = latest.version.number if latest else 0
    rows = queries.mentors(MentorStatus.ACTIVE, MentorStatus.ASKED)
    people = membership.members_of({row.account_id for row in rows})
    counts = queries.open_counts(now=clock.now())
    html = render_template(
        "community/mentoring/manage.html",
        ask_form=ask_form,
        words_form=words_form,
        mentors=[
            (people[row.account_id], row.status == MentorStatus.ACTIVE, counts.get(row.account_id, 0))
            for row in rows
            if row.account_id in people
        ],
        own=own,
        shown=shown.in_all_languages(own),
        version=number if version is None else version,
        newer=newer,
        saved=latest if request.args.get("saved") == str(number) else None,
        defaults=shown.defaults(),
        keys=schema.STEPS,
        lengths=schema.STEP_LENGTHS,
        is_on=hub.features.get("mentors", True),
    )
    return html, 422 if ask_form.all_errors or words_form.all_errors else 200


@blueprint.post("/ask")
@access.requires("mentors.manage")
def ask() -> ResponseReturnValue:
    """Ask a member."""
    form = AskForm()
    if form.validate_on_submit():
        try:
            services.ask(handle=form.handle.data or "", asked_by=current_user.account_id, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Asked. They find your question among their notices."), "good")
            return redirect(url_for(".index"), 303)
    return _page(form, WordsForm(formdata=None))


@blueprint.post("/end")
@access.requires("mentors.manage")
def end() -> ResponseReturnValue:
    """Let a mentor go, or take the question back."""
    found = membership.member_by_handle(request.form.get("handle", ""))
    if found is not None:
        services.stop(account_id=found.account_id, now=clock.now())
        flash(_("%(name)s welcomes nobody any more.", name=found.display_name), "good")
    return redirect(url_for(".index"), 303)


@blueprint.post("/words")
@access.requires("mentors.manage")
def words() -> ResponseReturnValue:
    """Say the first steps in the hub's own words; an empty field takes ours. Preview shows them without saving."""
    form, hub = WordsForm(), areas.current_hub()
    steps, seen = form.words(hub.locales), request.form.get("version", "")
    version = int(seen) if seen.isascii() and seen.isdigit() else None
    is_preview, newer = "preview" in request.form, None
    if form.validate_on_submit():
        try:
            if is_preview:
                brand.check_steps(hub, steps)
            else:
                number = brand.edit_steps(steps=steps, version=version, actor=guards.actor(), now=clock.now())
                return redirect(url_for(".index", saved=number or None, _anchor="steps"), 303)
        except errors.ChangedMeanwhile as refusal:
            form.refuse(refusal)
            newer = refusal.latest
            version = newer.number if newer else 0
        except Refusal as refusal:
            form.refuse(refusal)
    if is_preview and htmx:
        shown_words = [] if form.all_errors else shown.in_all_languages(steps)
        html = render_template("community/mentoring/_words.html", shown=shown_words, problems=form.all_errors)
        return html, 422 if form.all_errors else 200
    return _page(AskForm(formdata=None), form, steps=steps, version=version or 0, newer=newer)
