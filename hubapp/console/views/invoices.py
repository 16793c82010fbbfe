"""The invoices of what the network sells itself, over all hubs: its one series of numbers."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.console.views.blueprint import blueprint
from hubapp.kernel import clock
from hubapp.market.orders import invoice_queries, invoice_tables
from hubapp.market.orders import network as orders
from hubapp.market.orders.errors import NoSuchDocument
from hubapp.market.orders.views.buying import number_or_none
from hubapp.market.orders.views.invoices import FIRST_YEAR, LAST_YEAR, as_file, year_asked
from hubapp.tenancy import network as hubs
from hubapp.web import access

FIRST_TO_SEE_A_YEAR = timedelta(hours=14)  # ahead of UTC: a hub may be there, and numbers by its own calendar


@blueprint.get("/invoices")
@access.requires("central.view")
def invoices() -> ResponseReturnValue:
    """A year's documents, the newest first."""
    now = clock.now()
    this, newest = now.year, (now + FIRST_TO_SEE_A_YEAR).year
    year, before = year_asked(this), number_or_none(request.args.get("before", ""))
    found = orders.invoices_of_core(year, before=before)
    following = found[-1].number if len(found) == orders.MOST else None
    return render_template(
        "console/invoices.html",
        documents=found,
        days={document.id: invoice_queries.day_of(document) for document in found},
        hubs=hubs.names({document.hub_id for document in found}),
        year=year,
        years=range(newest, this - 4, -1),
        next_url=url_for("console.invoices", year=year, before=following) if following else "",
    )


@blueprint.get("/invoices/<int:year>.csv")
@access.requires("central.view")
def invoices_of_year(year: int) -> ResponseReturnValue:
    """All of them as a table."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoSuchDocument
    return as_file(invoice_tables.as_csv(orders.core_year(year)), year)
