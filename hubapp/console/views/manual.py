"""Entries by two people: proposing, approving, refusing."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import manual as acts
from hubapp.console.money_forms import LEGS, ManualForm, account_choices
from hubapp.console.views.blueprint import actor, blueprint
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.books import words
from hubapp.money.ledger import manual
from hubapp.money.ledger.models import ManualEntry
from hubapp.people.accounts import network as accounts
from hubapp.tenancy import choosing
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access

PAGE = 25


@blueprint.get("/ledger/manual")
@access.requires("central.view")
def manual_entries() -> ResponseReturnValue:
    """All proposals, those that wait on top of their time."""
    return _page(_form([]))


@blueprint.post("/ledger/manual")
@access.requires("central.ledger")
def propose_entry() -> ResponseReturnValue:
    """Propose one."""
    places = range(1, LEGS + 1)
    form = _form(
        [(request.form.get(f"account{place}", ""), request.form.get(f"amount{place}", "")) for place in places]
    )
    if not form.validate_on_submit():
        return _page(form), 422
    try:
        hub = choosing.chosen(form.hub.data)
        acts.propose(proposal=form.proposal(hub.id), actor=actor(), now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    except ValueError as error:
        form.legs.errors = [*form.legs.errors, str(error)]
        return _page(form), 422
    flash(_("Proposed. Somebody else has to approve it."), "good")
    return redirect(url_for("console.manual_entries"), 303)


@blueprint.post("/ledger/manual/<uuid:proposal_id>/<any(approve, refuse):decision>")
@access.requires("central.ledger")
def decide_entry(proposal_id: UUID, decision: str) -> ResponseReturnValue:
    """Approve or refuse what somebody else proposed."""
    is_approved = decision == "approve"
    answer = request.form.get("answer", "")
    try:
        acts.decide(proposal_id=proposal_id, is_approved=is_approved, answer=answer, actor=actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("Booked.") if is_approved else _("Refused: nothing was booked."), "good")
    return redirect(url_for("console.manual_entries"), 303)


def _form(typed: list[tuple[str, str]]) -> ManualForm:
    return ManualForm(hubs_of_network.currencies(), typed + [("", "")] * (LEGS - len(typed)))


def _page(form: ManualForm) -> str:
    try:
        before = UUID(request.args.get("before", ""))
    except ValueError:
        before = None
    found = list(manual.proposals(before=before, limit=PAGE + 1))
    shown = found[:PAGE]
    return render_template(
        "console/ledger/manual.html",
        form=form,
        hubs=choosing.offered(form.hub.data or ""),
        account_choices=account_choices(),
        rows=shown,
        me=actor().id,
        people=accounts.with_ids({who for row in shown for who in _people(row)}),
        hub_names=hubs_of_network.names([row.hub_id for row in shown]),
        next_url=url_for("console.manual_entries", before=shown[-1].id) if len(found) > PAGE else "",
        owner_names=words.owner_names(manual.OWNERS),
        **words.WORDS,
    )


def _people(row: ManualEntry) -> list[UUID]:
    return [row.proposed_by] + ([row.decided_by] if row.decided_by else [])
