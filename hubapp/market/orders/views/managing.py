"""The hub's orders and turnover, for its connector and helpers."""

from __future__ import annotations

from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.market.catalogue.views import cards
from hubapp.market.orders import queries, refund_queries, services
from hubapp.market.orders.errors import NoSuchOrder
from hubapp.market.orders.models import Order
from hubapp.market.orders.views import sales, sheets, splits, words
from hubapp.market.orders.views.buying import next_number, number_or_none, receipt_context
from hubapp.people.membership.views import guards
from hubapp.web import access, areas

pages = areas.hub_blueprint("manage_orders", __name__)


@pages.get("/manage/orders")
@access.requires("market.view")
def index() -> ResponseReturnValue:
    """All orders of the hub."""
    status, before = request.args.get("status", ""), number_or_none(request.args.get("before", ""))
    orders = list(queries.all_orders(status=status, before=before))
    following = next_number(orders)
    return render_template(
        "market/orders/manage.html",
        orders=orders,
        titles=queries.first_titles([order.id for order in orders]),
        buyers=words.buyer_names(order.buyer_account_id for order in orders),
        sellers=cards.seller_names(order.seller_account_id for order in orders),
        statuses=words.statuses(),
        status=status,
        requests=refund_queries.waiting() if access.may("refunds.grant") else (),
        next_url=url_for(".index", before=following, status=status or None) if following else "",
    )


@pages.get("/manage/orders/<uuid:order_id>")
@access.requires("market.view")
def detail(order_id: UUID) -> ResponseReturnValue:
    """One order of the hub; `?print=1` its receipt on a sheet."""
    order = queries.order(order_id)
    if request.args.get("print"):
        return sheets.page(order, "manage_orders")
    return render_template(
        "market/orders/sale.html",
        **receipt_context(order),
        area="manage_orders",
        layout="layouts/manage.html",
        may_cancel=access.may("orders.manage"),
        may_refund=access.may("refunds.grant"),
    )


@pages.get("/manage/orders/<uuid:order_id>.pdf")
@access.requires("market.view")
def pdf(order_id: UUID) -> ResponseReturnValue:
    """Its receipt as PDF."""
    return sheets.as_pdf(queries.order(order_id), "manage_orders")


@pages.post("/manage/orders/<uuid:order_id>/hand-over")
@access.requires("orders.manage")
def hand_over(order_id: UUID) -> ResponseReturnValue:
    """What the core sold was given out here; members' orders are handed over by their sellers."""
    order = _of_core(order_id)
    services.mark_handed_over(order_id=order.id, actor=guards.actor(), now=clock.now())
    flash(_("Marked as handed over."), "good")
    return redirect(url_for(".detail", order_id=order_id), 303)


@pages.route("/manage/orders/<uuid:order_id>/cancel", methods=["GET", "POST"])
@access.requires("orders.manage")
def cancel(order_id: UUID) -> ResponseReturnValue:
    """Any order of the hub, with a reason that its buyer reads and the log keeps."""
    return sales.cancel_page(queries.order(order_id), area="manage_orders", layout="layouts/manage.html")


@pages.get("/manage/turnover")
@access.requires("turnover.view")
def turnover() -> ResponseReturnValue:
    """The hub's months, and one's own share of each sale with the rule that made it."""
    hub = areas.current_hub()
    before = request.args.get("before", "")
    return render_template(
        "market/orders/turnover.html",
        months=queries.turnover(timezone=hub.timezone),
        **splits.own_share(current_user.account_id, hub.currency, before=before, now=clock.now()),
    )


def _of_core(order_id: UUID) -> Order:
    order = queries.order(order_id)
    if order.seller_account_id is not None:
        raise NoSuchOrder
    return order
