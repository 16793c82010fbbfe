"""Notices about subscriptions: money, which always arrives; their mails are letters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

_TITLES: dict[str, Any] = {
    "subscription_started": _l("A subscription of yours began"),
    "subscription_failed": _l("A renewal could not be charged"),
    "subscription_confirm": _l("A payment waits for you"),
    "subscription_suspended": _l("A subscription is suspended"),
    "subscription_sold_out": _l("A month is left out"),
    "subscription_price": _l("A subscription's price changes"),
    "subscription_ended": _l("A subscription has ended"),
}
KINDS = tuple(
    declare(Kind(name, "money", title, always=True, is_letter=True, mail="now", example={"title": "Bread"}))
    for name, title in _TITLES.items()
)
