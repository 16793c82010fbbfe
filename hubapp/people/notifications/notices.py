"""Notices about accounts: security, which always arrives; their mails are letters."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import Kind, declare

PASSWORD = declare(
    Kind("password_changed", "security", _l("Your password was changed"), always=True, is_letter=True, mail="now")
)
SECOND_FACTOR = declare(
    Kind(
        "second_factor",
        "security",
        _l("Your second factor was changed"),
        always=True,
        is_letter=True,
        mail="now",
        example={"is_on": True},
    )
)
