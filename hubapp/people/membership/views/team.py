"""Who helps to run the hub, and what each of them may do, area by area: given and taken on one page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from flask import abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import errors, queries, services
from hubapp.people.membership.forms import AREAS, HandleForm, RightsForm
from hubapp.people.membership.models import Role
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("team", __name__)


@dataclass(frozen=True, slots=True)
class Helper:
    """Somebody with the form of their rights, or without one: a connector has all there are."""

    person: MemberView
    form: RightsForm | None


@pages.get("/manage/team")
@access.requires("roles.grant")
def index() -> ResponseReturnValue:
    """Everybody with a role; `?add=` a handle."""
    form = HandleForm(formdata=None)
    form.handle.data = request.args.get("add", "")[:31]
    return _page(form)


@pages.post("/manage/team")
@access.requires("roles.grant")
def add() -> ResponseReturnValue:
    """Begin with somebody: their rights are chosen right below."""
    form = HandleForm()
    if form.validate_on_submit():
        person = queries.member_by_handle((form.handle.data or "").strip().removeprefix("@").lower())
        if person is not None and person.role is None:
            return redirect(url_for(".one", membership_id=person.id), 303)
        known = _("%(name)s has a role here already.", name=person.display_name) if person else ""
        form.handle.errors = [*form.handle.errors, known or _("No member goes by this handle.")]
    return _page(form)


@pages.route("/manage/team/<uuid:membership_id>", methods=["GET", "POST"])
@access.requires("roles.grant")
def one(membership_id: uuid.UUID) -> ResponseReturnValue:
    """What one helper may do; nothing chosen ends the role. A connector's role is the central team's to change."""
    person = queries.member_by_id(membership_id)
    if person is None:
        raise errors.NoSuchMember
    if person.role == Role.CONNECTOR:
        abort(403)
    form = RightsForm()
    form.show(person.permissions)
    if form.validate_on_submit():
        try:
            _save(person, form.wanted(person.permissions))
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved what %(name)s may do.", name=person.display_name), "good")
            return redirect(url_for(".one", membership_id=person.id), 303)
    page = render_template("people/membership/manage_rights.html", person=person, form=form, areas=AREAS)
    return page, 422 if form.all_errors else 200


def _save(person: MemberView, wanted: list[str]) -> None:
    if wanted:
        services.grant_role(
            membership_id=person.id, role=Role.HELPER, permissions=wanted, actor=guards.actor(), now=clock.now()
        )
    elif person.role:
        services.revoke_role(membership_id=person.id, actor=guards.actor(), now=clock.now())


def _page(form: HandleForm) -> ResponseReturnValue:
    helpers = []
    for person in queries.team():
        rights = None if person.role == Role.CONNECTOR else RightsForm(formdata=None)
        if rights is not None:
            rights.show(person.permissions)
        helpers.append(Helper(person, rights))
    page = render_template("people/membership/manage_team.html", helpers=helpers, form=form, areas=AREAS)
    return page, 422 if form.all_errors else 200
