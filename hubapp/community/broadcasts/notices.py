"""Notices about broadcasts: news from the hub."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

NEWS = declare(
    Kind(
        "hub_news",
        "hub",
        _l("News from the hub"),
        "community/broadcasts",
        mail=NOW,
        example={"subject": "Open day on Saturday", "author": "Maud"},
    )
)
