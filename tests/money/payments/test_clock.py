"""Business time follows the sandbox's stored clock, in every process."""

from __future__ import annotations

from datetime import timedelta

from hubapp.kernel import clock
from tests.factories.payments import Till


def test_requests_follow_the_sandbox(till: Till, hub: int) -> None:
    before = clock.offset()
    till.sandbox.advance(timedelta(days=20))
    till.app.extensions["hubapp.sandbox_clock"].forget()
    till.app.test_client().post("/webhooks/stripe/other", headers={"Host": "localhost:8000"})
    assert clock.offset() - before == timedelta(days=20)


def test_jobs_follow_the_sandbox(till: Till, hub: int) -> None:
    before = clock.offset()
    till.sandbox.advance(timedelta(days=5))
    till.app.extensions["hubapp.sandbox_clock"].forget()
    till.run("payments.sweep")
    assert clock.offset() - before == timedelta(days=5)


def test_a_sandbox_that_does_not_answer_stops_nobody(till: Till, hub: int) -> None:
    before = clock.offset()
    follower = till.app.extensions["hubapp.sandbox_clock"]
    settings = till.wiring.server.settings
    gone = settings.model_copy(update={"sandbox_database_url": "host=/nowhere dbname=gone"})
    object.__setattr__(till.wiring.server, "settings", gone)
    follower.forget()
    follower()
    assert clock.offset() == before
