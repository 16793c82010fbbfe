"""Statements by month and year, the documents of payouts, and the yearly file for the tax office; one's own only."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.earnings.payouts import queries, statements, taxes
from hubapp.earnings.payouts.models import PayoutDocument
from hubapp.earnings.payouts.statements import Statement
from hubapp.earnings.payouts.taxes import COLUMNS, tax_rows
from hubapp.earnings.payouts.views.blueprint import FOLDER, pages
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.money import Money
from hubapp.people.papers import views as papers
from hubapp.web import access
from hubapp.web.areas import current_hub


@pages.get("/me/earnings/periods")
@access.requires()
def periods() -> ResponseReturnValue:
    """This month's statement."""
    return redirect(url_for("payouts.period", period=f"{clock.now().astimezone(current_hub().zone):%Y-%m}"), 303)


@pages.get("/me/earnings/periods/<period>")
@access.requires()
def period(period: str) -> ResponseReturnValue:
    """A month or a year, entry by entry; `?print=1` on a sheet."""
    found = _found(period)
    if request.args.get("print"):
        return _sheet(found)
    is_year = "-" not in period
    form = "%Y" if is_year else "%Y-%m"
    return render_template(
        f"{FOLDER}/period.html",
        found=found,
        money=Money,
        before=(found.begin - timedelta(days=1)).strftime(form),
        after=found.end.strftime(form),
    )


@pages.get("/me/earnings/periods/<period>.csv")
@access.requires()
def period_csv(period: str) -> ResponseReturnValue:
    """The same as a table."""
    return _csv(statements.as_csv(_found(period)), f"statement-{current_hub().slug}-{period}.csv")


@pages.get("/me/earnings/periods/<period>.pdf")
@access.requires()
def period_pdf(period: str) -> ResponseReturnValue:
    """The sheet as PDF, where this server can make one."""
    found = _found(period)
    name = f"statement-{current_hub().slug}-{period}.pdf"
    return papers.answer(_sheet(found), name=name, printed_at=url_for("payouts.period", period=period, print=1))


@pages.get("/me/earnings/documents/<uuid:document_id>")
@access.requires()
def document(document_id: UUID) -> ResponseReturnValue:
    """A document on a sheet."""
    return _document(queries.document_of(account_id=current_user.account_id, document_id=document_id))


@pages.get("/me/earnings/documents/<uuid:document_id>.pdf")
@access.requires()
def document_pdf(document_id: UUID) -> ResponseReturnValue:
    """The same as PDF."""
    found = queries.document_of(account_id=current_user.account_id, document_id=document_id)
    name = f"{found.kind}-{found.year}-{found.number:05d}.pdf"
    return papers.answer(_document(found), name=name, printed_at=url_for("payouts.document", document_id=document_id))


@pages.get("/me/earnings/tax/<int:year>")
@access.requires()
def tax_year(year: int) -> ResponseReturnValue:
    """A year's documents over all hubs on a sheet, for the tax office."""
    return _tax_year(year)


@pages.get("/me/earnings/tax/<int:year>.pdf")
@access.requires()
def tax_year_pdf(year: int) -> ResponseReturnValue:
    """The same as PDF."""
    return papers.answer(_tax_year(year), name=f"tax-{year}.pdf", printed_at=url_for("payouts.tax_year", year=year))


@pages.get("/me/earnings/tax/<int:year>.csv")
@access.requires()
def tax_file(year: int) -> ResponseReturnValue:
    """The same as a table."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    writer.writerows(tax_rows(year=year, account_id=current_user.account_id))
    return _csv(out.getvalue(), f"tax-{year}.csv")


def _sheet(found: Statement) -> str:
    return render_template(
        f"{FOLDER}/sheet.html",
        sheets=[(found, current_hub().name)],
        money=Money,
        person=current_user.name,
        in_hub=True,
        back_url=url_for("payouts.period", period=found.period),
        pdf_url=url_for("payouts.period_pdf", period=found.period),
    )


def _document(found: PayoutDocument) -> str:
    settings: Settings = current_app.extensions["hubapp.settings"]
    return render_template(
        f"{FOLDER}/document.html",
        document=found,
        money=Money,
        is_networks=True,
        network_name=settings.network_name,
        back_url=url_for("payouts.statement", payout_id=found.payout_id),
        pdf_url=url_for("payouts.document_pdf", document_id=found.id),
        here=current_hub().name,
        books=_books([found.payout_id]).get(found.payout_id, ""),
    )


def _tax_year(year: int) -> str:
    found = taxes.tax_year(year=year, account_id=current_user.account_id)
    return render_template(
        f"{FOLDER}/tax_year.html",
        year=year,
        found=found,
        payee=queries.tax_of(current_user.account_id),
        person=current_user.name,
        money=Money,
        is_networks=True,
        books=_books([row.document.payout_id for rows in found.values() for row in rows]),
        back_url=url_for("payouts.period", period=str(year)),
        pdf_url=url_for("payouts.tax_year_pdf", year=year),
    )


def _books(payout_ids: Collection[UUID]) -> dict[UUID, str]:
    """Where those payouts stand in this hub's books that draw something from here."""
    here = queries.drawn_here(payout_ids)
    return {payout_id: url_for("books.payout", payout_id=payout_id) for payout_id in here}


def _found(period: str) -> Statement:
    hub = current_hub()
    return statements.statement(account_id=current_user.account_id, currency=hub.currency, period=period, zone=hub.zone)


def _csv(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv; charset=utf-8", headers=headers)
