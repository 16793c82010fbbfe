"""Whether a hub sells right now, asked where it counts: freezing and ordering exclude each other by a lock."""

from __future__ import annotations

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
    db.session.execute(select(func.pg_advisory_xact_lock_shared(hub_id)))
    # A column query, after the lock: a loaded Hub object could be older than the freeze.
    status, reason = db.session.execute(select(Hub.status, Hub.frozen_reason).where(Hub.id == hub_id)).one()
    if status != HubStatus.OPEN:
        raise HubFrozen(reason or "")


def wait_for_orders(hub_id: int) -> None:
    """For whoever freezes or lifts a hub: wait for orders being placed, and hold off new ones until the commit."""
    db.session.execute(select(func.pg_advisory_xact_lock(hub_id)))
