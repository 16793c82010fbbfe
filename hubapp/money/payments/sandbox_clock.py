"""Business time follows the sandbox: its stored clock is the truth for every process, asked at most once a second."""

from __future__ import annotations

import time
from datetime import timedelta

import psycopg
import structlog
from flask import Flask

from hubapp.kernel import clock
from hubapp.money.payments import wiring

log = structlog.get_logger(__name__)

CACHE_SECONDS = 1.0


class Follower:
    """Keeps this process's clock beside the sandbox's."""

    def __init__(self, found: wiring.Wiring) -> None:
        self._wiring = found
        self._fresh_until = 0.0

    def __call__(self) -> None:
        """Called before each request and each job; reading the clock must never stop either of them."""
        if time.monotonic() < self._fresh_until:
            return
        self._fresh_until = time.monotonic() + CACHE_SECONDS
        try:
            clock.set_offset(self._offset())
        except psycopg.Error:
            log.warning("the sandbox's clock does not answer; business time goes on as it was")

    def forget(self) -> None:
        """Ask again at the next occasion, after this process itself moved the clock."""
        self._fresh_until = 0.0

    def _offset(self) -> timedelta:
        # Not through the sandbox itself: a web process should not load the provider's SDK to know what time it is.
        with psycopg.connect(self._wiring.server.sandbox, autocommit=True, connect_timeout=2) as connection:
            row = connection.execute("SELECT ahead_by FROM clock").fetchone()
            offset: timedelta = row[0] if row else timedelta(0)
            return offset


def install(app: Flask) -> None:
    """Follow the sandbox's clock in this application's requests and jobs."""
    follower = Follower(app.extensions[wiring.EXTENSION])
    app.extensions["hubapp.sandbox_clock"] = follower
    app.before_request_funcs.setdefault(None, []).insert(0, follower)
    app.extensions.setdefault("hubapp.before_job", []).append(follower)
