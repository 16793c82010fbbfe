"""Payout runs: preview, proposal, approval, and each payout until it has arrived; stopping payouts to a person."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.console.forms import ReasonForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.console.views.choosing import choice
from hubapp.earnings.payouts import network, planning, queries, services
from hubapp.earnings.payouts.errors import PayeeNotFound
from hubapp.earnings.payouts.planning import Line
from hubapp.earnings.payouts.taxes import COLUMNS, tax_rows
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import choosing
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access

SHOWN = 200


@blueprint.get("/payouts")
@access.requires("central.payouts")
def payouts() -> ResponseReturnValue:
    """Runs, the newest first, and whom nothing is paid to."""
    return _runs_page("", "")


def _runs_page(typed: str, refused: str) -> str:
    runs = network.runs(before=request.args.get("before", type=UUID), limit=network.PAGE + 1)
    shown, frozen = runs[: network.PAGE], network.frozen()
    return render_template(
        "console/payouts/runs.html",
        runs=shown,
        sums=network.sums_of([run.id for run in shown]),
        hub_names=hubs_of_network.names([run.only_hub_id for run in shown]),
        frozen=frozen,
        names=accounts.names(payee.account_id for payee in frozen),
        year=clock.now().year,
        typed=typed,
        refused=refused,
        hubs=choosing.offered(typed),
        next_url=url_for("console.payouts", before=shown[-1].id) if len(runs) > network.PAGE else "",
    )


@blueprint.get("/payouts/preview")
@access.requires("central.payouts")
def preview_payouts() -> ResponseReturnValue:
    """Who would get what now, and who would not, with the reason; nothing is written."""
    typed, is_everybody = request.args.get("hub", "").strip(), request.args.get("everybody") == "yes"
    hub, refused = choice(typed)
    if refused:
        return _runs_page(typed, refused), 422
    lines = planning.preview(now=clock.now(), hub_id=hub.id if hub else None, is_everybody=is_everybody)
    paid, left_out, counts = _sorted(lines)
    return render_template(
        "console/payouts/preview.html",
        found=hub,
        is_everybody=is_everybody,
        paid=paid,
        left_out=left_out,
        counts=counts,
        names=accounts.names(line.account_id for line in (*paid, *left_out)),
        money=Money,
    )


def _sorted(lines: Iterable[Line]) -> tuple[list[Line], list[Line], dict[str, Any]]:
    """The first hundreds of either kind, and sums over all, however many there are."""
    paid: list[Line] = []
    left_out: list[Line] = []
    totals: dict[str, int] = {}
    people = {"paid": 0, "left_out": 0}
    for line in lines:
        kind, kept = ("paid", paid) if line.reason is None else ("left_out", left_out)
        people[kind] += 1
        if line.reason is None:
            totals[line.currency] = totals.get(line.currency, 0) + line.amount
        if len(kept) < SHOWN:
            kept.append(line)
    totals_shown = [Money(amount, currency) for currency, amount in sorted(totals.items())]
    return paid, left_out, {**people, "totals": totals_shown}


@blueprint.post("/payouts/propose")
@access.requires("central.payouts")
def propose_payouts() -> ResponseReturnValue:
    """Write the preview down as a run."""
    slug = request.form.get("hub", "").strip()
    hub = hub_or_404(slug) if slug else None
    run_id = services.propose(
        by=actor(),
        now=clock.now(),
        hub_id=hub.id if hub else None,
        is_everybody=request.form.get("everybody") == "yes",
    )
    return redirect(url_for("console.payout_run", run_id=run_id), 303)


@blueprint.get("/payouts/runs/<uuid:run_id>")
@access.requires("central.payouts")
def payout_run(run_id: UUID) -> ResponseReturnValue:
    """One run: whom it pays and how far that is, or whom it leaves out."""
    run, is_paid = queries.run(run_id), request.args.get("show") != "left_out"
    found = network.items(run_id, is_paid=is_paid, after=request.args.get("after", type=UUID), limit=network.PAGE + 1)
    shown = list(islice(found, network.PAGE))
    show = None if is_paid else "left_out"
    more = url_for("console.payout_run", run_id=run_id, show=show, after=shown[-1].item.id) if shown else ""
    return render_template(
        "console/payouts/run.html",
        run=run,
        items=shown,
        is_paid=is_paid,
        sums=network.sums_of([run_id]).get(run_id, []),
        states=network.states_of(run_id),
        names=accounts.names(row.item.account_id for row in shown),
        hub_names=hubs_of_network.names([run.only_hub_id]),
        next_url=more if len(found) > network.PAGE else "",
        money=Money,
    )


@blueprint.post("/payouts/runs/<uuid:run_id>/approve")
@access.requires("central.payouts")
def approve_run(run_id: UUID) -> ResponseReturnValue:
    """Let it pay."""
    return _acted(
        run_id,
        lambda: services.approve(run_id=run_id, by=actor(), now=clock.now()),
        lambda _answer: _("Approved. The payouts start now."),
    )


@blueprint.post("/payouts/runs/<uuid:run_id>/cancel")
@access.requires("central.payouts")
def cancel_run(run_id: UUID) -> ResponseReturnValue:
    """Cancel what is not sent."""
    return _acted(
        run_id,
        lambda: services.cancel_run(run_id=run_id, by=actor(), now=clock.now()),
        lambda count: ngettext("%(num)d payout was canceled.", "%(num)d payouts were canceled.", count),
    )


@blueprint.post("/payouts/runs/<uuid:run_id>/items/<uuid:item_id>/retry")
@access.requires("central.payouts")
def retry_payout(run_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Pay somebody again."""
    return _acted(
        run_id,
        lambda: services.retry_item(run_id=run_id, item_id=item_id, by=actor(), now=clock.now()),
        lambda _answer: _("The payout is tried again."),
    )


