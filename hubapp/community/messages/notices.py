"""Notices about messages: their own number stands in the frame, so that only mails and devices tell of these."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

RECEIVED = declare(
    Kind(
        "message_received",
        "conversations",
        _l("Somebody wrote you a message"),
        "community/messages",
        in_app=False,
        push=True,
    )
)
