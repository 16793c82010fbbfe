"""A seller's orders: look, mark handed over, cancel with the money back."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import queries, refund_queries, services
from hubapp.market.orders.forms import CancelForm
from hubapp.market.orders.models import Order
from hubapp.market.orders.views import sheets, words
from hubapp.market.orders.views.buying import next_number, number_or_none, receipt_context
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("sales", __name__)


@pages.get("/sell/orders")
@access.requires()
def index() -> ResponseReturnValue:
    """What others bought from me."""
    status, before = request.args.get("status", ""), number_or_none(request.args.get("before", ""))
    orders = list(queries.orders_of_seller(current_user.account_id, status=status, before=before))
    following = next_number(orders)
    return render_template(
        "market/orders/sales.html",
        orders=orders,
        titles=queries.first_titles([order.id for order in orders]),
        buyers=words.buyer_names(order.buyer_account_id for order in orders),
        statuses=words.statuses(),
        status=status,
        waiting=queries.open_tasks(current_user.account_id),
        requests=refund_queries.waiting(seller_id=current_user.account_id),
        next_url=url_for(".index", before=following, status=status or None) if following else "",
    )


@pages.get("/sell/orders/<uuid:order_id>")
@access.requires()
def detail(order_id: UUID) -> ResponseReturnValue:
    """One order to deliver; `?print=1` its receipt on a sheet."""
    order = own(order_id)
    if request.args.get("print"):
        return sheets.page(order, "sales")
    return render_template("market/orders/sale.html", **receipt_context(order), area="sales", layout="layouts/hub.html")


@pages.get("/sell/orders/<uuid:order_id>.pdf")
@access.requires()
def pdf(order_id: UUID) -> ResponseReturnValue:
    """Its receipt as PDF."""
    return sheets.as_pdf(own(order_id), "sales")


@pages.post("/sell/orders/<uuid:order_id>/hand-over")
@access.requires()
def hand_over(order_id: UUID) -> ResponseReturnValue:
    """The buyer has it."""
    services.mark_handed_over(order_id=own(order_id).id, actor=guards.actor(), now=clock.now())
    flash(_("Marked as handed over."), "good")
    return redirect(url_for(".detail", order_id=order_id), 303)


@pages.route("/sell/orders/<uuid:order_id>/cancel", methods=["GET", "POST"])
@access.requires()
def cancel(order_id: UUID) -> ResponseReturnValue:
    """Say why, then cancel and send the money back."""
    return cancel_page(own(order_id), area="sales", layout="layouts/hub.html")


def own(order_id: UUID) -> Order:
    """The order if the person asking sold it."""
    return queries.order_of_seller(order_id, seller_id=current_user.account_id)


def cancel_page(order: Order, *, area: str, layout: str) -> ResponseReturnValue:
    """The page that asks before it cancels; the seller's and the hub's are the same."""
    form = CancelForm()
    if form.validate_on_submit():
        try:
            services.cancel_order(
                order_id=order.id,
                reason=form.reason.data,
                actor=guards.actor(),
                now=clock.now(),
                by_hub=area == "manage_orders",
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Canceled. The money is on its way back to the buyer."), "good")
            return redirect(url_for(f"{area}.detail", order_id=order.id), 303)
    page = render_template("market/orders/cancel.html", form=form, order=order, area=area, layout=layout)
    return page, 422 if form.all_errors else 200
