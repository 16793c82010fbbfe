"""The outbox: what the provider shall do is written down in the caller's transaction and sent after its commit."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select

from hubapp.kernel import clock, ids
from hubapp.kernel.db import after_commit, db
from hubapp.money.payments import wiring
from hubapp.money.payments.gateway_models import CommandKind, CommandStatus, GatewayCommand

# The edge sends at once; a sweep sends what is still there after this time.
FALLBACK_AFTER = timedelta(seconds=5)
WITHDRAWN = "withdrawn"

# To the table, not through the session: the row is written once, and read by nobody before the commit.
ADD = insert(GatewayCommand.__table__)


def add(
    *, kind: CommandKind, key: str, subject: str, params: dict[str, Any], now: datetime, hub_id: int | None = None
) -> UUID:
    """Ask the provider for something, once this transaction has committed.

    `key` is derived from domain rows and becomes the provider's idempotency key. `params` are plain values, frozen from
    here on. Two living commands of one kind about one subject cannot exist.
    """
    # The app's role may add commands and not read them, so that nothing may come back from the insert.
    command_id = ids.uuid7()
    row = {
        "id": command_id,
        "hub_id": hub_id,
        "kind": kind,
        "key": key,
        "subject": subject,
        "params": params,
        "status": CommandStatus.TODO,
        "attempts": 0,
        "next_try_at": clock.wall() + FALLBACK_AFTER,
        "created_at": now,
    }
    db.session.execute(ADD, row)
    after_commit(partial(wiring.dispatch_now, command_id))
    return command_id


def withdraw(*, command_id: UUID, now: datetime) -> bool:
    """Take back a command that was never sent; False when it was, or is being sent (platform scope).

    The row lock decides against whoever marks it as sent at the same moment. A withdrawn command tells nobody.
    """
    command = db.session.scalars(
        select(GatewayCommand)
        .where(GatewayCommand.id == command_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    if command.status != CommandStatus.TODO or command.first_sent_at is not None:
        return False
    command.status, command.error_code, command.finished_at = CommandStatus.FAILED, WITHDRAWN, now
    db.session.flush()
    return True
