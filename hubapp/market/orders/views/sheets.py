"""Receipts on paper, printed or as PDF: they name the merchant of record and each rate of tax."""

from __future__ import annotations

from dataclasses import dataclass

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.earnings.payouts import queries as payees
from hubapp.earnings.payouts.models import TaxForm
from hubapp.market.catalogue.views import cards
from hubapp.market.orders import policies, queries
from hubapp.market.orders.models import Order
from hubapp.market.orders.views import returns, splits, words
from hubapp.people.papers import views as papers
from hubapp.web import areas

# Whose page a receipt belongs to → where it stands in the books as they may read them.
BOOKS = {"orders": "books.order", "sales": "books.order", "manage_orders": "manage_books.order"}


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody named on a receipt, with what the law wants to be said of them."""

    name: str
    lines: tuple[str, ...] = ()


def page(order: Order, area: str) -> str:
    """The receipt on a sheet; `area` names the blueprint on whose pages the reader is."""
    lines = queries.lines_of(order.id)
    return render_template(
        "market/orders/print.html",
        order=order,
        lines=lines,
        rates=policies.taxes_by_rate(lines, gross=order.gross, tax=order.tax),
        tax_name=areas.current_hub().legal.get("tax", {}).get("name") or _("Tax"),
        merchant=_merchant(order),
        operator=_operator() if order.seller_account_id else None,
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


def _merchant(order: Order) -> Party:
    """The buyer's contract partner: the core's operator, or the seller, with their tax data if they are a business.

    A private person's address stays between them and the tax office.
    """
    if order.seller_account_id is None:
        return _operator()
    shown = cards.seller_names([order.seller_account_id])[order.seller_account_id]
    tax = payees.tax_of(order.seller_account_id)
    if tax is None or tax.form == TaxForm.PERSON:
        return Party(shown)
    vat = [_("VAT id %(id)s", id=tax.vat_id)] if tax.vat_id else []
    return Party(tax.name, (shown, *tax.address.splitlines(), tax.country, *vat))


def _operator() -> Party:
    hub = areas.current_hub()
    said = [str(hub.legal[name]) for name in ("form", "address", "register", "tax_id", "email") if hub.legal.get(name)]
    return Party(str(hub.legal.get("operator") or hub.name), tuple(said))
