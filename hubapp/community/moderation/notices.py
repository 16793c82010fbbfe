"""Notices about house rules: what was decided about somebody (which always arrives), what came of a report."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

FOLDER = "community/moderation"
_THING = {"act": "hide", "thing": "post", "title": "A ladder", "words": "Please stay kind."}
DONE = declare(
    Kind("moderation_done", "rules", _l("A decision about you"), FOLDER, mail=NOW, always=True, example=_THING)
)
UNDONE = declare(
    Kind("moderation_undone", "rules", _l("A decision taken back"), FOLDER, mail=NOW, always=True, example=_THING)
)
ANSWER = declare(
    Kind(
        "appeal_decided",
        "rules",
        _l("The answer to your appeal"),
        FOLDER,
        mail=NOW,
        always=True,
        example={**_THING, "is_upheld": True},
    )
)
REPORT = declare(
    Kind(
        "report_answered",
        "hub",
        _l("What came of your report"),
        FOLDER,
        example={"outcome": "acted", "title": "Ladder"},
    )
)
WAITING = declare(
    Kind(
        "moderation_waiting",
        "hub",
        _l("Something was reported or waits to be looked at"),
        FOLDER,
        mail=NOW,
        needs="moderation.view",
        example={"cause": "report", "title": "A ladder"},
    )
)
CORE = declare(
    Kind(
        "appeal_answered",
        "hub",
        _l("The network decided about an appeal"),
        FOLDER,
        needs="moderation.view",
        example={**_THING, "is_upheld": False},
    )
)
