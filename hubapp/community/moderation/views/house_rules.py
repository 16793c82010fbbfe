"""Anybody's pages: report a thing, see what came of it and what was decided about oneself, and appeal."""

from __future__ import annotations

from uuid import UUID

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.community.moderation import policies, queries, services, things
from hubapp.community.moderation.errors import NoSuchAction, NoSuchThing, OwnThing
from hubapp.community.moderation.forms import REASONS, AppealForm, ReportForm, kind_words
from hubapp.community.moderation.models import ModerationCase, ModerationReport
from hubapp.community.moderation.queries import Done
from hubapp.community.moderation.things import Thing
from hubapp.community.moderation.views import words
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership.views import guards
from hubapp.web import access, areas
from hubapp.web.paging import Lists, Part
from hubapp.web.redirects import safe_path

pages = areas.hub_blueprint("house_rules", __name__)
FOLDER = "community/moderation"
# Notices lead to a decision on the first page of them: it is a long one.
PAGE = 50
LISTS = Lists("house_rules.mine", ("decided", "reported"))


@pages.route("/report/<thing_kind>/<uuid:thing_id>", methods=["GET", "POST"])
@access.requires()
def report(thing_kind: str, thing_id: UUID) -> ResponseReturnValue:
    """Say what is wrong with a thing; once."""
    me, thing, form = guards.member_or_403(), _public(thing_kind, thing_id), ReportForm()
    if thing.subject_id == me.account_id:
        raise OwnThing
    if queries.has_reported(reporter_id=me.account_id, kind=thing.kind, thing_id=thing.id):
        return render_template(f"{FOLDER}/reported.html", thing=thing, kinds=kind_words())
    if form.validate_on_submit():
        try:
            services.report(
                reporter_id=me.account_id,
                kind=thing.kind,
                thing_id=thing.id,
                reason=form.reason.data or "",
                words=form.words.data or "",
                now=clock.now(),
            )
        except NoSuchThing:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Thank you. Somebody of the hub looks at it, and you hear what came of it."), "good")
            return redirect(url_for(".mine", _anchor="reports"), 303)
    page = render_template(
        f"{FOLDER}/report.html",
        form=form,
        thing=thing,
        kinds=kind_words(),
        reasons=REASONS,
        # A private message leads here too: the page of who wrote it may be closed.
        back=safe_path(request.args.get("back"), ""),
    )
    return page, 422 if form.all_errors else 200


def _public(kind: str, thing_id: UUID) -> Thing:
    thing = things.look(kind, thing_id)
    if thing is None or not thing.is_reportable:
        raise NoSuchThing
    return thing


@pages.get("/me/house-rules")
@access.requires()
def mine() -> ResponseReturnValue:
    """What was decided about me, and what I reported."""
    if guards.reader() is None:
        return redirect(url_for("membership.join"), 303)
    decided, reported = _decided(current_user.account_id), _reported(current_user.account_id)
    acts = queries.outcomes({case.id for _report, case, _thing in reported.rows})
    return render_template(
        f"{FOLDER}/mine.html",
        person=guards.reader(),
        decided=decided,
        titles=queries.things_of(one.case for one in decided.rows),
        reported=reported,
        outcomes={case.id: words.came_of(case, acts.get(case.id, ())) for _report, case, _thing in reported.rows},
        done=words.done(),
        appeal_pill=words.appeal_pill,
        may_appeal=_may_appeal,
        kinds=kind_words(),
        reasons=REASONS,
    )


def _decided(account_id: UUID) -> Part[Done]:
    at = request.args.get("decided", type=UUID)
    found = queries.told(account_id, before=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="decided", at=at, key=lambda one: one.action.id, anchor="decisions")


def _reported(account_id: UUID) -> Part[tuple[ModerationReport, ModerationCase, Thing | None]]:
    at = request.args.get("reported", type=UUID)
    found = queries.reported_by(account_id, before=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="reported", at=at, key=lambda row: row[0].id, anchor="reports")


def _may_appeal(one: Done) -> bool:
    return policies.may_appeal(one.action.act, is_undone=one.action.is_undone, has_appealed=one.appeal is not None)


@pages.route("/me/house-rules/<uuid:action_id>/appeal", methods=["GET", "POST"])
@access.requires()
def appeal(action_id: UUID) -> ResponseReturnValue:
    """Ask the network to undo a decision about oneself; once."""
    person, one, form = guards.reader(), queries.done(action_id), AppealForm()
    if one.action.subject_id != current_user.account_id:
        raise NoSuchAction
    if person is None:
        abort(403)
    if form.validate_on_submit():
        try:
            services.appeal(
                action_id=action_id,
                account_id=person.account_id,
                name=person.display_name,
                words=form.words.data or "",
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(
                _("Sent. Somebody of the network, not of this hub, decides; you hear of it here and by mail."), "good"
            )
            return redirect(url_for(".mine", _anchor=f"a-{action_id}"), 303)
    elif request.method == "GET" and not _may_appeal(one):
        return redirect(url_for(".mine", _anchor=f"a-{action_id}"), 303)
    page = render_template(
        f"{FOLDER}/appeal.html",
        form=form,
        one=one,
        thing=things.look(one.case.kind, one.case.thing_id),
        done=words.done(),
    )
    return page, 422 if form.all_errors else 200
