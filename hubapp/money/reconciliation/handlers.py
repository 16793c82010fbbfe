"""Jobs of the comparison: each night, and when somebody asks. Fetching, comparing and booking are one job each."""

from __future__ import annotations

from uuid import UUID

import structlog

from hubapp.jobs import queue
from hubapp.kernel import clock
from hubapp.money.reconciliation import jobs, services

log = structlog.get_logger(__name__)

WHY = "the provider's balance is that of all hubs together"


@queue.periodic("0 40 2 * * *", "reconciliation.each_night", platform=WHY)
def each_night() -> None:
    """Start the nightly comparison."""
    jobs.ask(since=None, asked_by="clock", now=clock.now())


@queue.task(jobs.FETCH, platform=WHY)
def fetch(run_id: str) -> None:
    """Copy the provider's books and take up its lost events, then have them compared."""
    services.mirror(run_id=UUID(run_id), now=clock.now())
    services.take_lost_events(run_id=UUID(run_id), now=clock.now())
    queue.enqueue(jobs.COMPARE, hub_id=None, lock=jobs.COMPARE, arguments={"run_id": run_id})


@queue.task(jobs.COMPARE, platform=WHY)
def compare(run_id: str) -> None:
    """Compare, then have each difference that needs it booked in its own transaction."""
    run = services.compare(run_id=UUID(run_id), now=clock.now())
    for item_id in services.unsettled():
        queue.enqueue(jobs.SUSPEND, hub_id=None, lock=f"{jobs.SUSPEND}:{item_id}", arguments={"item_id": str(item_id)})
    for account in services.accounts_to_follow(run_id=UUID(run_id)):
        arguments = {"run_id": run_id, "account": account}
        queue.enqueue(jobs.FOLLOW, hub_id=None, lock=f"{jobs.FOLLOW}:{account}", arguments=arguments)
    if run.open:
        log.error("the provider's books and ours differ", open=run.open, explained=run.explained)


@queue.task(jobs.FOLLOW, platform=WHY)
def follow(run_id: str, account: str) -> None:
    """Compare one connected account, payout by payout."""
    found = services.follow(run_id=UUID(run_id), account=account, now=clock.now())
    if found:
        log.error("a connected account and our books differ", account=account, open=found)


@queue.task(jobs.SUSPEND, platform=WHY)
def suspend(item_id: str) -> None:
    """Book one difference into suspense or out of it."""
    services.settle_suspense(item_id=UUID(item_id), now=clock.now())
