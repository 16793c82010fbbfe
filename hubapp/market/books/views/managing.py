"""The books of a hub for those who run it: the postings behind a figure, entries, and orders in the books."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.kernel.errors import NotFound
from hubapp.market.books import queries, reports, words
from hubapp.market.books.errors import NotYours
from hubapp.market.books.views import own, paging
from hubapp.market.books.words import Way
from hubapp.money.ledger import postings
from hubapp.money.ledger.figures import FIGURES
from hubapp.money.ledger.postings import Wanted
from hubapp.web import access, areas

pages = areas.hub_blueprint("manage_books", __name__)


def way() -> Way:
    """Links among the managing pages; accounts only one's own."""
    return Way(
        entry=lambda entry_id: url_for("manage_books.entry", entry_id=entry_id),
        account=own.way().account,
        order=lambda order_id: url_for("manage_books.order", order_id=order_id),
    )


@pages.get("/manage/books")
@access.requires("turnover.view")
def index() -> ResponseReturnValue:
    """The postings that a figure is the sum of, in a span of time; without a figure, what buyers paid."""
    figure = FIGURES.get(request.args.get("figure", "turnover"))
    if figure is None:
        raise NotFound
    currency = request.args.get("currency", "").replace("\x00", "")[:3] or areas.current_hub().currency
    month = paging.month()
    start, end = reports.span(month, areas.current_hub().zone) if month else (None, None)
    wanted = Wanted(
        owner=own.me() if figure.key == "own" else None,
        currency=currency,
        figure=figure,
        start=start or paging.moment("start"),
        end=end or paging.moment("end"),
    )
    amount, count = postings.total(wanted)
    lines, following = paging.page_of(postings.postings(wanted, before=paging.before(), limit=postings.PAGE + 1))
    again: dict[str, Any] = {**request.args.to_dict(), "before": following}
    return render_template(
        "market/books/figure.html",
        figure=figure,
        figures=list(FIGURES),
        wanted=wanted,
        amount=figure.sign * amount,
        count=count,
        lines=lines,
        next_url=url_for(".index", **again) if following else "",
        way=way(),
        layout="layouts/manage.html",
        **words.WORDS,
    )


@pages.get("/manage/books/entries/<uuid:entry_id>")
@access.requires("turnover.view")
def entry(entry_id: UUID) -> ResponseReturnValue:
    """An entry about this hub's sales whole; of anything else what is one's own."""
    whole = queries.entry_seen(entry_id, owner=None)
    found = (
        whole if whole.entry.ref.startswith(("order:", "checkout:")) else queries.entry_seen(entry_id, owner=own.me())
    )
    names = words.owner_names((leg.owner for leg in found.legs.shown), me=own.me())
    return render_template(
        "market/books/entry.html", found=found, names=names, way=way(), layout="layouts/manage.html", **words.WORDS
    )


@pages.get("/manage/books/orders/<uuid:order_id>")
@access.requires("turnover.view")
def order(order_id: UUID) -> ResponseReturnValue:
    """An order of this hub in the books, as its receipt splits it; a retainer only to the person it is for."""
    trail = queries.trail(order_id)
    if (trail.retainer or trail.plan) is not None and not queries.is_party(trail, own.me()):
        raise NotYours
    context = own.trail_context(trail, "")
    return render_template("market/books/order.html", **context, way=way(), layout="layouts/manage.html")
