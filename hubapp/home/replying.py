"""How soon those who look after a hub answer its members, in words; computed once an hour, not for each page."""

from __future__ import annotations

import math
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID

from flask_babel import gettext as _
from flask_babel import ngettext

from hubapp.community.messages import policies, queries
from hubapp.kernel.db import require_hub_id
from hubapp.kernel.remembered import Remembered

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# Whoever takes longer needs no page that says so.
LONGEST = timedelta(days=14)

Team = tuple[int, frozenset[UUID]]
_usual: Remembered[Team, timedelta | None] = Remembered(HOUR.total_seconds())


def words(team: Collection[UUID], *, now: datetime) -> str:
    """What a member reads beneath the team's names; "" where nothing can be said."""
    key = require_hub_id(), frozenset(team)
    usual = _usual.get(key, lambda: _asked(team, now)) if team else None
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


def _asked(team: Collection[UUID], now: datetime) -> timedelta | None:
    asked = queries.first_answers(team, since=now - policies.REPLIES_SINCE)
    return policies.usual_reply(asked, now=now)
