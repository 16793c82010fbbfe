"""The queue is emptied without a worker: what is done is gone, what a job causes is done too, what fails stays."""

from __future__ import annotations

import pytest

from hubapp.jobs import queue, worker
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.jobs import waiting


@pytest.fixture
def done(app: HubFlask, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What jobs named here have done: `causes` has one more to do, `fails` does nothing."""
    done: list[str] = []

    def act(name: str) -> None:
        if name == "fails":
            raise RuntimeError(name)
        if name == "causes":
            enqueue(app, "caused")
        done.append(name)

    monkeypatch.setitem(queue.registry, "tests.act", queue.Task("tests.act", act, "test", "default"))
    return done


def enqueue(app: HubFlask, *names: str) -> None:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        for name in names:
            queue.enqueue("tests.act", hub_id=None, arguments={"name": name})


def names_waiting(app: HubFlask) -> list[str]:
    return [arguments["name"] for _task, _hub_id, arguments in waiting(app)]


def test_all_that_is_due_is_done_once_and_gone(app: HubFlask, done: list[str]) -> None:
    enqueue(app, "first", "causes")
    assert worker.drain(app) == 3
    assert (done, names_waiting(app)) == (["first", "causes", "caused"], [])


def test_what_fails_is_raised_and_stays_with_what_was_behind_it(app: HubFlask, done: list[str]) -> None:
    enqueue(app, "first", "fails", "last")
    with pytest.raises(RuntimeError, match="fails"):
        worker.drain(app)
    assert (done, names_waiting(app)) == (["first"], ["fails", "last"])
