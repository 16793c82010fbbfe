"""Notices about gatherings: a new one for everybody, and the letters to those who registered."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from hubapp.people.notifications.kinds import NOW, Kind, declare

GROUP = "gatherings"
_WHEN = {"title": "Repair café", "starts": "2026-11-28T09:00:00+00:00", "zone": "Europe/Paris"}
_WHERE = {**_WHEN, "place": "The yard"}

PUBLISHED = declare(Kind("gathering_published", GROUP, _l("A new gathering"), "community/gatherings", example=_WHERE))


def _letter(name: str, title: Any, **more: Any) -> Kind:
    return declare(Kind(name, GROUP, title, mail=NOW, always=True, is_letter=True, example={**_WHEN, **more}))


REGISTERED = _letter("gathering_registered", _l("You registered for a gathering"))
WAITING = _letter("gathering_waiting", _l("You are on a waiting list"))
MOVED_UP = _letter("gathering_moved_up", _l("A seat became free for you"))
PAY = _letter(
    "gathering_pay",
    _l("A seat became free: pay to take it"),
    amount=2400,
    currency="EUR",
    until="2026-11-27T09:00:00+00:00",
)
LAPSED = _letter("gathering_lapsed", _l("Your seats went to somebody else"))
MOVED = _letter("gathering_moved", _l("A gathering of yours changed"))
CANCELED = _letter("gathering_canceled", _l("A gathering of yours is canceled"))
REMINDER = _letter("gathering_reminder", _l("A gathering of yours is near"))
