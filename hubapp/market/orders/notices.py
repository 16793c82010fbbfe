"""Notices about orders: money, which always arrives; their mails are letters."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

_ORDER = {"number": 12, "gross": 6200, "currency": "EUR"}
_TITLES: dict[str, Any] = {
    "order_paid": _l("Your receipt"),
    "order_sold": _l("Somebody bought from you"),
    "order_canceled": _l("An order was canceled"),
    "refund_asked": _l("A buyer asks for a refund"),
    "refund_escalated": _l("A refund waits for an answer"),
    "refund_answered": _l("Your request for a refund was answered"),
    "refund_failed": _l("A refund did not arrive"),
    "sale_refunded": _l("A sale of yours was refunded"),
    "sale_refund_failed": _l("The refund of a sale did not arrive"),
    "dispute_opened": _l("A payment is disputed"),
    "dispute_closed": _l("A dispute was decided"),
}
KINDS = tuple(
    declare(
        Kind(
            name,
            "money",
            title,
            always=True,
            is_letter=True,
            mail="now",
            example={**_ORDER, "outcome": "won", "granted": 100},
        )
    )
    for name, title in _TITLES.items()
)
