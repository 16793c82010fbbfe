"""Two at once: decided once, closed once, booked once; without their locks they are not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from hubapp.earnings.compensation.errors import AlreadyClosed, AlreadyDecided
from hubapp.earnings.compensation.services import booking, periods, versions
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.ledger.verify import verify
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.plans import BEFORE, CLOSING, PROPOSER, across, announced, drafted, make_network
from tests.factories.races import meeting, together, without_lock


def reads(table: str) -> Callable[[str], bool]:
    return lambda statement: f"\nFROM {table} " in statement


def within(live: Live, act: Callable[[], Any], refusal: type[Exception], word: str) -> Callable[[], str]:
    def run() -> str:
        try:
            with live.app.app_context():
                across(act)
        except refusal:
            return "late"
        return word

    return run


def decide_twice(live: Live) -> list[str]:
    with live.app.app_context():
        row = drafted()
        across(lambda: versions.propose(version_id=row.id, note="As agreed", proposer_id=PROPOSER, now=BEFORE))

    def deciding(who: int) -> Callable[[], str]:
        facts: dict[str, Any] = {"version_id": row.id, "agreed": True, "answer": "", "now": BEFORE}
        return within(live, lambda: versions.decide(decider_id=UUID(int=who), **facts), AlreadyDecided, "announced")

    with meeting(live.app, reads("plan_version")):
        return sorted(together(deciding(821), deciding(822)))


def test_two_who_decide_at_once_announce_once(live: Live) -> None:
    assert decide_twice(live) == ["announced", "late"]


def test_without_the_lock_only_the_trigger_keeps_an_announced_version(live: Live) -> None:
    with (
        without_lock("earnings.compensation.services.locking.locked_version"),
        pytest.raises(IntegrityError, match="was announced and stays"),
    ):
        decide_twice(live)


def sold(live: Live) -> int:
    """A period with two sales, of which somebody has made a dry run."""
    with live.app.app_context():
        network = make_network()
        announced()
        network.sells("cem")
        network.sells("ben")
        across(lambda: periods.dry_run(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING))
    return network.hub_id


def close() -> None:
    periods.close(currency="EUR", name="2027-01", by=SYSTEM, now=CLOSING)


def close_twice(live: Live) -> list[str]:
    act = within(live, close, AlreadyClosed, "closed")
    with meeting(live.app, reads("plan_period")):
        return sorted(together(act, act))


def count(live: Live, table: str) -> int:
    with live.app.app_context():
        return int(across(lambda: db.session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()))


def test_two_who_close_at_once_close_once(live: Live) -> None:
    sold(live)
    assert close_twice(live) == ["closed", "late"]
    assert count(live, "plan_line WHERE amount > 0") == 3


def test_without_the_lock_only_the_constraint_keeps_a_period_from_paying_twice(live: Live) -> None:
    sold(live)
    with (
        without_lock("earnings.compensation.services.locking.locked_period"),
        pytest.raises(IntegrityError, match="uq_plan_run_close"),
    ):
        close_twice(live)


def book_twice(live: Live) -> list[int]:
    hub_id = sold(live)
    with live.app.app_context():
        across(close)

    def book() -> int:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            return booking.book(now=CLOSING)

    with meeting(live.app, reads("plan_line")):
        found = sorted(together(book, book))
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        assert verify(hub_id).ok
    return found


def test_two_who_book_at_once_book_once_and_neither_fails(live: Live) -> None:
    assert book_twice(live) == [0, 3]
    assert count(live, "ledger_entry WHERE kind = 'plan'") == 3


def test_without_the_lock_only_the_constraint_keeps_a_line_from_being_booked_twice(live: Live) -> None:
    with (
        without_lock("earnings.compensation.services.locking.locked_lines"),
        pytest.raises(IntegrityError, match="pk_order_share"),
    ):
        book_twice(live)
