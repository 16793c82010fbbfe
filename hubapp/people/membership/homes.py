"""Where somebody is at home, as the database's one-row functions know it: read and written in any hub's scope."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Interval, Uuid, bindparam, text

from hubapp.kernel.db import db
from hubapp.people.membership import policies

_ACCOUNT = bindparam("account", type_=Uuid())
_MOVE = text("SELECT move_home_hub(:account, :at, :stays)").bindparams(_ACCOUNT, bindparam("stays", type_=Interval()))
_CHOSEN = text("SELECT home_hub_chosen(:account)").bindparams(_ACCOUNT)


def move(account_id: uuid.UUID, *, now: datetime) -> bool:
    """The hub in scope becomes the home; False where the last move is too short ago. The first choice is free."""
    values = {"account": account_id, "at": now, "stays": policies.HOME_STAYS}
    return bool(db.session.scalar(_MOVE, values))


def chosen_at(account_id: uuid.UUID) -> datetime | None:
    """When the home was chosen last; None: never, it is the first hub they joined."""
    found: datetime | None = db.session.scalar(_CHOSEN, {"account": account_id})
    return found


def free_from(account_id: uuid.UUID) -> datetime | None:
    """From when on the home may move again; None: any time."""
    chosen = chosen_at(account_id)
    return None if chosen is None else chosen + policies.HOME_STAYS


def stays_until(account_id: uuid.UUID, *, now: datetime) -> datetime | None:
    """Until when the home may not move; None: it may."""
    moment = free_from(account_id)
    return moment if moment is not None and moment > now else None
