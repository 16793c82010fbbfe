"""Refunds above a hub's limits, or unanswered: the core decides, and sets how far each hub decides alone."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console.forms import LimitsForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404, site_url
from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import network, queries, refund_queries, services
from hubapp.market.orders.errors import NotAnAmount
from hubapp.market.orders.forms import AnswerForm
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest
from hubapp.market.orders.refund_rules import Limits
from hubapp.market.orders.views import returns
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy.platform import in_hub
from hubapp.web import access, places
from hubapp.web.paging import Lists, Part

PAGE = 50
LISTS = Lists("console.refunds", ("waiting", "decided"))


@blueprint.get("/refunds")
@access.requires("central.view")
def refunds() -> ResponseReturnValue:
    """What waits for the core, and what was decided last anywhere."""
    waiting, decided = _waiting(), _decided()
    return render_template(
        "console/refunds.html",
        waiting=waiting,
        decided=decided,
        names=hubs_of_network.names([found.hub_id for found, _order in (*waiting.rows, *decided.rows)]),
        states=returns.request_states(),
    )


def _waiting() -> Part[tuple[RefundRequest, Order]]:
    at = places.read(request.args.get("waiting", ""))
    found = network.waiting_for_core(after=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="waiting", at=at, key=lambda row: places.written(row[0].due_at, row[0].id))


def _decided() -> Part[tuple[RefundRequest, Order]]:
    at = places.read(request.args.get("decided", ""))
    found = network.decided(before=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="decided", at=at, key=_when_decided, anchor="decided")


def _when_decided(row: tuple[RefundRequest, Order]) -> str:
    return places.written(row[0].decided_at, row[0].id)


@blueprint.route("/refunds/<uuid:request_id>", methods=["GET", "POST"])
@access.requires("central.refunds")
def refund(request_id: UUID) -> ResponseReturnValue:
    """Answer one, in its hub."""
    found = network.find(request_id)
    with in_hub(found.hub_id):
        order = queries.order(found.order_id)
        context = returns.of_order(order)
    form = AnswerForm()
    form.amount.currency = order.currency
    if request.method == "GET":
        form.amount.data = min(found.money, order.left)
    if form.validate_on_submit():
        try:
            with in_hub(found.hub_id):
                _decide(form, request_id)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Answered. The buyer has been told."), "good")
            return redirect(url_for("console.refunds"), 303)
    names = hubs_of_network.names([found.hub_id])
    page = render_template(
        "console/refund.html", found=found, order=order, form=form, names=names, site_url=site_url, **context
    )
    return page, 422 if form.all_errors else 200


def _decide(form: AnswerForm, request_id: UUID) -> None:
    words, now = form.words.data or "", clock.now()
    if form.verdict.data == "decline":
        services.decline_refund(request_id=request_id, words=words, by=Level.CORE, actor=actor(), now=now)
        return
    if form.amount.data is None:
        raise NotAnAmount
    services.grant_refund(
        request_id=request_id, amount=form.amount.data, words=words, by=Level.CORE, actor=actor(), now=now
    )


@blueprint.route("/hubs/<slug>/refunds", methods=["GET", "POST"])
@access.requires("central.refunds")
def refund_limits(slug: str) -> ResponseReturnValue:
    """How far a hub gives money back without asking."""
    hub = hub_or_404(slug)
    with in_hub(hub.id):
        known = refund_queries.limits()
    form = LimitsForm(data={"days": known.days, "units": known.units, "answer_days": known.answer_days})
    if form.validate_on_submit():
        limits = Limits(form.days.data, form.units.data, form.answer_days.data)
        with in_hub(hub.id):
            services.set_limits(hub_id=hub.id, limits=limits, actor=actor(), now=clock.now())
        flash(_("The limits of %(name)s are set.", name=hub.name), "good")
        return redirect(url_for("console.refund_limits", slug=slug), 303)
    page = render_template("console/refund_limits.html", found=hub, form=form)
    return page, 422 if form.all_errors else 200
