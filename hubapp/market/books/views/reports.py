"""Reports of a hub: profit and loss by month, and taxes by period; as pages and as CSV."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.kernel import clock
from hubapp.market.books import reports, tables, words
from hubapp.market.books.views import own
from hubapp.market.orders import sums
from hubapp.money.ledger.figures import SPLIT
from hubapp.people.papers import views as papers
from hubapp.web import access, areas

pages = areas.hub_blueprint("reports", __name__, url_prefix="/manage/reports")


def download(text: str, name: str) -> Response:
    """A CSV file."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(text, mimetype="text/csv", headers=headers)


def months_asked(now: datetime, zone: ZoneInfo) -> tuple[date, int]:
    """(first month, how many) of a period in the address: `month=2026-11`, or `quarter=2026-4`; else this month."""
    month, quarter = request.args.get("month", ""), request.args.get("quarter", "")
    try:
        if quarter:
            year, _dash, number = quarter.partition("-")
            return date(int(year), int(number) * 3 - 2, 1), 3
        return date.fromisoformat(f"{month}-01"), 1
    except ValueError:
        return reports.first_of_month(now, zone), 1


@pages.get("")
@access.requires("turnover.view")
def index() -> ResponseReturnValue:
    """The hub's months: what buyers paid, what went back, who had what; `?as=csv` to keep."""
    zone, now = areas.current_hub().zone, clock.now()
    months = reports.hub_months(zone=zone, owner=own.me(), now=now)
    start, end = reports.span(reports.months_before(reports.first_of_month(now, zone), reports.MONTHS - 1), zone, 12)
    shipping = sums.shipping_by_month(timezone=zone.key, start=start, end=end)
    if request.args.get("as") == "csv":
        return download(tables.months(months, shipping), f"{areas.current_hub().slug}-months.csv")

    def link(figure: str, first: date, currency: str) -> str:
        since, until = reports.span(first, zone)
        given: dict[str, Any] = {
            "figure": figure,
            "currency": currency,
            "start": since.isoformat(),
            "end": until.isoformat(),
        }
        return url_for("manage_books.index", **given)

    return render_template(
        "market/books/months.html", months=months, shipping=shipping, parts=SPLIT, link=link, **words.WORDS
    )


@pages.get("/tax")
@access.requires("turnover.view")
def tax() -> ResponseReturnValue:
    """Taxes of a month or a quarter, by who remits, category and rate; `?as=csv`, `?as=sheet` to keep."""
    asked = request.args.get("as")
    if asked == "sheet":
        return render_template("market/books/tax_sheet.html", **_taxes())
    if asked == "csv":
        found = _taxes()
        text = tables.taxes(found["rows"], found["currency"], found["first"], found["last"])
        return download(text, f"{areas.current_hub().slug}-tax-{found['first']:%Y-%m}.csv")
    return render_template("market/books/tax.html", **_taxes())


@pages.get("/tax.pdf")
@access.requires("turnover.view")
def tax_pdf() -> ResponseReturnValue:
    """The sheet as PDF."""
    found = _taxes()
    name = f"{areas.current_hub().slug}-tax-{found['first']:%Y-%m}.pdf"
    return papers.answer(
        render_template("market/books/tax_sheet.html", **found), name=name, printed_at=found["sheet_url"]
    )


def _taxes() -> dict[str, Any]:
    hub, now = areas.current_hub(), clock.now()
    first, count = months_asked(now, hub.zone)
    start, end = reports.span(first, hub.zone, count)
    currency = request.args.get("currency", "").replace("\x00", "")[:3] or hub.currency
    rows = reports.taxes(currency=currency, start=start, end=end)
    given: dict[str, Any] = {"currency": currency, "start": start.isoformat(), "end": end.isoformat()}
    kept: dict[str, Any] = {name: value for name, value in request.args.to_dict().items() if name != "as"}
    return {
        "rows": rows,
        "totals": reports.totals(rows),
        "currency": currency,
        "first": first,
        "last": reports.months_before(first, -count) - timedelta(days=1),
        "months": [reports.months_before(reports.first_of_month(now, hub.zone), back) for back in range(12)],
        "link": lambda figure: url_for("manage_books.index", figure=figure, **given),
        "back_url": url_for(".tax", **kept),
        "csv_url": url_for(".tax", **(kept | {"as": "csv"})),
        "sheet_url": url_for(".tax", **(kept | {"as": "sheet"})),
        "pdf_url": url_for(".tax_pdf", **kept),
        **words.WORDS,
    }
