"""Whether a hub sells right now, asked where it counts: freezing and ordering exclude each other by a lock."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import func, select

from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.tenancy.models import Hub, HubStatus


class HubFrozen(Refusal):
    """Sales stopped here; the reason is shown to everybody."""

    def __init__(self, reason: str) -> None:
        super().__init__(_("Sales have stopped here for now: %(reason)s", reason=reason))


def refuse_if_frozen(hub_id: int) -> None:
    """Keep the hub selling until this transaction ends, or refuse with HubFrozen.

    The lock is shared: orders do not wait for each other, only for a freeze under way.
    """
    # Two statements in one message: the second sees what was committed while the first waited, as one alone would not.
    look = f"SELECT status, frozen_reason FROM hub WHERE id = {int(hub_id)}"  # noqa: S608  a number
    driver: Any = db.session.connection().connection.driver_connection
    cursor = driver.execute(f"{_keep_selling(hub_id)}; {look}")
    cursor.nextset()
    status, reason = cursor.fetchone() or (None, None)
    if status != HubStatus.OPEN:
        raise HubFrozen(reason or "")


def is_open(hub_id: int) -> bool:
    """Whether the hub sells at this moment; nothing is promised for the next."""
    return db.session.scalar(select(Hub.status).where(Hub.id == hub_id)) == HubStatus.OPEN


def _keep_selling(hub_id: int) -> str:
    return f"SELECT pg_advisory_xact_lock_shared({int(hub_id)})"


def wait_for_orders(hub_id: int) -> None:
    """For whoever freezes or lifts a hub: wait for orders being placed, and hold off new ones until the commit."""
    db.session.execute(select(func.pg_advisory_xact_lock(hub_id)))
