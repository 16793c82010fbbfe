"""Jobs of the pay plan: terms follow the roles, volumes are added up, and what periods pay is booked hub by hub."""

from __future__ import annotations

from uuid import UUID

import structlog

from hubapp.earnings.compensation import edge, queries
from hubapp.earnings.compensation.events import PeriodClosed, PlanAnnounced
from hubapp.earnings.compensation.models import TaskStep
from hubapp.earnings.compensation.services import asking, booking, counting, filing, lines, sizing, telling, terms
from hubapp.earnings.compensation.services import jobs_of_statements as statements
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import require_hub_id
from hubapp.people.membership.events import ConnectorChanged
from hubapp.tenancy import network

FOLLOW = "compensation.follow_terms"
TELL_OF_PLAN, TELL_OF_PERIOD = "compensation.tell_of_plan", "compensation.tell_of_period"
log = structlog.get_logger(__name__)
PROGRAMME = "the programme is one over all hubs"


@on(ConnectorChanged)
def follow_connectors(event: ConnectorChanged) -> None:
    """A hub's connectors, or their parts, are not what they were."""
    follow_terms_later(event.hub_id)


@queue.task(FOLLOW)
def follow_terms() -> None:
    """Bring one hub's terms to its roles."""
    terms.follow(now=clock.now())


def follow_terms_later(hub_id: int) -> None:
    """One after the other for each hub."""
    queue.enqueue(FOLLOW, hub_id=hub_id, lock=f"{FOLLOW}:{hub_id}")


@queue.periodic("5 20 0 * * *", "compensation.sweep_terms", platform="connectors of all hubs are paid by days")
def sweep_terms() -> None:
    """Look at every hub once a day: some had connectors before terms were kept, and news may have got lost."""
    for hub in network.hubs(limit=10_000):
        follow_terms_later(hub.id)


@queue.periodic("50 * * * * *", "compensation.fold_volumes", platform="a group crosses hubs")
def fold_volumes() -> None:
    """Keep the rows that reading adds up few."""
    counting.fold()
    sizing.fold()


@queue.periodic("15 40 3 * * *", "compensation.recount_groups", platform="a group crosses hubs")
def recount_groups() -> None:
    """Once a day, and so after an upgrade during which an older release counted nothing."""
    if changed := sizing.recount():
        log.warning("the sizes of groups were not what the sponsorships say", people=changed)


@queue.task(asking.RUN, platform="a period is computed from the sales of all hubs")
def run(task_id: str) -> None:
    """Compute or close a period, in one transaction; how far it is stands beside it."""
    number = UUID(task_id)

    def tell(step: TaskStep) -> None:
        asking.note_step(task_id=number, step=step, now=clock.now())

    asking.perform(task_id=number, tell=tell, now=clock.now())


@queue.task(booking.BOOK)
def book() -> None:
    """Book the next lines of a hub, and ask for what follows: its next lines, or a look whether that was all."""
    if booking.book(now=clock.now()):
        hub_id = require_hub_id()
        queue.enqueue(booking.BOOK, hub_id=hub_id, lock=booking.lock_of(hub_id=hub_id))
    else:
        queue.enqueue(booking.FINISH, hub_id=None, lock=booking.FINISH)


@queue.task(booking.FINISH, platform="a period's lines are in the books of several hubs")
def finish() -> None:
    """Say of every period that is booked that it is closed."""
    for period in queries.closing():
        booking.finish(period_id=period.id, now=clock.now())


@queue.periodic("35 * * * * *", "compensation.sweep", platform="a period's lines are in the books of several hubs")
def sweep() -> None:
    """Ask again for runs and lines whose job was lost; close what is booked."""
    asking.ask_again()
    for period in queries.closing():
        if not booking.finish(period_id=period.id, now=clock.now()):
            booking.ask_to_book(currency=period.currency)


@on(PlanAnnounced, platform=PROGRAMME)
def plan_was_announced(event: PlanAnnounced) -> None:
    """Everybody in the programme, and connectors, hear of it ahead."""
    tell_of_plan(str(event.version_id))


@on(PeriodClosed, platform=PROGRAMME)
def period_was_closed(event: PeriodClosed) -> None:
    """Whoever has a line of it."""
    tell_of_period(str(event.period_id))


@on(PeriodClosed, platform=PROGRAMME)
def statements_were_corrected(event: PeriodClosed) -> None:
    """Whoever's file of an earlier period is another now."""
    statements.enqueue(name=statements.FILE, period_id=str(event.period_id), after="")


@queue.task(statements.LINES, platform=PROGRAMME, lets_pass=True)
def keep_lines(period_id: str) -> None:
    """Keep what everybody's lines of a period that was closed are made of."""
    lines.keep(period_id=UUID(period_id), now=clock.now())


@queue.task(statements.SIGN, platform=PROGRAMME, lets_pass=True)
def sign(period_id: str, account_id: str) -> None:
    """Make one file that somebody asked for."""
    filing.sign(account_id=UUID(account_id), period_id=UUID(period_id), settings=edge.settings(), now=clock.now())


@queue.task(statements.FILE, platform=PROGRAMME, lets_pass=True)
def file_corrected(period_id: str, after: str = "") -> None:
    """The next people; the rest is a job of its own."""
    last = filing.file_corrected(
        period_id=UUID(period_id),
        after=UUID(after) if after else None,
        settings=edge.settings(),
        now=clock.now(),
    )
    if last is not None:
        statements.enqueue(name=statements.FILE, period_id=period_id, after=str(last))


@queue.task(TELL_OF_PLAN, platform=PROGRAMME)
def tell_of_plan(version_id: str, after: str = "") -> None:
    """The next people; the rest is a job of its own."""
    last = telling.of_plan(version_id=UUID(version_id), after=UUID(after) if after else None, now=clock.now())
    if last is not None:
        queue.enqueue(TELL_OF_PLAN, hub_id=None, arguments={"version_id": version_id, "after": str(last)})


@queue.task(TELL_OF_PERIOD, platform=PROGRAMME)
def tell_of_period(period_id: str, after: str = "") -> None:
    """The next people; the rest is a job of its own."""
    last = telling.of_period(period_id=UUID(period_id), after=UUID(after) if after else None, now=clock.now())
    if last is not None:
        queue.enqueue(TELL_OF_PERIOD, hub_id=None, arguments={"period_id": period_id, "after": str(last)})
