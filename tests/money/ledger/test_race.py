"""Many writers at once in one hub: the chain has no gap, and the head's lock is why."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import psycopg
from sqlalchemy.exc import DBAPIError

from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.verify import Verification, verify
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.books import sale
from tests.factories.hubs import make_hub

WRITERS, ENTRIES = 8, 5

# The function as it would be without its lock; the pause lets every writer read the same head.
UNLOCKED = """
CREATE OR REPLACE FUNCTION ledger_take_head() RETURNS TABLE (seq bigint, hash bytea) LANGUAGE plpgsql SECURITY DEFINER
AS $$
BEGIN
  RETURN QUERY SELECT head.seq, head.hash FROM ledger_head AS head WHERE hub_id = current_setting('app.hub_id')::bigint;
  PERFORM pg_sleep(0.2);
END $$
"""


def race(live: Live, hub_id: int) -> int:
    """Writers post side by side, each in its own transactions; answers how many posts failed."""

    def write(writer: int) -> int:
        failed = 0
        for number in range(ENTRIES):
            try:
                with live.app.app_context(), hub_scope(hub_id), unit_of_work():
                    ledger.post(entry=sale(f"sale:{writer}:{number}", owner=f"account:{number}"))
            except DBAPIError:
                failed += 1
        return failed

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(write, range(WRITERS)))


def checked(live: Live, hub_id: int) -> Verification:
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        return verify(hub_id)


def hub_with_one_entry(live: Live) -> int:
    with live.app.app_context():
        hub_id = make_hub()
        with hub_scope(hub_id), unit_of_work():
            ledger.post(entry=sale("first"))
    return hub_id


def test_writers_at_once_make_one_chain(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub()
    assert race(live, hub_id) == 0
    found = checked(live, hub_id)
    assert (found.ok, found.entries) == (True, WRITERS * ENTRIES)


def test_without_the_lock_posts_fail_and_the_books_still_hold(live: Live) -> None:
    hub_id = hub_with_one_entry(live)
    with psycopg.connect(live.server.admin) as everything:
        everything.execute(UNLOCKED)
    failed = race(live, hub_id)
    assert failed > 0
    found = checked(live, hub_id)
    assert (found.ok, found.entries) == (True, 1 + WRITERS * ENTRIES - failed)


def test_the_same_entry_from_many_writers_is_booked_once(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub()

    def write(_: int) -> str:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return str(ledger.post(entry=sale("the one")))

    with ThreadPoolExecutor(WRITERS) as pool:
        assert len(set(pool.map(write, range(WRITERS)))) == 1
    assert checked(live, hub_id).entries == 1
