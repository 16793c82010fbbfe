"""Obligations in words, each with the page on which it is settled."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from hubapp.community.departures.policies import Obligation
from hubapp.web.render import money

# Key → what it is, given how many.
_TITLES: dict[str, Callable[[int], str]] = {
    "only_connector": lambda _count: _("You are this hub's only connector"),
    "role": lambda _count: _("You have a role here"),
    "hand_over": lambda count: ngettext("%(num)d order waits for you", "%(num)d orders wait for you", count),
    "being_bought": lambda count: ngettext(
        "%(num)d buyer is paying you now", "%(num)d buyers are paying you now", count
    ),
    "refunds": lambda count: ngettext("%(num)d buyer asks for money back", "%(num)d buyers ask for money back", count),
    "disputes": lambda count: ngettext("%(num)d sale is disputed", "%(num)d sales are disputed", count),
    "to_pay": lambda count: ngettext("%(num)d payment of yours is open", "%(num)d payments of yours are open", count),
    "behind": lambda count: ngettext("%(num)d subscription is not paid", "%(num)d subscriptions are not paid", count),
    "subscribers": lambda count: ngettext("%(num)d person subscribes to you", "%(num)d people subscribe to you", count),
    "hosting": lambda count: ngettext("You host %(num)d gathering", "You host %(num)d gatherings", count),
    "takeout": lambda _count: _("Your data is being put together"),
}
# Key → (how it is settled, where, icon).
_WAYS: dict[str, tuple[Any, str, str]] = {
    "only_connector": (
        _l("Hand the hub over first, or ask the central team to take it back: then it runs on under the core."),
        "/manage/handover",
        "handshake",
    ),
    "role": (_l("Ask a connector to end it, or lay it down yourself."), "", "handshake"),
    "hand_over": (_l("Hand it over, or cancel it and the buyer is refunded."), "/sell/orders", "package"),
    "being_bought": (_l("Within the hour it is paid or given up."), "/sell/orders", "credit-card"),
    "refunds": (_l("Answer, and it is settled."), "/sell/orders", "undo-2"),
    "disputes": (_l("The buyer's bank decides; until then the money is held."), "/me/earnings", "scale"),
    "owed": (
        _l("Refunds of sales that were paid out to you. Let sales make up for it, or write to the network."),
        "/me/earnings",
        "wallet",
    ),
    "to_pay": (_l("Pay it or call it off; left alone it ends by itself."), "/me/orders", "credit-card"),
    "behind": (_l("Pay it or stop it."), "/me/subscriptions", "refresh-cw"),
    "subscribers": (_l("Ask the hub to end it with them."), "/me/selling", "refresh-cw"),
    "hosting": (_l("Ask the hub to name somebody else, or to cancel it."), "/events", "calendar-days"),
    "takeout": (_l("Wait a moment, so that it is whole."), "", "download"),
}


def entry(one: Obligation, root: str) -> dict[str, Any]:
    """An entry for the list of next actions."""
    text, path, icon = _WAYS[one.key]
    title = _("You owe %(amount)s", amount=money(one.money)) if one.money else _TITLES[one.key](one.count)
    found: dict[str, Any] = {"title": title, "text": text, "icon_name": icon, "tone": "warn"}
    return {**found, "href": f"{root}{path}", "action": _("Show")} if path else found
