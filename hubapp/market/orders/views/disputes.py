"""The hub's disputed payments, for its connector to read: deadline, orders, and what would help the network answer."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.kernel.money import Money
from hubapp.market.orders import refund_queries
from hubapp.market.orders.dispute_words import who_bears_the_fee
from hubapp.money.payments import disputes
from hubapp.money.payments.dispute_models import Dispute
from hubapp.money.payments.dispute_words import outcome_pill, reason_words
from hubapp.web import access, areas, places

pages = areas.hub_blueprint("manage_disputes", __name__)
PAGE = 20
STATES = OPEN, OVER = "open", "over"


@pages.get("/manage/disputes")
@access.requires("market.view")
def index() -> ResponseReturnValue:
    """Open ones first, the nearest deadline on top."""
    at = _read(request.args.get("key", ""))
    found = disputes.disputes_of_hub(after=at, limit=PAGE + 1)
    shown = found[:PAGE]
    together = refund_queries.orders_of_payments({dispute.payment_id for dispute in shown})
    rows = [
        {
            "dispute": dispute,
            "orders": orders,
            "fee_words": who_bears_the_fee(orders),
            "amount": Money(dispute.amount, dispute.currency),
            "reason": reason_words(dispute.reason),
            "state": outcome_pill(dispute),
            "helps": _helps(dispute.reason),
        }
        for dispute in shown
        for orders in [together[dispute.payment_id]]
    ]
    return render_template(
        "market/orders/disputes.html",
        rows=rows,
        first_url=url_for(".index") if at else "",
        next_url=url_for(".index", key=_written(shown[-1])) if len(found) > PAGE else "",
    )


def _read(typed: str) -> tuple[bool, datetime | None, UUID] | None:
    """A place in the list from the address; nonsense is none."""
    state, _separator, rest = typed.partition(".")
    found = places.read_open(rest)
    return None if found is None or state not in STATES else (state == OVER, *found)


def _written(last: Dispute) -> str:
    return f"{OVER if last.outcome else OPEN}.{places.written(last.due_by, last.id)}"


def _helps(reason: str) -> list[str]:
    """What a connector or seller can contribute, by what the buyer says."""
    usual = [_("What you and the buyer wrote to each other."), _("The receipt, and what was agreed.")]
    known = {
        "product_not_received": [_("A proof of delivery: tracking number, signature, or who fetched it when.")],
        "product_unacceptable": [_("Photos and a description of what was sold, and what was offered as a remedy.")],
        "fraudulent": [_("That the buyer is who they say: earlier purchases, who fetched it, where it was sent.")],
        "duplicate": [_("Why there were two payments, with both orders.")],
        "subscription_canceled": [_("When it was canceled, and what was agreed about it.")],
        "credit_not_processed": [_("What was given back already, or why nothing was promised.")],
    }
    return known.get(reason, []) + usual
