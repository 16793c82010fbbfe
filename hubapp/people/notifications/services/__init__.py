"""Commands of notifications: mails, telling people, what they want to be told, digests, devices."""

from __future__ import annotations

from hubapp.people.notifications.services.choosing import (
    choose,
    mute,
    save_settings,
    unmute,
    unsubscribe,
    unsubscribe_undone,
)
from hubapp.people.notifications.services.devices import forget_devices, switch_off, switch_on, switch_on_again
from hubapp.people.notifications.services.digests import send_digest, take_due
from hubapp.people.notifications.services.mails import (
    LONGEST_FAILURE,
    SEND,
    deliver,
    forgive,
    mark_bad,
    retry,
    send_mail,
)
from hubapp.people.notifications.services.outgoing import mail_due
from hubapp.people.notifications.services.pushing import PUSH, forget_pauses, push, push_due
from hubapp.people.notifications.services.telling import (
    MAIL_DUE,
    PUSH_DUE,
    By,
    forget_occasions,
    read,
    tell,
    tell_by_letter,
    unsay,
    withdraw,
)

__all__ = [
    "LONGEST_FAILURE",
    "MAIL_DUE",
    "PUSH",
    "PUSH_DUE",
    "SEND",
    "By",
    "choose",
    "deliver",
    "forget_devices",
    "forget_occasions",
    "forget_pauses",
    "forgive",
    "mail_due",
    "mark_bad",
    "mute",
    "push",
    "push_due",
    "read",
    "retry",
    "save_settings",
    "send_digest",
    "send_mail",
    "switch_off",
    "switch_on",
    "switch_on_again",
    "take_due",
    "tell",
    "tell_by_letter",
    "unmute",
    "unsay",
    "unsubscribe",
    "unsubscribe_undone",
    "withdraw",
]
