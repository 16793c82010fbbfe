"""An application that several tests use, each of which leaves it as it was before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.kernel.server import Server
from hubapp.money.payments.wiring import EXTENSION, Wiring
from hubapp.tenancy import queries as tenancy
from hubapp.web.areas import HubFlask


@contextmanager
def as_it_was(app: HubFlask) -> Iterator[Server]:
    """Whatever is plugged in, set, sent, remembered or written meanwhile is gone afterwards; connections are closed.

    Answers the record of its server that is there meanwhile.
    """
    extensions, config, addresses = dict(app.extensions), dict(app.config), app.addresses
    before_requests = {name: list(functions) for name, functions in app.before_request_funcs.items()}
    settings = extensions["hubapp.settings"].model_copy()
    server = Server(extensions["hubapp.server"].admin, settings)
    fresh = Wiring(settings, server, extensions[EXTENSION].dispatch)
    app.extensions |= {"hubapp.settings": settings, "hubapp.server": server}
    app.extensions |= {EXTENSION: fresh, "hubapp.sandbox": fresh.sandbox}
    _forget(app)
    try:
        yield server
    finally:
        if fresh.sandbox is not None:
            fresh.sandbox.close()
        for kept, there in (
            (extensions, app.extensions),
            (config, app.config),
            (before_requests, app.before_request_funcs),
        ):
            there.clear()
            there.update(kept)
        app.addresses = addresses
        vars(app.extensions["mailman"]).pop("outbox", None)
        shutil.rmtree(app.extensions["hubapp.settings"].data)
        app.extensions["hubapp.settings"].data.mkdir()
        hang_up(app)
        _forget(app)


def hang_up(app: HubFlask) -> None:
    """Close all connections to the database."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()


def _forget(app: HubFlask) -> None:
    tenancy.forget()
    app.resolver.forget()
    clock.set_offset(timedelta(0))
