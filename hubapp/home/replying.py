"""How soon those who look after a hub answer its members, in words; computed once an hour, not for each page."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.community.messages import policies, queries
from hubapp.kernel.db import require_hub_id

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Whoever takes longer needs no page that says so.
LONGEST = timedelta(days=14)
_REMEMBERED = HOUR.total_seconds()
_MOST_REMEMBERED = 10_000

Team = tuple[int, frozenset[UUID]]
_usual: dict[Team, tuple[float, timedelta | None]] = {}
_lock = threading.Lock()


def words(team: Collection[UUID], *, now: datetime) -> str:
    """What a member reads beneath the team's names; "" where nothing can be said."""
    usual = _usual_of((require_hub_id(), frozenset(team)), now) if team else None
    if usual is None or usual > LONGEST:
        return ""
    if usual <= HOUR:
        return str(_("Messages are mostly answered within an hour."))
    if usual <= DAY:
        return str(_("Messages are mostly answered within a day."))
    days = math.ceil(usual / DAY)
    return str(
        ngettext(
            "Messages are mostly answered within %(num)d day.",
            "Messages are mostly answered within %(num)d days.",
            days,
        )
    )


def _usual_of(team: Team, now: datetime) -> timedelta | None:
    hit = _usual.get(team)
    if hit and hit[0] > time.monotonic():
        return hit[1]
    asked = queries.first_answers(team[1], since=now - policies.REPLIES_SINCE)
    usual = policies.usual_reply(asked, now=now)
    with _lock:
        if len(_usual) > _MOST_REMEMBERED:
            _usual.clear()
        _usual[team] = (time.monotonic() + _REMEMBERED, usual)
    return usual
