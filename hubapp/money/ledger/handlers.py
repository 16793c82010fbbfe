"""Jobs of the books: proving them, when asked and each night."""

from __future__ import annotations

from datetime import datetime

import structlog

from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.money.ledger import checks

log = structlog.get_logger(__name__)


@queue.task(checks.CHECK, platform="the result belongs to the central team")
def check(hub_id: int) -> None:
    """Prove one hub's books."""
    found = checks.record_check(hub_id=hub_id, now=clock.now())
    if not found.ok:
        log.error("books do not hold", hub_id=hub_id, reason=found.reason)


@queue.task(checks.CHECK_ALL, platform="the books of all hubs")
def check_all(asked_at: str) -> None:
    """Ask for every hub's proof."""
    checks.ask_each(now=datetime.fromisoformat(asked_at))


@queue.periodic("0 20 3 * * *", checks.CHECK_EACH_NIGHT, platform="the books of all hubs")
def check_each_night() -> None:
    """Prove all books."""
    checks.ask_each(now=clock.now())
