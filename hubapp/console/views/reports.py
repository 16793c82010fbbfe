"""Reports of the network: its months at stored rates, a figure hub by hub, a hub's taxes; and entering rates."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.console import queries, reports
from hubapp.console.money_forms import RateForm
from hubapp.console.views.blueprint import actor, blueprint, hub_or_404
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.market.books import reports as books
from hubapp.market.books import words
from hubapp.market.books.views.reports import months_asked
from hubapp.money.ledger import months, rates
from hubapp.money.ledger.models import ExchangeRate
from hubapp.tenancy import audit
from hubapp.tenancy import network as hubs_of_network
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import in_hub
from hubapp.web import access
from hubapp.web.paging import Lists, Part

RATES = 50
LISTS = Lists("console.reports", ("month", "in", "rates"))


def _month() -> date:
    try:
        return date.fromisoformat(f"{request.args.get('month', '')}-01")
    except ValueError:
        return queries.first_of_month(clock.now())


def _currencies() -> list[str]:
    """Those that hubs sell in."""
    return hubs_of_network.currencies() or ["EUR"]


@blueprint.get("/reports", endpoint="reports")
@access.requires("central.view")
def reports_page() -> ResponseReturnValue:
    """The network's month."""
    return _page(RateForm(clock.now().date()))


def _page(form: RateForm) -> str:
    currencies = _currencies()
    target = request.args.get("in", "")
    target = target if target in currencies else currencies[0]
    today = queries.first_of_month(clock.now())
    return render_template(
        "console/ledger/reports.html",
        report=reports.network_month(_month(), target),
        months=[books.months_before(today, back) for back in range(12)],
        currencies=currencies,
        rates=_rates(),
        form=form,
        link=lambda figure, currency: url_for(
            "console.network_figure", figure=figure, currency=currency, month=f"{_month():%Y-%m}"
        ),
        **words.WORDS,
    )


def _rates() -> Part[ExchangeRate]:
    at = _place(request.args.get("rates", ""))
    found = rates.rates(after=at, limit=RATES + 1)
    return LISTS.part(found, size=RATES, name="rates", at=at, key=_written, anchor="rates")


def _place(typed: str) -> tuple[date, str, str] | None:
    """A place in the list of rates from the address; nonsense is none."""
    day, currency, target, *rest = (*typed.replace("\x00", "").split("_"), "", "")
    try:
        return (date.fromisoformat(day), currency, target) if target and rest == ["", ""] else None
    except ValueError:
        return None


def _written(row: ExchangeRate) -> str:
    return f"{row.as_of}_{row.currency}_{row.target}"


@blueprint.post("/reports/rates")
@access.requires("central.ledger")
def enter_rate() -> ResponseReturnValue:
    """Store a rate with its day and source."""
    form = RateForm(clock.now().date())
    if not form.validate_on_submit():
        return _page(form), 422
    who = actor()
    if who.id is None:
        raise NotFound
    given: dict[str, Any] = {
        name: getattr(form, name).data for name in ("currency", "target", "rate", "as_of", "source")
    }
    try:
        row = rates.enter(**given, who=who.id, now=clock.now())
    except Refusal as refusal:
        form.refuse(refusal)
        return _page(form), 422
    subject = f"1 {row.currency} = {row.rate.normalize():f} {row.target}, {row.as_of}"
    audit.record(actor=who, action="rate.enter", subject=subject, reason=row.source, now=clock.now())
    flash(_("The rate is stored."), "good")
    return redirect(url_for("console.reports", _anchor="rates"), 303)


@blueprint.get("/reports/figure")
@access.requires("central.view")
def network_figure() -> ResponseReturnValue:
    """A figure of the network's month hub by hub, each of which leads to its postings."""
    key, currency, first = (
        request.args.get("figure", "turnover"),
        request.args.get("currency", "EUR").replace("\x00", "")[:3],
        _month(),
    )
    if key not in reports.SHOWN:
        raise NotFound
    found = reports.by_hub(key, currency, months.sums_of(first, books.months_before(first, -1)))
    names = hubs_of_network.names(list(found))
    spans = {hub_id: books.span(first, tenancy.hub_view(hub_id).zone) for hub_id in found}
    return render_template(
        "console/ledger/by_hub.html",
        key=key,
        currency=currency,
        first=first,
        found=found,
        names=names,
        link=lambda hub_id: url_for(
            "console.ledger_figure",
            slug=names[hub_id][0],
            figure=key,
            currency=currency,
            start=spans[hub_id][0].isoformat(),
            end=spans[hub_id][1].isoformat(),
        ),
        **words.WORDS,
    )


@blueprint.get("/hubs/<slug>/tax")
@access.requires("central.view")
def tax(slug: str) -> ResponseReturnValue:
    """A hub's taxes of a month or a quarter, as its connector sees them."""
    hub = hub_or_404(slug)
    zone = tenancy.view_of(hub).zone
    first, count = months_asked(clock.now(), zone)
    start, end = books.span(first, zone, count)
    currency = request.args.get("currency", "").replace("\x00", "")[:3] or hub.currency
    with in_hub(hub.id):
        rows = books.taxes(currency=currency, start=start, end=end)
    given: dict[str, Any] = {"slug": slug, "currency": currency, "start": start.isoformat(), "end": end.isoformat()}
    return render_template(
        "console/ledger/tax.html",
        found=hub,
        rows=rows,
        totals=books.totals(rows),
        currency=currency,
        first=first,
        last=books.months_before(first, -count) - timedelta(days=1),
        months=[
            books.months_before(books.first_of_month(clock.now().astimezone(UTC), zone), back) for back in range(12)
        ],
        link=lambda figure: url_for("console.ledger_figure", figure=figure, **given),
        **words.WORDS,
    )
