"""What the lock of a thread prevents, and what two first words at once come to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event

from hubapp.community.messages import queries, services
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_member
from tests.factories.races import together, without_lock


@pytest.fixture
def hub_id(live: Live) -> int:
    with live.app.app_context():
        return make_hub()


def doing(live: Live, hub_id: int, act: Callable[[], Any]) -> Callable[[], Any]:
    def done() -> Any:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return act()

    return done


def two(live: Live, hub_id: int) -> tuple[UUID, UUID]:
    with live.app.app_context():
        return make_member(hub_id, "Ann").account_id, make_member(hub_id, "Ben").account_id


def start(live: Live, hub_id: int, author: UUID, to: str) -> Callable[[], Any]:
    asked: dict[str, Any] = {"author_id": author, "to": [to], "title": "", "body_md": "Hi", "now": NOW}
    return doing(live, hub_id, lambda: services.start(**asked))


def send(live: Live, hub_id: int, thread_id: UUID, author: UUID) -> Callable[[], Any]:
    asked: dict[str, Any] = {"thread_id": thread_id, "author_id": author, "body_md": "More", "now": NOW}
    return doing(live, hub_id, lambda: services.send(**asked).id)


@contextmanager
def while_one_has_written(live: Live, by: Callable[[], Any]) -> Iterator[None]:
    """Let `by` happen whole, as far as no lock makes it wait, after a message got its id and before its commit."""
    pool, futures = ThreadPoolExecutor(1), list[Future[Any]]()

    def overtake(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not futures and statement.startswith("INSERT INTO message ("):
            futures.append(pool.submit(by))
            wait(futures, timeout=0.7)

    with live.app.app_context():
        engines = list(db.engines.values())
    for engine in engines:
        event.listen(engine, "after_cursor_execute", overtake)
    try:
        yield
    finally:
        for engine in engines:
            event.remove(engine, "after_cursor_execute", overtake)
        pool.shutdown()
        futures[0].result()


def newest_and_last(live: Live, hub_id: int) -> tuple[UUID, UUID]:
    """Ben writes while Ann does: (the newest message, the last one of which an open list knows)."""
    ann, ben = two(live, hub_id)
    thread_id = start(live, hub_id, ann, "ben")()
    with while_one_has_written(live, send(live, hub_id, thread_id, ben)):
        send(live, hub_id, thread_id, ann)()
    rows = doing(live, hub_id, lambda: [row.id for row in queries.messages(thread_id)[0]])()
    view = doing(live, hub_id, lambda: queries.thread(thread_id, reader_id=ann))()
    assert len(rows) == 3
    return rows[-1], view.last_id


def test_two_who_write_first_at_the_same_moment_begin_one_thread(live: Live, hub_id: int) -> None:
    ann, ben = two(live, hub_id)
    first, second = together(start(live, hub_id, ann, "ben"), start(live, hub_id, ben, "ann"))
    assert first == second
    assert len(doing(live, hub_id, lambda: queries.messages(first)[0])()) == 2


def test_messages_of_a_thread_commit_in_the_order_of_their_ids(live: Live, hub_id: int) -> None:
    newest, last = newest_and_last(live, hub_id)
    assert newest == last


def test_without_the_lock_a_later_message_is_overtaken_and_missed(live: Live, hub_id: int) -> None:
    with without_lock("community.messages.services._wait_for_turn"):
        newest, last = newest_and_last(live, hub_id)
    assert last < newest
