"""The hub's subscriptions, for its connector and helpers: who is behind, and what comes."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import render_template, request
from flask.typing import ResponseReturnValue

from hubapp.kernel import clock
from hubapp.kernel.money import Money
from hubapp.market.orders.views.words import buyer_names
from hubapp.market.subscriptions import queries
from hubapp.market.subscriptions.models import Subscription
from hubapp.market.subscriptions.queries import PAGE
from hubapp.market.subscriptions.views import words
from hubapp.web import access, areas, places
from hubapp.web.paging import Lists, Part

pages = areas.hub_blueprint("manage_subscriptions", __name__)
AHEAD = timedelta(days=31)
LISTS = Lists("manage_subscriptions.index", ("behind", "coming"))


@pages.get("/manage/subscriptions")
@access.requires("market.view")
def index() -> ResponseReturnValue:
    """Who is behind with a payment, and the renewals of the next month."""
    until = clock.now() + AHEAD
    behind, coming = _behind(), _coming(until)
    waiting = queries.open_periods([one.id for one in behind.rows])
    return render_template(
        "market/subscriptions/manage.html",
        behind=behind,
        waiting=waiting,
        coming=coming,
        sum=Money(queries.sum_coming(until=until), areas.current_hub().currency),
        members=buyer_names(one.account_id for one in (*behind.rows, *coming.rows)),
        statuses=words.statuses(),
        counts=queries.counts(),
    )


def _behind() -> Part[Subscription]:
    at = places.read(request.args.get("behind", ""))
    found = queries.behind(after=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="behind", at=at, key=_since, anchor="behind")


def _since(row: Subscription) -> str:
    return places.written(row.behind_since, row.id)


def _coming(until: datetime) -> Part[Subscription]:
    at = places.read(request.args.get("coming", ""))
    found = queries.coming(until=until, after=at, limit=PAGE + 1)
    return LISTS.part(found, size=PAGE, name="coming", at=at, key=_next, anchor="coming")


def _next(row: Subscription) -> str:
    return places.written(row.next_at, row.id)
