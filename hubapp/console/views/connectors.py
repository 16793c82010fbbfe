"""Naming a hub's connectors, and taking the role back."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import services
from hubapp.console import vacant as vacancies
from hubapp.console.forms import ConnectorForm, HandoverForm, ReasonForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404, site_url
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.people.accounts import queries as accounts
from hubapp.people.handovers import policies, queries
from hubapp.people.handovers import services as handovers
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as members
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import in_hub
from hubapp.web import access

PAGE = 10


@blueprint.route("/hubs/<slug>/connectors/new", methods=["GET", "POST"])
@access.requires("central.connectors")
def name_connector(slug: str) -> ResponseReturnValue:
    """Make somebody with an account a connector."""
    found, form = hub_or_404(slug), ConnectorForm()
    if form.validate_on_submit():
        try:
            account = services.name_connector(
                hub_id=found.id, email=form.email.data, reason=form.reason.data, actor=actor(), now=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("%(name)s looks after %(hub)s now.", name=account.name, hub=found.name), "good")
            return redirect(url_for("console.hub", slug=slug), 303)
    page = render_template("console/connector.html", found=found, form=form)
    return page, 422 if form.all_errors else 200


@blueprint.route("/hubs/<slug>/connectors/<uuid:account_id>/end", methods=["GET", "POST"])
@access.requires("central.connectors")
def dismiss_connector(slug: str, account_id: uuid.UUID) -> ResponseReturnValue:
    """Take the role back; the person stays a member."""
    found, form = hub_or_404(slug), ReasonForm()
    account = accounts.account(account_id)
    if account is None:
        raise NotFound
    if form.validate_on_submit():
        services.dismiss_connector(
            hub_id=found.id, account_id=account_id, reason=form.reason.data, actor=actor(), now=clock.now()
        )
        flash(_("%(name)s is no longer a connector of %(hub)s.", name=account.name, hub=found.name), "good")
        return redirect(url_for("console.hub", slug=slug), 303)
    page = render_template("console/dismiss.html", found=found, form=form, account=account)
    return page, 422 if form.all_errors else 200


@blueprint.route("/hubs/<slug>/handover", methods=["GET", "POST"])
@access.requires("central.connectors")
def hand_over(slug: str) -> ResponseReturnValue:
    """Ask a member to look after the hub, in somebody's place or where nobody does; they have to accept."""
    found, form = hub_or_404(slug), HandoverForm()
    with in_hub(found.id):
        connectors = members.connectors()
    form.giver.choices = [(str(one.id), one.display_name) for one in connectors] or [("", _("Nobody has it"))]
    if form.validate_on_submit():
        giver_id = uuid.UUID(form.giver.data) if form.giver.data else None
        wish = Wish(giver_id, form.handle.data, form.note.data or "", is_central=True)
        try:
            with in_hub(found.id):
                handovers.propose(wish=wish, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("They are asked. Until they accept, everything stays as it is."), "good")
            return redirect(url_for("console.hand_over", slug=slug), 303)
    page = render_template("console/handover.html", found=found, form=form, standing=_standing(found))
    return page, 422 if form.all_errors else 200


def _standing(found: Hub) -> list[dict[str, object]]:
    """Proposals that wait for an answer, each with whose place it is about and who is asked."""
    with in_hub(found.id):
        rows = queries.standing(now=clock.now())
        concerned = {one for row in rows for one in (row.to_membership_id, row.from_membership_id) if one is not None}
        people = members.members_by_id(concerned)
    names = {one.id: one.display_name for one in people}
    return [
        {
            "giver_id": row.from_membership_id or "",
            "giver": names.get(row.from_membership_id, "") if row.from_membership_id else "",
            "taker": names.get(row.to_membership_id, "?"),
            "ends_at": policies.ends_at(row.proposed_at),
        }
        for row in rows
    ]


@blueprint.post("/hubs/<slug>/handover/withdraw")
@access.requires("central.connectors")
def withdraw_handover(slug: str) -> ResponseReturnValue:
    """Take a proposal back, whoever made it."""
    found, giver = hub_or_404(slug), request.form.get("giver", "")
    try:
        giver_id = uuid.UUID(giver) if giver else None
    except ValueError:
        raise NotFound from None
    with in_hub(found.id):
        handovers.withdraw(giver_id=giver_id, actor=actor(), now=clock.now())
    flash(_("The proposal is withdrawn."), "info")
    return redirect(url_for("console.hand_over", slug=slug), 303)


@blueprint.get("/vacant")
@access.requires("central.view")
def vacant() -> ResponseReturnValue:
    """Hubs that nobody looks after, each with what its connector would have to do."""
    after = request.args.get("after", "")[:40]
    found, following = vacancies.hubs(after=after, limit=PAGE)
    next_url = url_for("console.vacant", after=following) if following else ""
    return render_template(
        "console/vacant.html", found=found, next_url=next_url, is_paged=bool(after), site_url=site_url
    )
