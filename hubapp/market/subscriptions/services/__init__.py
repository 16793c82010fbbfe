"""Commands of subscriptions: begin, renew, what the money says, the member's changes, new prices."""

from hubapp.market.subscriptions.services.beginning import Wish, subscribe
from hubapp.market.subscriptions.services.changes import (
    cancel,
    change_card,
    change_quantity,
    pause,
    pay_now,
    resume,
    skip,
    use_card,
)
from hubapp.market.subscriptions.services.outcomes import payment_expired, payment_failed, payment_settled
from hubapp.market.subscriptions.services.prices import announce
from hubapp.market.subscriptions.services.renewing import renew, try_again

__all__ = [
    "Wish",
    "announce",
    "cancel",
    "change_card",
    "change_quantity",
    "pause",
    "pay_now",
    "payment_expired",
    "payment_failed",
    "payment_settled",
    "renew",
    "resume",
    "skip",
    "subscribe",
    "try_again",
    "use_card",
]
