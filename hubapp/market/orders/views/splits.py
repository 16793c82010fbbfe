"""Where the money of a basket or an order goes, who the buyer's contract partner is, and one's own share of the hub."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import url_for
from flask_babel import format_date, get_locale
from flask_babel import gettext as _

from hubapp.earnings.shares import line_queries
from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares.line_queries import EarningLine
from hubapp.earnings.shares.policies import Amounts, Role
from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.catalogue.views import splits
from hubapp.market.catalogue.views.market import uuid_or_none
from hubapp.market.catalogue.views.splits import Row
from hubapp.market.orders import merchants
from hubapp.market.orders.basket_queries import Quote
from hubapp.market.orders.models import Order, OrderStatus
from hubapp.web import areas
from hubapp.web.render import money, percent

LINES = 30


def of_quote(quote: Quote) -> list[Row]:
    """The split of everything in a basket, if it were paid now."""
    hub = areas.current_hub()
    lines = []
    for order in quote.orders:
        amounts = Amounts(gross=order.gross, base=order.shared_base, tax=order.tax, shipping=order.shipping)
        lines += splits.of_amounts(amounts, order.seller_id, hub, clock.now())
    return splits.rows(lines, quote.currency)


def of_order(order: Order) -> list[Row]:
    """The split of a paid order, to the cent; nothing for one that was not paid."""
    if order.status in {OrderStatus.PLACED, OrderStatus.EXPIRED}:
        return []
    return splits.rows(shares.split_of(order.id), order.currency)


def merchant_note(order: Order) -> str:
    """Who sold it in law, and who remits the tax; in the hub's own words where it has any."""
    return merchants.note(order, areas.current_hub(), str(get_locale()))


def own_share(account_id: UUID, currency: str, *, before: str, now: datetime) -> dict[str, object]:
    """One's part of the hub's share: totals, and each line with what made it."""
    owner = splits.owner_of(account_id)
    totals = shares.totals_of(owner, currency, now)
    lines = line_queries.earnings_of(
        owner, currency=currency, role=Role.CONNECTOR, before=uuid_or_none(before), limit=LINES + 1
    )
    has_more = len(lines) > LINES
    return {
        "held": money(Money(totals.held, currency)),
        "available": money(Money(totals.available, currency)),
        "earnings": [_earning(line) for line in lines[:LINES]],
        "next_url": url_for(".turnover", before=lines[LINES - 1].id) if has_more else "",
    }


def _earning(line: EarningLine) -> dict[str, object]:
    steps = line.explanation.get("steps", [])
    details = [
        (_("Items, net of tax"), money(Money(line.base, line.currency))),
        (_("Turnover of the month before it"), money(Money(line.explanation.get("turnover", 0), line.currency))),
        *((_("%(rate)s of", rate=percent(bps)), money(Money(part, line.currency))) for bps, part in steps),
    ]
    if line.reversed:
        details.append((_("Taken back with a refund"), money(Money(line.reversed, line.currency))))
    return {
        "order_id": line.order_id,
        "title": _("Order %(number)s", number=line.number),
        "value": money(Money(line.amount - line.reversed, line.currency)),
        "note": _(
            "%(day)s · available from %(from_day)s",
            day=format_date(line.occurred_at),
            from_day=format_date(line.available_at),
        ),
        "details": details,
        "version": line.rule_version,
    }
