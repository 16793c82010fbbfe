"""Statements by month and year, the documents of payouts, and the yearly file for the tax office; one's own only."""

from __future__ import annotations

import csv
import io
from datetime import timedelta
from uuid import UUID

from flask import Response, current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import current_user

from hubapp.earnings.payouts import queries, statements
from hubapp.earnings.payouts.statements import Statement
from hubapp.earnings.payouts.taxes import COLUMNS, tax_rows
from hubapp.earnings.payouts.views.blueprint import FOLDER, pages
from hubapp.kernel import clock, pdf
from hubapp.kernel.config import Settings
from hubapp.kernel.money import Money
from hubapp.web import access, static
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
        has_pdf=pdf.is_available(),
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
    made = pdf.render(_sheet(_found(period)), css=(static.FOLDER / "sheet.css").read_text())
    name = f"statement-{current_hub().slug}-{period}.pdf"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(made, mimetype="application/pdf", headers=headers)


@pages.get("/me/earnings/documents/<uuid:document_id>")
@access.requires()
def document(document_id: UUID) -> ResponseReturnValue:
    """A document on a sheet."""
    found = queries.document_of(account_id=current_user.account_id, document_id=document_id)
    settings: Settings = current_app.extensions["hubapp.settings"]
    return render_template(
        f"{FOLDER}/document.html",
        document=found,
        money=Money,
        network_name=settings.network_name,
        back_url=url_for("payouts.statement", payout_id=found.payout_id),
        here=current_hub().name,
        books=url_for("books.payout", payout_id=found.payout_id) if queries.is_drawn_here(found.payout_id) else "",
    )


@pages.get("/me/earnings/tax/<int:year>.csv")
@access.requires()
def tax_file(year: int) -> ResponseReturnValue:
    """A year's documents over all hubs, for the tax office."""
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
        back_url=url_for("payouts.period", period=found.period),
    )


def _found(period: str) -> Statement:
    hub = current_hub()
    return statements.statement(account_id=current_user.account_id, currency=hub.currency, period=period, zone=hub.zone)


def _csv(text: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv; charset=utf-8", headers=headers)
