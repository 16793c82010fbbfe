"""Notices about who looks after a hub: for who is asked, and for those it concerns."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

FOLDER = "people/handovers"
ASKED = declare(Kind("handover_asked", "hub", _l("You are asked to look after the hub"), FOLDER, mail=NOW))
DONE = declare(
    Kind("handover_done", "hub", _l("Somebody else looks after the hub"), FOLDER, mail=NOW, example={"giver": "Name 0"})
)
DECLINED = declare(
    Kind(
        "handover_closed",
        "hub",
        _l("Handing the hub over came to nothing"),
        FOLDER,
        example={"is_declined": True},
        needs="hub.manage",
    )
)
# For who was asked, who has no role: nothing that is theirs to know may need one.
WITHDRAWN = declare(Kind("handover_withdrawn", "hub", _l("You are no longer asked to look after the hub"), FOLDER))
