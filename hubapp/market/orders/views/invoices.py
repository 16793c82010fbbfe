"""Invoices, credit notes and debit notes on paper; what a buyer wants on them; a seller's own, year by year."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_login import current_user

from hubapp.kernel import clock
from hubapp.kernel.errors import Refusal
from hubapp.market.orders import invoice_queries, invoice_rules, invoice_tables, queries, services
from hubapp.market.orders.errors import NoSuchDocument
from hubapp.market.orders.forms import BillingForm
from hubapp.market.orders.invoice_models import SalesDocument
from hubapp.market.orders.invoice_rules import Billing
from hubapp.market.orders.models import Order
from hubapp.market.orders.views.buying import number_or_none
from hubapp.people.papers import views as papers
from hubapp.web import access, areas

pages = areas.hub_blueprint("invoices", __name__)
FIRST_YEAR, LAST_YEAR = 2000, 2999


@pages.get("/invoices/<uuid:invoice_id>")
@access.requires()
def sheet(invoice_id: UUID) -> ResponseReturnValue:
    """A document on a sheet, for its buyer, its seller and those who see the hub's orders."""
    return _sheet(invoice_queries.document(invoice_id))


@pages.get("/invoices/<uuid:invoice_id>.pdf")
@access.requires()
def pdf(invoice_id: UUID) -> ResponseReturnValue:
    """The same as PDF."""
    found = invoice_queries.document(invoice_id)
    name = f"{found.kind.replace('_', '-')}-{found.label}.pdf"
    return papers.answer(_sheet(found), name=name, printed_at=url_for("invoices.sheet", invoice_id=invoice_id))


def _sheet(found: SalesDocument) -> str:
    """The document in its own language, whoever reads it: it was made once and stays as it is."""
    page, books = _whose(found)
    content = found.content
    with force_locale(content["locale"]):
        return render_template(
            "market/orders/invoice.html",
            document=found,
            content=content,
            rates=invoice_rules.parts_of(content),
            given_back=sum(line["gross"] + line["shipping"] for line in content["lines"]) - found.gross,
            paid_at=_moment(content["paid_at"]),
            corrected_at=_moment(content.get("corrects", {}).get("issued_at", "")),
            books=url_for(books, order_id=found.order_id),
            back_url=url_for(page, order_id=found.order_id),
            pdf_url=url_for("invoices.pdf", invoice_id=found.id),
        )


def _moment(text: str) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _whose(found: SalesDocument) -> tuple[str, str]:
    """(the order's page, its trail in the books) as this reader may see them. Refuses with NoSuchDocument."""
    if found.buyer_account_id == current_user.account_id:
        return "orders.detail", "books.order"
    if found.issuer == f"account:{current_user.account_id}":
        return "sales.detail", "books.order"
    if access.may("market.view"):
        return "manage_orders.detail", "manage_books.order"
    raise NoSuchDocument


@pages.route("/me/billing", methods=["GET", "POST"])
@access.requires()
def billing() -> ResponseReturnValue:
    """What one's next invoices say."""
    form = _form(_known(None))
    if form.validate_on_submit():
        services.save_billing(account_id=current_user.account_id, billing=form.billing(), now=clock.now())
        flash(_("Saved. Your next invoices say so."), "good")
        return redirect(url_for(".billing"), 303)
    page = render_template("market/orders/billing.html", form=form, order=None)
    return page, 422 if form.all_errors else 200


@pages.route("/orders/<uuid:order_id>/billing", methods=["GET", "POST"])
@access.requires()
def correct(order_id: UUID) -> ResponseReturnValue:
    """What an order's invoice says of its buyer; one that says something else already is replaced."""
    order = queries.order_of_buyer(order_id, buyer_id=current_user.account_id)
    form = _form(_known(order))
    if form.validate_on_submit():
        try:
            services.correct_invoice(
                order_id=order_id, buyer_id=current_user.account_id, billing=form.billing(), now=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            flash(_("Saved. The invoice of this order says so."), "good")
            return redirect(url_for("orders.detail", order_id=order_id), 303)
    page = render_template("market/orders/billing.html", form=form, order=order)
    return page, 422 if form.all_errors else 200


def _known(order: Order | None) -> Billing:
    """What the order's invoice says, else what they want on the next one, else their name."""
    if order is not None:
        invoice = invoice_queries.current(invoice_queries.documents_of(order.id))
        if invoice is not None:
            return Billing(**invoice.content["buyer"])
    return invoice_queries.billing_of(current_user.account_id) or Billing(current_user.name)


def _form(known: Billing) -> BillingForm:
    form = BillingForm(data={name: getattr(known, name) for name in ("name", "address", "country", "tax_id")})
    form.offer_countries(areas.current_hub().country)
    return form


@pages.get("/sell/invoices")
@access.requires()
def index() -> ResponseReturnValue:
    """A seller's documents of a year in this hub."""
    this = clock.now().astimezone(areas.current_hub().zone).year
    year = year_asked(this)
    before = number_or_none(request.args.get("before", ""))
    found = invoice_queries.documents_by(f"account:{current_user.account_id}", year=year, before=before)
    following = found[-1].number if len(found) == invoice_queries.PAGE else None
    return render_template(
        "market/orders/invoices.html",
        documents=found,
        year=year,
        years=range(this, this - 4, -1),
        next_url=url_for(".index", year=year, before=following) if following else "",
    )


def year_asked(this: int) -> int:
    """The year of the query string; nonsense is this one."""
    asked = number_or_none(request.args.get("year", ""))
    return asked if asked is not None and FIRST_YEAR <= asked <= LAST_YEAR else this


@pages.get("/sell/invoices/<int:year>.csv")
@access.requires()
def of_year(year: int) -> ResponseReturnValue:
    """A year's whole series of numbers, over all hubs, as a table."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoSuchDocument
    return as_file(invoice_tables.as_csv(invoice_queries.year_of(current_user.account_id, year)), year)


def as_file(text: str, year: int) -> Response:
    """A year's documents to download."""
    headers = {"Content-Disposition": f'attachment; filename="invoices-{year}.csv"'}
    return Response(text, mimetype="text/csv; charset=utf-8", headers=headers)
