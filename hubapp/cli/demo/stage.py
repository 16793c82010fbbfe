"""Where the demo's past takes place: the application, the sandbox, and a clock that goes from then to now."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

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
    "subscriptions.sweep",
    "orders.sweep",
    "payouts.sweep",
    "gatherings.plan",
)
SWEEP_EVERY = timedelta(hours=40)


class Stage:
    """The application with its sandbox while the past is being made; no worker and no web server runs beside it."""

    def __init__(self, app: HubFlask, sandbox: Sandbox) -> None:
        self.app, self.sandbox = app, sandbox
        self.swept_at = clock.now()

    def go_to(self, moment: datetime) -> None:
        """Move the clock forward; every other day, what has fallen due meanwhile happens first."""
        span = moment - clock.now()
        if span > timedelta(0):
            clock.set_offset(self.sandbox.advance(span))
        if clock.now() - self.swept_at > SWEEP_EVERY:
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
def opened(settings: Settings, server: Server, begin: datetime) -> Iterator[Stage]:
    """A stage whose clock stands at `begin`; when everything went well, it ends at real time."""
    # Letters about what never happened would fill the folder in which people look for theirs.
    app = create_app(settings.model_copy(update={"mail_backend": "memory"}), server)
    found: wiring.Wiring = app.extensions[wiring.EXTENSION]
    if found.sandbox is None:
        raise Refusal("The demo uses sandbox payments only.")
    _commit_lazily(app)
    try:
        found.sandbox.pause_endpoints()
        clock.set_offset(found.sandbox.begin_at(begin))
        stage = Stage(app, found.sandbox)
        yield stage
        clock.set_offset(found.sandbox.advance(-clock.offset()))
        stage.sweep()
        delivery.configure_endpoints(found)
    finally:
        clock.set_offset(timedelta(0))
        found.sandbox.close()
        with app.app_context():
            for engine in db.engines.values():
                engine.dispose()


def _commit_lazily(app: HubFlask) -> None:
    """Do not wait for the disk at every commit: the log keeps their order, so the mark at the end proves all of it."""
    with app.app_context():
        for engine in db.engines.values():

            @event.listens_for(engine, "connect")
            def set_up(connection: Any, _record: Any) -> None:
                connection.execute("SET synchronous_commit = off")
                connection.commit()
