"""Receipts on paper, printed or as PDF: they name the merchant of record and each rate of tax."""

from __future__ import annotations

from flask import render_template, url_for
from flask.typing import ResponseReturnValue

from hubapp.market.orders import merchants, policies, queries
from hubapp.market.orders.models import Order
from hubapp.market.orders.views import returns, splits, words
from hubapp.people.papers import views as papers
from hubapp.web import areas

# Whose page a receipt belongs to → where it stands in the books as they may read them.
BOOKS = {"orders": "books.order", "sales": "books.order", "manage_orders": "manage_books.order"}


def page(order: Order, area: str) -> str:
    """The receipt on a sheet; `area` names the blueprint on whose pages the reader is."""
    hub, lines = areas.current_hub(), queries.lines_of(order.id)
    return render_template(
        "market/orders/print.html",
        order=order,
        lines=lines,
        rates=policies.taxes_by_rate(lines, gross=order.gross, tax=order.tax),
        tax_name=merchants.tax_name(hub),
        merchant=merchants.merchant(order, hub),
        operator=merchants.operator(hub) if order.seller_account_id else None,
        buyer=words.buyer_names([order.buyer_account_id])[order.buyer_account_id],
        statuses=words.statuses(),
        deliveries=words.deliveries(),
        split=splits.of_order(order),
        note=splits.merchant_note(order),
        books=url_for(BOOKS[area], order_id=order.id),
        back_url=url_for(f"{area}.detail", order_id=order.id),
        pdf_url=url_for(f"{area}.pdf", order_id=order.id),
        **returns.of_order(order),
    )


def as_pdf(order: Order, area: str) -> ResponseReturnValue:
    """The same as PDF."""
    name = f"receipt-{areas.current_hub().slug}-{order.number}.pdf"
    return papers.answer(page(order, area), name=name, printed_at=url_for(f"{area}.detail", order_id=order.id, print=1))
