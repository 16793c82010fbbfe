"""Retainers: who is paid by agreement, agreeing another by two people, ending one, taking something back."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import retainers as acts
from hubapp.console.retainer_forms import EndForm, RetainerForm, TakeBackForm
from hubapp.console.views.blueprint import actor, blueprint
from hubapp.earnings.retainers import network, policies, queries
from hubapp.earnings.retainers.errors import NoSuchRetainer
from hubapp.earnings.retainers.models import Retainer
from hubapp.earnings.shares import line_queries, wording
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import choosing
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import in_hub
from hubapp.web import access

PERIODS = 50


@blueprint.get("/retainers")
@access.requires("central.payouts")
def retainers() -> ResponseReturnValue:
    """All of them with their state, the newest first."""
    found = network.retainers(before=request.args.get("before", type=UUID), limit=network.PAGE + 1)
    shown, now = found[: network.PAGE], clock.now()
    return render_template(
        "console/retainers/list.html",
        agreements=[queries.agreement_of(row, now=now) for row in shown],
        earned=network.earned_by([row.id for row in shown]),
        names=accounts.names(row.account_id for row in shown),
        hub_names=hubs_of_network.names([row.hub_id for row in shown]),
        next_url=url_for("console.retainers", before=shown[-1].id) if len(found) > network.PAGE else "",
        money=Money,
    )


@blueprint.route("/retainers/new", methods=["GET", "POST"])
@access.requires("central.payouts")
def propose_retainer() -> ResponseReturnValue:
    """Propose one; somebody else approves it."""
    form = RetainerForm()
    if form.validate_on_submit():
        try:
            hub = choosing.chosen(form.hub.data, is_open=True)
            account_id = acts.person(hub_id=hub.id, typed=form.person.data)
            proposal = form.proposal(account_id, currency=hub.currency)
            retainer_id = acts.propose(hub_id=hub.id, proposal=proposal, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        except ValueError as error:
            form.amount.errors = [*form.amount.errors, str(error)]
        else:
            flash(_("Proposed. Somebody else has to approve it."), "good")
            return redirect(url_for("console.retainer", retainer_id=retainer_id), 303)
    offered = choosing.offered(form.hub.data or "", is_open=True)
    page = render_template("console/retainers/new.html", form=form, hubs=offered)
    return page, 422 if form.all_errors else 200


@blueprint.get("/retainers/<uuid:retainer_id>")
@access.requires("central.payouts")
def retainer(retainer_id: UUID) -> ResponseReturnValue:
    """One: what was agreed by whom, what it has earned, its end."""
    return _page(network.retainer(retainer_id), EndForm())


@blueprint.post("/retainers/<uuid:retainer_id>/<any(approve, refuse):decision>")
@access.requires("central.payouts")
def decide_retainer(retainer_id: UUID, decision: str) -> ResponseReturnValue:
    """Approve or refuse what somebody else proposed."""
    found, is_approved = network.retainer(retainer_id), decision == "approve"
    answer = request.form.get("answer", "").replace("\x00", "")
    try:
        acts.decide(retainer_id=found.id, is_approved=is_approved, answer=answer, actor=actor(), now=clock.now())
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("Agreed. The person has been told.") if is_approved else _("Refused: nothing was promised."), "good")
    return redirect(url_for("console.retainer", retainer_id=retainer_id), 303)


@blueprint.post("/retainers/<uuid:retainer_id>/end")
@access.requires("central.payouts")
def end_retainer(retainer_id: UUID) -> ResponseReturnValue:
    """End it today or later."""
    found, form = network.retainer(retainer_id), EndForm()
    if form.validate_on_submit() and form.last_day.data is not None:
        try:
            acts.end(
                retainer_id=retainer_id,
                last_day=form.last_day.data,
                reason=form.reason.data,
                actor=actor(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. The person has been told."), "good")
            return redirect(url_for("console.retainer", retainer_id=retainer_id), 303)
    return _page(found, form), 422


@blueprint.route("/retainers/<uuid:retainer_id>/periods/<uuid:period_id>/take-back", methods=["GET", "POST"])
@access.requires("central.payouts")
def take_back(retainer_id: UUID, period_id: UUID) -> ResponseReturnValue:
    """Propose to take something of an earned period back; somebody else decides."""
    found = network.retainer(retainer_id)
    with in_hub(found.hub_id):
        earned, left = queries.earned(period_id), line_queries.left_of_grant(period_id)
    if earned is None or earned.retainer.id != retainer_id:
        raise NoSuchRetainer
    form = TakeBackForm(found.currency)
    if form.validate_on_submit():
        try:
            acts.propose_take_back(
                retainer_id=retainer_id, wanted=form.wanted(period_id), actor=actor(), now=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Proposed. Somebody else has to approve it."), "good")
            return redirect(url_for("console.retainer", retainer_id=retainer_id), 303)
    page = render_template(
        "console/retainers/take_back.html",
        form=form,
        retainer=found,
        period=earned.period,
        left=Money(left, found.currency),
    )
    return page, 422 if form.all_errors else 200


@blueprint.post("/retainers/<uuid:retainer_id>/take-back/<uuid:take_back_id>/<any(approve, refuse):decision>")
@access.requires("central.payouts")
def decide_take_back(retainer_id: UUID, take_back_id: UUID, decision: str) -> ResponseReturnValue:
    """Approve or refuse what somebody else wants back."""
    is_approved, answer = decision == "approve", request.form.get("answer", "").replace("\x00", "")
    try:
        acts.decide_take_back(
            retainer_id=retainer_id,
            take_back_id=take_back_id,
            is_approved=is_approved,
            answer=answer,
            actor=actor(),
            now=clock.now(),
        )
    except NotFound:
        raise
    except Refusal as refusal:
        flash(str(refusal), "warn")
    else:
        flash(_("Taken back. The person has been told.") if is_approved else _("Refused: nothing is taken."), "good")
    return redirect(url_for("console.retainer", retainer_id=retainer_id), 303)


def _page(found: Retainer, form: EndForm) -> str:
    now, who = clock.now(), actor().id
    with in_hub(found.hub_id):
        before = request.args.get("before", type=int)
        periods = queries.periods_of(found.id, before=before, limit=PERIODS + 1)
        take_backs = queries.take_backs_of(found.id)
    shown = periods[:PERIODS]
    if form.last_day.data is None and not form.is_submitted():
        form.last_day.data = policies.today(now, tenancy.hub_view(found.hub_id).zone)
    more: dict[str, Any] = {"retainer_id": found.id, "before": shown[-1].number if shown else None}
    people = [found.account_id, found.proposed_by, found.decided_by, found.ended_by]
    people += [who for row, _period in take_backs for who in (row.proposed_by, row.decided_by)]
    return render_template(
        "console/retainers/detail.html",
        retainer=found,
        agreement=queries.agreement_of(found, now=now),
        periods=shown,
        earned=network.earned_by([found.id]).get(found.id, 0),
        take_backs=take_backs,
        who=who,
        names=accounts.names(one for one in people if one is not None),
        hub_names=hubs_of_network.names([found.hub_id]),
        may_decide=who not in {found.proposed_by, found.account_id},
        form=form,
        next_url=url_for("console.retainer", **more) if len(periods) > PERIODS else "",
        explanation=queries.explanation,
        explain=wording.explain,
        money=Money,
    )
