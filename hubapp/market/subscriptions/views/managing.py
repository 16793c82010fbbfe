"""The hub's subscriptions, for its connector and helpers: who is behind, and what comes."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask.typing import ResponseReturnValue

from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.orders.views.words import buyer_names
from hubapp.market.subscriptions import queries
from hubapp.market.subscriptions.views import words
from hubapp.web import access, areas

pages = areas.hub_blueprint("manage_subscriptions", __name__)
AHEAD = timedelta(days=31)


@pages.get("/manage/subscriptions")
@access.requires("market.view")
def index() -> ResponseReturnValue:
    """Who is behind with a payment, and the renewals of the next month."""
    behind, coming = queries.behind(), queries.coming(until=clock.now() + AHEAD)
    waiting = queries.open_periods([one.id for one in behind])
    return render_template(
        "market/subscriptions/manage.html",
        behind=behind,
        waiting=waiting,
        coming=coming,
        sum=Money(sum(one.price.amount for one in coming), areas.current_hub().currency),
        members=buyer_names(one.account_id for one in (*behind, *coming)),
        statuses=words.statuses(),
        counts=queries.counts(),
    )
