"""The invoices of what the network sells itself, over all hubs: its one series of numbers."""

from __future__ import annotations

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.console.views.blueprint import blueprint
from hubapp.kernel import clock
from hubapp.market.orders import invoice_tables
from hubapp.market.orders import network as orders
from hubapp.market.orders.errors import NoSuchDocument
from hubapp.market.orders.views.buying import number_or_none
from hubapp.market.orders.views.invoices import FIRST_YEAR, LAST_YEAR, as_file, year_asked
from hubapp.tenancy import network as hubs
from hubapp.web import access


@blueprint.get("/invoices")
@access.requires("central.view")
def invoices() -> ResponseReturnValue:
    """A year's documents, the newest first."""
    this = clock.now().year
    year, before = year_asked(this), number_or_none(request.args.get("before", ""))
    found = orders.invoices_of_core(year, before=before)
    following = found[-1].number if len(found) == orders.MOST else None
    return render_template(
        "console/invoices.html",
        documents=found,
        hubs=hubs.names({document.hub_id for document in found}),
        year=year,
        years=range(this, this - 4, -1),
        next_url=url_for("console.invoices", year=year, before=following) if following else "",
    )


@blueprint.get("/invoices/<int:year>.csv")
@access.requires("central.view")
def invoices_of_year(year: int) -> ResponseReturnValue:
    """All of them as a table."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoSuchDocument
    return as_file(invoice_tables.as_csv(orders.core_year(year)), year)
