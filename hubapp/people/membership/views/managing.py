"""The connector's pages about people: members, their parts, invite links."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel import clock, folding
from hubapp.kernel.errors import Refusal
from hubapp.people.membership import errors, finding, invite_queries, queries, services, tallies
from hubapp.people.membership.forms import InviteForm, PartsForm
from hubapp.people.membership.invite_queries import InviteView
from hubapp.people.membership.qr import qr_svg
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.membership.views.directory import PAGE, key_text, next_url, read_key
from hubapp.people.membership.views.joining import invite_url
from hubapp.people.membership.views.own import channel_name
from hubapp.web import access, areas

blueprint = areas.hub_blueprint("membership_manage", __name__, url_prefix="/manage")


@blueprint.get("/members")
@access.requires("members.view")
def members() -> ResponseReturnValue:
    """Everyone who ever joined, with their state."""
    search = request.args.get("q", "").strip()[: folding.LONGEST_TYPED]
    key, words = read_key(request.args.get("after", "")), folding.words_in(search)
    if not search:
        found = queries.directory(after=key, limit=PAGE + 1, everyone=True)
    else:
        found = finding.joined(words, after=key, limit=PAGE + 1) if words else []
    return render_template(
        "people/membership/manage_members.html",
        people=found[:PAGE],
        search=search,
        next_url=next_url(found, "membership_manage.members"),
    )


@blueprint.get("/members/<uuid:membership_id>")
@access.requires("members.view")
def member(membership_id: uuid.UUID) -> ResponseReturnValue:
    """One member: role, state, who brought them."""
    person = _member(membership_id)
    return render_template(
        "people/membership/manage_member.html",
        person=person,
        inviter=queries.member_by_id(person.invited_by) if person.invited_by else None,
        brought=invite_queries.count_invited_by(person.id),
        may_grant=access.may("roles.grant"),
        may_moderate=access.may("moderation.view"),
    )


@blueprint.route("/parts", methods=["GET", "POST"])
@access.requires("payouts.request")
def parts() -> ResponseReturnValue:
    """How the connectors divide the hub's part of each sale among them; later sales go by it."""
    people = queries.connectors()
    form = PartsForm(people)
    if form.validate_on_submit():
        try:
            services.share_among_connectors(parts=form.parts(), actor=guards.actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. Sales from now on are divided like this."), "good")
            return redirect(url_for("membership_manage.parts"), 303)
    page = render_template("people/membership/manage_parts.html", form=form, people=people)
    return page, 422 if form.all_errors else 200


@blueprint.route("/invites", methods=["GET", "POST"])
@access.requires("invites.manage")
def invites() -> ResponseReturnValue:
    """Links with a label, and how many joined through each."""
    form = InviteForm()
    if form.validate_on_submit():
        try:
            made = services.make_invite(membership_id=guards.member_or_403().id, label=form.label.data, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for("membership_manage.invite", invite_id=made.id), 303)
    key = read_key(request.args.get("after", ""))
    links = invite_queries.invites(after=key, limit=PAGE + 1)
    page = render_template(
        "people/membership/manage_invites.html",
        form=form,
        links=[(link, invite_url(link.code)) for link in links[:PAGE]],
        is_first=key is None,
        next_url=url_for(".invites", after=key_text(links[PAGE - 1])) if len(links) > PAGE else "",
        channels=[(channel_name(one.channel), one) for one in tallies.of_hub()],
        inviters=tallies.inviters(),
    )
    return page, 422 if form.errors or form.form_errors else 200


@blueprint.get("/invites/<uuid:invite_id>")
@access.requires("invites.manage")
def invite(invite_id: uuid.UUID) -> ResponseReturnValue:
    """One link with its QR code."""
    link = _invite(invite_id)
    return render_template(
        "people/membership/manage_invite.html",
        link=link,
        url=invite_url(link.code),
        code=qr_svg(invite_url(link.code, "qr")),
    )


@blueprint.get("/invites/<uuid:invite_id>/print")
@access.requires("invites.manage")
def printed(invite_id: uuid.UUID) -> ResponseReturnValue:
    """The QR code on a sheet of its own."""
    link = _invite(invite_id)
    address = invite_url(link.code, "qr")
    back = url_for("membership_manage.invite", invite_id=invite_id)
    return render_template(
        "people/membership/print.html", label=link.label, url=address, code=qr_svg(address), back=back
    )


@blueprint.post("/invites/<uuid:invite_id>/revoke")
@access.requires("invites.manage")
def revoke(invite_id: uuid.UUID) -> ResponseReturnValue:
    """Stop a link from working."""
    services.revoke_invite(invite_id=invite_id, now=clock.now())
    flash(_("The link no longer works. Who came through it stays."), "good")
    return redirect(url_for("membership_manage.invite", invite_id=invite_id), 303)


def _member(membership_id: uuid.UUID) -> MemberView:
    found = queries.member_by_id(membership_id)
    if found is None:
        raise errors.NoSuchMember
    return found


def _invite(invite_id: uuid.UUID) -> InviteView:
    found = invite_queries.invite(invite_id)
    if found is None:
        raise errors.NoSuchInvite
    return found
