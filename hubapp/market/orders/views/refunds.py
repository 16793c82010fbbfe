"""Refunds of a part: the buyer asks, the seller or the hub answers, or gives something back unasked."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import queries, refund_queries, services
from hubapp.market.orders.errors import NoSuchRequest, NotAnAmount
from hubapp.market.orders.forms import AnswerForm, RefundForm
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level, RefundRequest, RequestStatus
from hubapp.market.orders.views import returns, sales
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("refunds", __name__)

AREAS = {Level.SELLER: ("sales", "layouts/hub.html"), Level.HUB: ("manage_orders", "layouts/manage.html")}
LONGEST_NUMBER = 4


@pages.route("/orders/<uuid:order_id>/refund", methods=["GET", "POST"])
@access.requires()
def ask(order_id: UUID) -> ResponseReturnValue:
    """What the buyer wants back, and why."""
    order = queries.order_of_buyer(order_id, buyer_id=current_user.account_id)
    form, lines = RefundForm(), queries.lines_of(order.id)
    form.amount.currency = order.currency
    typed = {line.id: request.form.get(f"pieces-{line.position}", "").strip() for line in lines}
    if form.validate_on_submit():
        try:
            services.ask_refund(
                order_id=order.id,
                buyer_id=current_user.account_id,
                amount=form.amount.data,
                quantities=_pieces(typed),
                reason=form.reason.data,
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Asked. You get a mail as soon as there is an answer."), "good")
            return redirect(url_for("orders.detail", order_id=order.id), 303)
    page = render_template(
        "market/orders/refund_ask.html",
        form=form,
        order=order,
        lines=lines,
        typed=typed,
        **returns.of_order(order),
    )
    return page, 422 if form.all_errors else 200


def _pieces(typed: Mapping[UUID, str]) -> dict[UUID, int]:
    """Pieces per line; what is no number is refused as more than was bought would be."""
    found: dict[UUID, int] = {}
    for line_id, text in typed.items():
        if text:
            found[line_id] = int(text) if text.isdecimal() and len(text) <= LONGEST_NUMBER else -1
    return found


@pages.route("/sell/orders/<uuid:order_id>/refund", methods=["GET", "POST"])
@access.requires()
def by_seller(order_id: UUID) -> ResponseReturnValue:
    """The seller answers, or gives a part back unasked."""
    return _page(sales.own(order_id), Level.SELLER)


@pages.route("/manage/orders/<uuid:order_id>/refund", methods=["GET", "POST"])
@access.requires("refunds.grant")
def by_hub(order_id: UUID) -> ResponseReturnValue:
    """The hub answers in the seller's place, within its limits."""
    return _page(queries.order(order_id), Level.HUB)


def _page(order: Order, by: Level) -> ResponseReturnValue:
    waiting = refund_queries.open_of(order.id)
    is_answerable = waiting is not None and waiting.level != Level.CORE
    return _answer(order, waiting, by) if waiting is not None and is_answerable else _give(order, waiting, by)


def _answer(order: Order, waiting: RefundRequest, by: Level) -> ResponseReturnValue:
    form = AnswerForm()
    form.amount.currency = order.currency
    if request.method == "GET":
        form.amount.data = min(waiting.money, order.left)
    if form.validate_on_submit():
        try:
            _decide(form, waiting.id, by)
        except NoSuchRequest:
            raise
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect(url_for(f"{AREAS[by][0]}.detail", order_id=order.id), 303)
    return _rendered("market/orders/refund_answer.html", order, by, form, waiting)


def _decide(form: AnswerForm, request_id: UUID, by: Level) -> None:
    words, actor, now = form.words.data or "", guards.actor(), clock.now()
    if form.verdict.data == "decline":
        services.decline_refund(request_id=request_id, words=words, by=by, actor=actor, now=now)
        flash(_("Declined. The buyer reads your words."), "info")
        return
    if form.amount.data is None:
        raise NotAnAmount
    amount = form.amount.data
    _tell(services.grant_refund(request_id=request_id, amount=amount, words=words, by=by, actor=actor, now=now))


def _tell(status: RequestStatus) -> None:
    if status == RequestStatus.OPEN:
        flash(_("This is above the hub's limits. The network was asked to decide."), "info")
    else:
        flash(_("The money is on its way back to the buyer."), "good")


def _give(order: Order, waiting: RefundRequest | None, by: Level) -> ResponseReturnValue:
    form = RefundForm()
    form.amount.currency = order.currency
    if form.validate_on_submit():
        try:
            if form.amount.data is None:
                raise NotAnAmount
            status = services.refund_part(
                order_id=order.id,
                amount=form.amount.data,
                reason=form.reason.data,
                by=by,
                actor=guards.actor(),
                now=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            _tell(status)
            return redirect(url_for(f"{AREAS[by][0]}.detail", order_id=order.id), 303)
    return _rendered("market/orders/refund_give.html", order, by, form, waiting)


def _rendered(
    template: str, order: Order, by: Level, form: AnswerForm | RefundForm, waiting: RefundRequest | None
) -> ResponseReturnValue:
    area, layout = AREAS[by]
    page = render_template(
        template,
        form=form,
        order=order,
        waiting=waiting,
        area=area,
        layout=layout,
        is_hub=by == Level.HUB,
        **returns.of_order(order),
    )
    return page, 422 if form.all_errors else 200
