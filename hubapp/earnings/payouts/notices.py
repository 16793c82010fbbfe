"""Notices about payouts: money, which always arrives; their mails are letters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

_SUM = {"amount": 1250, "currency": "EUR"}
PAID = declare(
    Kind("payout_paid", "money", _l("A payout has arrived"), always=True, is_letter=True, mail="now", example=_SUM)
)
FAILED = declare(
    Kind("payout_failed", "money", _l("A payout did not arrive"), always=True, is_letter=True, mail="now", example=_SUM)
)
