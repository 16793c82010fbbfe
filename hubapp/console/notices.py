"""Notices for the central team: what waits for the core to decide."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

FOLDER, NEEDS = "console", "central.moderation"
CASE = declare(
    Kind(
        "core_case",
        "network",
        _l("Something waits in a hub where nobody can decide it"),
        FOLDER,
        mail=NOW,
        needs=NEEDS,
        example={"cause": "report", "title": "A ladder", "hub": "Lyon"},
    )
)
APPEAL = declare(
    Kind(
        "core_appeal",
        "network",
        _l("Somebody appeals to the network"),
        FOLDER,
        mail=NOW,
        needs=NEEDS,
        example={"hub": "Lyon", "words": "It was a joke."},
    )
)
