"""Commands of gatherings, by the part they belong to."""

from __future__ import annotations

from hubapp.community.gatherings.services.doors import check_in, undo_check_in
from hubapp.community.gatherings.services.feeds import make_feed
from hubapp.community.gatherings.services.hiding import hide_gathering, show_gathering
from hubapp.community.gatherings.services.letters import announce, remind, remind_held, tell
from hubapp.community.gatherings.services.owing import hand_over, refund_failed, send_back
from hubapp.community.gatherings.services.paying import Payer, lapse, order_called_off, paid, pay, payment_died
from hubapp.community.gatherings.services.pictures import key_of, remove_picture, set_picture
from hubapp.community.gatherings.services.registering import cancel_registration, register
from hubapp.community.gatherings.services.series import extend
from hubapp.community.gatherings.services.writing import (
    Repeat,
    cancel_gathering,
    create_gathering,
    edit_gathering,
    publish_gathering,
)

__all__ = [
    "Payer",
    "Repeat",
    "announce",
    "cancel_gathering",
    "cancel_registration",
    "check_in",
    "create_gathering",
    "edit_gathering",
    "extend",
    "hand_over",
    "hide_gathering",
    "key_of",
    "lapse",
    "make_feed",
    "order_called_off",
    "paid",
    "pay",
    "payment_died",
    "publish_gathering",
    "refund_failed",
    "register",
    "remind",
    "remind_held",
    "remove_picture",
    "send_back",
    "set_picture",
    "show_gathering",
    "tell",
    "undo_check_in",
]
