"""Where the demo's past takes place: the application, the sandbox, and a clock that goes from then to now."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import event

from hubapp.app import create_app
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.kernel.server import Server
from hubapp.money.payments import delivery, wiring
from hubapp.money.payments.sandbox.engine import Sandbox
from hubapp.web.areas import HubFlask

# What a worker would run by the clock.
SWEEPS = (
    "payments.sweep_commands",
    "payments.sweep",
    "payments.sweep_disputes",
    "subscriptions.sweep",
    "orders.sweep",
    "orders.sweep_refunds",
    "retainers.sweep",
    "payouts.sweep",
    "gatherings.plan",
    "mentoring.lapse",
)
# Cards that the story wants to be refused: no news to whoever starts the demo.
MEANT = frozenset({"transaction_not_allowed"})
SWEEP_EVERY = timedelta(hours=40)
# Longer ago than this nobody pays by the month or is paid out, and a sweep each week does.
LATELY, SWEEP_EACH_WEEK = timedelta(days=75), timedelta(days=7)


class Stage:
    """The application with its sandbox while the past is being made; no worker and no web server runs beside it."""

    def __init__(self, app: HubFlask, sandbox: Sandbox, end: datetime) -> None:
        self.app, self.sandbox, self.end = app, sandbox, end
        self.swept_at = clock.now()

    def go_to(self, moment: datetime) -> None:
        """Move the clock forward; every other day, or week, what has fallen due meanwhile happens first."""
        span = moment - clock.now()
        if span > timedelta(0):
            clock.set_offset(self.sandbox.advance(span))
        is_lately = self.end - clock.now() < LATELY
        if clock.now() - self.swept_at > (SWEEP_EVERY if is_lately else SWEEP_EACH_WEEK):
            self.sweep()

    def sweep(self) -> None:
        """Take up everything that waits for time to pass."""
        for name in SWEEPS:
            worker.run_job(self.app, name=name, hub_id=None, arguments={})
        self.settle()
        self.swept_at = clock.now()

    def settle(self) -> None:
        """Run the jobs that the last act caused."""
        worker.drain(self.app)


@contextmanager
def opened(settings: Settings, server: Server, begin: datetime, end: datetime) -> Iterator[Stage]:
    """A stage whose clock stands at `begin`, and moves only when told to; when everything went well, it ends at `end`.

    After that the sandbox is at real time, and what has fallen due since is the worker's.
    """
    # Letters about what never happened would fill the folder in which people look for theirs.
    app = create_app(settings.model_copy(update={"mail_backend": "memory"}), server)
    found: wiring.Wiring = app.extensions[wiring.EXTENSION]
    if found.sandbox is None:
        raise Refusal("The demo uses sandbox payments only.")
    _commit_lazily(app)
    with _hushed(), clock.held():
        yield from _played(app, found, found.sandbox, (begin, end))


def _played(
    app: HubFlask, found: wiring.Wiring, sandbox: Sandbox, between: tuple[datetime, datetime]
) -> Iterator[Stage]:
    begin, end = between
    try:
        sandbox.pause_endpoints()
        clock.set_offset(sandbox.begin_at(begin))
        stage = Stage(app, sandbox, end)
        yield stage
        stage.go_to(end)
        stage.sweep()
        clock.set_offset(sandbox.advance(-clock.offset()))
        delivery.configure_endpoints(found)
    finally:
        clock.set_offset(timedelta(0))
        sandbox.close()
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


@contextmanager
def _hushed() -> Iterator[None]:
    """Say nothing of refusals that are part of the story; everything else is told as ever."""
    before = structlog.get_config()["processors"]

    def leave_out(_logger: Any, _method: str, said: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
        if said.get("event") == "provider refused" and said.get("code") in MEANT:
            raise structlog.DropEvent
        return said

    structlog.configure(processors=[leave_out, *before])
    try:
        yield
    finally:
        structlog.configure(processors=before)


def _commit_lazily(app: HubFlask) -> None:
    """Do not wait for the disk at every commit: the log keeps their order, so the mark at the end proves all of it."""
    with app.app_context():
        for engine in db.engines.values():

            @event.listens_for(engine, "connect")
            def set_up(connection: Any, _record: Any) -> None:
                connection.execute("SET synchronous_commit = off")
                connection.commit()
