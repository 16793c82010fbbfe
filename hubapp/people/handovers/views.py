"""Handing a hub over: the connector's page, and the page of the one who is asked."""

from __future__ import annotations

import uuid

from flask import current_app, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.people.handovers import policies, queries, services
from hubapp.people.handovers.errors import NoSuchHandover
from hubapp.people.handovers.forms import AcceptForm, ProposeForm
from hubapp.people.handovers.models import Handover, HandoverStatus
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as membership
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

giving = areas.hub_blueprint("handing_over", __name__)
taking = areas.hub_blueprint("handover", __name__)
blueprints = (giving, taking)


@giving.route("/manage/handover", methods=["GET", "POST"])
@access.requires("roles.grant")
def propose() -> ResponseReturnValue:
    """Ask a member to take one's own place; the core, which has none to give, asks in the console."""
    if guards.stand_in() is not None:
        site: areas.HubFlask = current_app  # type: ignore[assignment]
        return redirect(site.addresses.central(f"/console/hubs/{areas.current_hub().slug}/handover"), 303)
    me, form = guards.member_or_403(), ProposeForm()
    if form.validate_on_submit():
        wish = Wish(me.id, form.handle.data, form.note.data or "")
        try:
            services.propose(wish=wish, actor=guards.actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("They are asked. Until they accept, everything stays as it is."), "good")
            return redirect(url_for("handing_over.propose"), 303)
    standing = queries.standing_of(me.id, now=clock.now())
    page = render_template(
        "people/handovers/propose.html",
        form=form,
        standing=standing,
        asked=membership.member_by_id(standing.to_membership_id) if standing else None,
        ends_at=policies.ends_at(standing.proposed_at) if standing else None,
        others=len(membership.connectors()) - 1,
        history=_told(queries.history()),
    )
    return page, 422 if form.all_errors else 200


@giving.post("/manage/handover/withdraw")
@access.requires("roles.grant")
def withdraw() -> ResponseReturnValue:
    """Take the proposal back."""
    services.withdraw(giver_id=guards.member_or_403().id, actor=guards.actor(), now=clock.now())
    flash(_("The proposal is withdrawn."), "info")
    return redirect(url_for("handing_over.propose"), 303)


@taking.route("/handover/<uuid:handover_id>", methods=["GET", "POST"])
@access.requires()
def answer(handover_id: uuid.UUID) -> ResponseReturnValue:
    """What looking after the hub means; accept."""
    row, form = _mine(handover_id), AcceptForm()
    if form.validate_on_submit():
        try:
            services.accept(handover_id=handover_id, account_id=current_user.account_id, now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(hub)s is yours to look after now.", hub=areas.current_hub().name), "good")
            return redirect(f"{areas.found().prefix or ''}/manage/", 303)
    giver = membership.member_by_id(row.from_membership_id) if row.from_membership_id else None
    page = render_template(
        "people/handovers/answer.html",
        row=row,
        form=form,
        giver=giver,
        part=giver.share_bps if giver is not None else 10_000,
        stands=row.status == HandoverStatus.PROPOSED and policies.stands(row.proposed_at, clock.now()),
        ends_at=policies.ends_at(row.proposed_at),
    )
    return page, 422 if form.all_errors else 200


@taking.post("/handover/<uuid:handover_id>/decline")
@access.requires()
def decline(handover_id: uuid.UUID) -> ResponseReturnValue:
    """Say no."""
    services.decline(handover_id=handover_id, account_id=current_user.account_id, now=clock.now())
    flash(_("You said no. Nothing changes."), "info")
    return redirect(f"{areas.found().prefix or ''}/", 303)


def _mine(handover_id: uuid.UUID) -> Handover:
    me, row = guards.member_or_403(), queries.handover(handover_id)
    if row is None or row.to_membership_id != me.id:
        raise NoSuchHandover
    return row


def _told(rows: list[Handover]) -> list[tuple[str, str, object]]:
    """(from whom, to whom, when)."""
    people = {row.from_membership_id for row in rows} | {row.to_membership_id for row in rows}
    names = {one.id: one.name_here for one in membership.members_by_id([one for one in people if one is not None])}
    return [
        (
            names.get(row.from_membership_id, "") if row.from_membership_id else _("the network"),
            names.get(row.to_membership_id, ""),
            row.decided_at,
        )
        for row in rows
    ]
