"""A buyer's orders and receipts: what was bought, who sold it, and where every cent went."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.market.catalogue.views import cards
from hubapp.market.orders import invoice_queries, invoice_rules, queries
from hubapp.market.orders.models import Order, OrderStatus
from hubapp.market.orders.views import returns, sheets, splits, words
from hubapp.web import access, areas

pages = areas.hub_blueprint("orders", __name__)


def number_or_none(text: str) -> int | None:
    """An order number from a query string; nonsense is none."""
    return int(text) if text.isdecimal() and len(text) < 16 else None  # noqa: PLR2004


def next_number(orders: list[Order], limit: int = queries.PAGE) -> int | None:
    """Where the next page of a list begins; None: there is none."""
    return orders[-1].number if len(orders) == limit else None


@pages.get("/me/orders")
@access.requires()
def index() -> ResponseReturnValue:
    """What I bought."""
    before = number_or_none(request.args.get("before", ""))
    orders = list(queries.orders_of_buyer(current_user.account_id, before=before))
    following = next_number(orders)
    return render_template(
        "market/orders/mine.html",
        orders=orders,
        titles=queries.first_titles([order.id for order in orders]),
        sellers=cards.seller_names(order.seller_account_id for order in orders),
        statuses=words.statuses(),
        next_url=url_for(".index", before=following) if following else "",
    )


@pages.get("/orders/<uuid:order_id>")
@access.requires()
def detail(order_id: UUID) -> ResponseReturnValue:
    """A receipt; `?print=1` on a sheet."""
    order = queries.order_of_buyer(order_id, buyer_id=current_user.account_id)
    if request.args.get("print"):
        return sheets.page(order, "orders")
    return render_template("market/orders/detail.html", **receipt_context(order))


@pages.get("/orders/<uuid:order_id>.pdf")
@access.requires()
def pdf(order_id: UUID) -> ResponseReturnValue:
    """The receipt as PDF."""
    return sheets.as_pdf(queries.order_of_buyer(order_id, buyer_id=current_user.account_id), "orders")


def of_documents(order: Order) -> dict[str, object]:
    """Its invoices, and whether this reader may say what they say of the buyer."""
    is_own = order.buyer_account_id == current_user.account_id and order.checkout_id is not None
    is_open = order.status not in {OrderStatus.EXPIRED, OrderStatus.REFUNDED}
    return {
        "documents": invoice_queries.documents_of(order.id),
        "may_correct": is_own
        and is_open
        and not (order.paid_at and invoice_rules.is_too_late(order.paid_at, clock.now())),
    }


def receipt_context(order: Order) -> dict[str, object]:
    """What a receipt shows, to its buyer, its seller and those who manage orders."""
    return {
        "order": order,
        "lines": queries.lines_of(order.id),
        "steps": queries.steps_of(order.id),
        "statuses": words.statuses(),
        "deliveries": words.deliveries(),
        "seller": cards.seller_names([order.seller_account_id])[order.seller_account_id],
        "buyer": words.buyer_names([order.buyer_account_id])[order.buyer_account_id],
        "split": splits.of_order(order),
        "merchant": splits.merchant_note(order),
        **returns.of_order(order),
        **of_documents(order),
    }
