"""Disputed payments of all hubs: deadlines, what is behind each, evidence, and accepting a loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import current_app, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import disputing
from hubapp.console.disputing import Case
from hubapp.console.forms import EvidenceFileForm, EvidenceForm, ReasonForm
from hubapp.console.views.blueprint import actor, blueprint, site_url
from hubapp.earnings.shares import wording
from hubapp.kernel import clock, files
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.market.orders.dispute_words import who_bears_the_fee
from hubapp.money.payments import dispute_network, dispute_words
from hubapp.money.payments.dispute_models import Dispute
from hubapp.money.payments.dispute_rules import LARGEST_FILE
from hubapp.money.payments.dispute_values import EVIDENCE_FILES, EVIDENCE_TEXTS
from hubapp.money.payments.errors import BadEvidence
from hubapp.tenancy import network as hubs_of_network
from hubapp.web import access, places

PAGE = 50


@blueprint.get("/disputes")
@access.requires("central.view")
def disputes() -> ResponseReturnValue:
    """Open ones with the nearest deadline first; those that are over below."""
    is_open = request.args.get("over") is None
    found, at = _open() if is_open else _over()
    shown, over = found[:PAGE], None if is_open else 1
    return render_template(
        "console/disputes.html",
        rows=[_row(dispute) for dispute in shown],
        names=hubs_of_network.names([dispute.hub_id for dispute in shown]),
        is_open=is_open,
        now=clock.now(),
        first_url=url_for("console.disputes", over=over) if at else "",
        next_url=url_for("console.disputes", over=over, key=_place(shown[-1])) if len(found) > PAGE else "",
    )


def _open() -> tuple[Sequence[Dispute], object]:
    at = places.read_open(request.args.get("key", ""))
    return dispute_network.nearest(after=at, limit=PAGE + 1), at


def _over() -> tuple[Sequence[Dispute], object]:
    at = places.read(request.args.get("key", ""))
    return dispute_network.over(before=at, limit=PAGE + 1), at


def _place(last: Dispute) -> str:
    return places.written(last.due_by if last.outcome is None else last.closed_at, last.id)


def _row(dispute: Dispute) -> dict[str, Any]:
    return {
        "dispute": dispute,
        "amount": Money(dispute.amount, dispute.currency),
        "reason": dispute_words.reason_words(dispute.reason),
        "state": dispute_words.outcome_pill(dispute),
    }


@blueprint.route("/disputes/<uuid:dispute_id>", methods=["GET", "POST"])
@access.requires("central.disputes")
def dispute(dispute_id: UUID) -> ResponseReturnValue:
    """One dispute: what is behind it, and what is said to the bank."""
    case, form = disputing.case(dispute_id), EvidenceForm()
    if request.method == "GET":
        for name in EVIDENCE_TEXTS:
            form[name].data = case.dispute.draft.get(name, "")
    if form.validate_on_submit():
        texts = {name: form[name].data or "" for name in EVIDENCE_TEXTS}
        is_final = request.form.get("act") == "submit"
        act = disputing.submit if is_final else disputing.save_draft
        try:
            act(dispute_id=dispute_id, texts=texts, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Handed in. The bank decides now.") if is_final else _("The draft is kept."), "good")
            return redirect(url_for("console.dispute", dispute_id=dispute_id), 303)
    return _shown(case, form, EvidenceFileForm())


@blueprint.post("/disputes/<uuid:dispute_id>/files")
@access.requires("central.disputes")
def attach_evidence(dispute_id: UUID) -> ResponseReturnValue:
    """Hand a document in."""
    case, form = disputing.case(dispute_id), EvidenceFileForm()
    if form.validate_on_submit():
        sent = form.file.data
        try:
            if not sent:
                raise BadEvidence(_("Choose a file."), field="file")
            with sent.stream as stream:
                content = stream.read(LARGEST_FILE + 1)
            disputing.attach(
                dispute_id=dispute_id,
                field=form.kind.data or "",
                filename=sent.filename or "",
                content=content,
                files=files.opened(current_app.extensions["hubapp.settings"]),
                actor=actor(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The file is on its way to the payment provider."), "good")
            return redirect(url_for("console.dispute", dispute_id=dispute_id, _anchor="files"), 303)
    return _shown(case, None, form)


@blueprint.post("/disputes/<uuid:dispute_id>/files/remove")
@access.requires("central.disputes")
def detach_evidence(dispute_id: UUID) -> ResponseReturnValue:
    """Leave a document out."""
    try:
        disputing.detach(dispute_id=dispute_id, field=request.form.get("kind", ""), actor=actor(), now=clock.now())
    except Refusal as refusal:
        if refusal.status == 404:  # noqa: PLR2004
            raise
        flash(str(refusal), "bad")
    else:
        flash(_("The file is left out."), "good")
    return redirect(url_for("console.dispute", dispute_id=dispute_id, _anchor="files"), 303)


@blueprint.route("/disputes/<uuid:dispute_id>/accept", methods=["GET", "POST"])
@access.requires("central.disputes")
def accept_dispute(dispute_id: UUID) -> ResponseReturnValue:
    """Leave the money to the buyer, after a page that says what follows."""
    case, form = disputing.case(dispute_id), ReasonForm()
    if form.validate_on_submit():
        try:
            disputing.accept_loss(dispute_id=dispute_id, reason=form.reason.data, actor=actor(), now=clock.now())
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("The loss is accepted. The books follow as soon as the bank confirms it."), "info")
            return redirect(url_for("console.dispute", dispute_id=dispute_id), 303)
    page = render_template("console/dispute_accept.html", **_row(case.dispute), form=form)
    return page, 422 if form.all_errors else 200


def _shown(case: Case, form: EvidenceForm | None, file_form: EvidenceFileForm) -> ResponseReturnValue:
    shown = form or EvidenceForm(formdata=None, data=case.dispute.draft)
    names, errors = dispute_words.evidence_names(), [*(form.all_errors if form else []), *file_form.all_errors]
    for name in EVIDENCE_TEXTS:
        shown[name].label.text = names[name]
    hub = hubs_of_network.names([case.dispute.hub_id])[case.dispute.hub_id]
    page = render_template(
        "console/dispute.html",
        **_row(case.dispute),
        case=case,
        form=shown,
        file_form=file_form,
        errors=errors,
        names=names,
        hub_names={case.dispute.hub_id: hub},
        texts=[shown[name] for name in EVIDENCE_TEXTS],
        kinds=[(name, names[name]) for name in EVIDENCE_FILES],
        role_name=wording.role_name,
        fee_words=who_bears_the_fee(order for order, _split in case.orders),
        site_url=site_url,
        money_of=lambda amount: Money(amount, case.dispute.currency),
    )
    return page, 422 if errors else 200