@blueprint.post("/payouts/runs/<uuid:run_id>/items/<uuid:item_id>/cancel")
@access.requires("central.payouts")
def cancel_payout(run_id: UUID, item_id: UUID) -> ResponseReturnValue:
    """Take one person out."""
    return _acted(
        run_id,
        lambda: services.cancel_item(run_id=run_id, item_id=item_id, by=actor(), now=clock.now()),
        lambda _answer: _("The payout was canceled."),
    )


def _acted(run_id: UUID, act: Callable[[], Any], said: Callable[[Any], str]) -> ResponseReturnValue:
    queries.run(run_id)  # no such run: 404, not a message on a page that does not exist
    try:
        flash(said(act()), "good")
    except Refusal as refusal:
        flash(str(refusal) or _("There is no such payout."), "warn")
    return redirect(url_for("console.payout_run", run_id=run_id), 303)


@blueprint.route("/payouts/payees/<uuid:account_id>", methods=["GET", "POST"])
@access.requires("central.payouts")
def payee(account_id: UUID) -> ResponseReturnValue:
    """A person's payout account and payouts; stop payouts to them, or let them go on."""
    found, form = queries.payee_of(account_id), ReasonForm()
    if found is None:
        raise PayeeNotFound
    if form.validate_on_submit():
        change = services.lift_payee if request.form.get("act") == "lift" else services.freeze_payee
        try:
            change(account_id=account_id, reason=form.reason.data, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved, with the reason in the audit log."), "good")
            return redirect(url_for("console.payee", account_id=account_id), 303)
    page = render_template(
        "console/payouts/payee.html",
        payee=found,
        name=accounts.names([account_id]).get(account_id, ""),
        payouts=network.payouts_of(account_id),
        documents=queries.documents_of(account_id=account_id),
        form=form,
        money=Money,
    )
    return page, 422 if form.all_errors else 200


@blueprint.get("/payouts/tax/<int:year>.csv")
@access.requires("central.payouts")
def tax_of_year(year: int) -> ResponseReturnValue:
    """All documents of a year, for the tax office."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(tax_rows(year=year))
    headers = {"Content-Disposition": f'attachment; filename="tax-{year}.csv"'}
    return Response(out.getvalue(), mimetype="text/csv; charset=utf-8", headers=headers)
