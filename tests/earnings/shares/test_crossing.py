"""A member of one hub buys in another: both hubs' books know, and their clearing accounts cancel, whatever happens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import event, text

from hubapp.earnings.shares import queries
from hubapp.earnings.shares import services as shares
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.ids import uuid7
from hubapp.money.ledger.queries import Purpose
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.people.membership.errors import NoSuchMember
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.conftest import Live
from tests.factories.crashes import crash_everywhere
from tests.factories.earning import Town
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all, waiting
from tests.factories.members import make_connector, make_member
from tests.factories.payments import open_till
from tests.factories.races import meeting, together

BOOK = "shares.book_moves"


@pytest.fixture
def town(live: Live) -> Iterator[Town]:
    """A hub that sells and a hub where buyers are at home."""
    till = open_till(live.app)
    opened = Town(till, [])
    opened.hub("lyon")
    opened.hub("nantes")
    yield opened
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))


def connector_of(town: Town, hub_id: int, name: str = "Maud") -> str:
    with town.till.app.app_context():
        return f"account:{make_connector(hub_id, name).account_id}"


def clearing(town: Town) -> tuple[int, int]:
    """What the selling hub says it owes the home hub, and what the home hub says it is owed."""
    selling, home = town.hubs
    return (
        town.balance(selling, f"hub:{home}", Purpose.CLEARING),
        town.balance(home, f"hub:{selling}", Purpose.CLEARING),
    )


def earned(town: Town, hub_id: int, order_id: UUID) -> dict[str, int]:
    with town.till.app.app_context(), hub_scope(hub_id), unit_of_work():
        return {line.owner: line.amount - line.reversed for line in queries.split_of(order_id) if line.amount}


def test_the_home_hubs_connector_has_one_percent_out_of_the_cores_three(town: Town) -> None:
    selling, home = town.hubs
    maud = connector_of(town, home)
    order_id = town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    assert earned(town, home, order_id) == {maud: 100}
    assert town.balance(selling, "core", Purpose.PLATFORM_REVENUE) == -200
    assert town.balance(home, maud, Purpose.OWED) == -100
    assert clearing(town) == (-100, 100)
    town.assert_at_rest()


def test_it_is_held_as_long_as_the_sale_and_can_be_paid_out(town: Town) -> None:
    selling, home = town.hubs
    maud = connector_of(town, home)
    town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    with town.till.app.app_context(), hub_scope(home), unit_of_work():
        assert queries.totals_of(maud, "EUR", clock.now()) == (100, 0, 0, 0)
        assert queries.totals_of(maud, "EUR", clock.now() + clock.timedelta(days=17)) == (0, 100, 0, 0)


def test_two_connectors_share_it_and_a_vacant_hub_leaves_it_to_the_core(town: Town) -> None:
    selling, home = town.hubs
    vacant = town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    assert earned(town, home, vacant) == {"core": 100}
    assert town.balance(home, "core", Purpose.VACANT_SHARE) == -100
    both = {connector_of(town, home, name) for name in ("Maud", "Max")}
    order_id = town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    assert earned(town, home, order_id) == dict.fromkeys(both, 50)
    assert clearing(town) == (-200, 200)


def test_the_sale_is_the_selling_hubs_turnover_alone(town: Town) -> None:
    selling, home = town.hubs
    town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    with town.till.app.app_context(), hub_scope(home), unit_of_work():
        assert queries.turnover(currency="EUR", now=clock.now()) == 0


def test_refunds_take_it_back_in_proportion_and_to_nothing(town: Town) -> None:
    selling, home = town.hubs
    connector_of(town, home)
    order_id = town.sell(selling, town.person(), home=home)
    town.refund(selling, order_id, 4_000)
    run_all(town.till.app)
    assert clearing(town) == (-60, 60)
    town.refund(selling, order_id, 6_000)
    run_all(town.till.app)
    assert clearing(town) == (0, 0)
    assert set(earned(town, home, order_id).values()) == {0}


def test_a_refund_that_fails_gives_it_again(town: Town) -> None:
    selling, home = town.hubs
    maud = connector_of(town, home)
    order_id, refund_id = town.sell(selling, town.person(), home=home), uuid7()
    town.refund(selling, order_id, 5_000, refund_id)
    run_all(town.till.app)
    with town.till.app.app_context(), hub_scope(selling), unit_of_work():
        shares.restore(order_id=order_id, refund_id=refund_id, now=clock.now())
    run_all(town.till.app)
    assert clearing(town) == (-100, 100)
    assert earned(town, home, order_id) == {maud: 100}


def test_a_lost_dispute_takes_it_back_as_a_refund_does(town: Town) -> None:
    selling, home = town.hubs
    maud = connector_of(town, home)
    order_id, dispute_id = town.sell(selling, town.person(), home=home), uuid7()
    for _ in range(2):  # the news is told twice
        with town.till.app.app_context(), hub_scope(selling), unit_of_work():
            shares.claw_back(order_id=order_id, dispute_id=dispute_id, amount=4_000, currency="EUR", now=clock.now())
    run_all(town.till.app)
    assert clearing(town) == (-60, 60)
    assert earned(town, home, order_id) == {maud: 60}
    assert town.balance(home, maud, Purpose.OWED) == -60


def test_killed_between_the_two_hubs_the_second_is_done_once(town: Town) -> None:
    selling, home = town.hubs
    maud = connector_of(town, home)
    order_id = town.sell(selling, town.person(), home=home)
    town.refund(selling, order_id, 4_000)
    assert clearing(town) == (-60, 0)
    job = {"name": BOOK, "hub_id": home, "arguments": {"order_id": str(order_id)}}
    deaths = crash_everywhere(lambda: worker.run_job(town.till.app, **job), recover=lambda: None)  # type: ignore[arg-type]
    assert deaths >= 2
    run_all(town.till.app)
    assert clearing(town) == (-60, 60)
    assert town.balance(home, maud, Purpose.OWED) == -60


def test_a_job_that_was_lost_is_asked_for_again(town: Town) -> None:
    selling, home = town.hubs
    town.sell(selling, town.person(), home=home)
    with town.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.execute(text("DELETE FROM procrastinate_jobs"))
    for _ in range(2):  # the second look finds the job that waits
        town.till.run("shares.sweep_moves")
    assert [name for name, hub_id, _ in waiting(town.till.app) if hub_id == home] == [BOOK]
    run_all(town.till.app)
    assert clearing(town) == (-100, 100)


def test_it_accrues_in_the_currency_of_the_hub_that_sold(town: Town) -> None:
    with town.till.app.app_context():
        home = make_hub("nairobi", currency="KES", country="KE")
    town.hubs[1] = home
    maud = connector_of(town, home)
    town.sell(town.hubs[0], town.person(), home=home)
    run_all(town.till.app)
    assert town.balance(home, maud, Purpose.OWED) == -100  # in euros, although the hub sells in shillings
    assert clearing(town) == (-100, 100)


def test_another_hub_neither_sees_nor_books_a_move(town: Town) -> None:
    selling, home = town.hubs
    third = town.hub("rennes")
    order_id = town.sell(selling, town.person(), home=home)
    with town.till.app.app_context(), hub_scope(third), unit_of_work():
        assert db.session.scalar(text("SELECT count(*) FROM clearing_move")) == 0
        assert shares.book_moves(order_id=order_id, now=clock.now()) == 0


def test_one_is_at_home_where_one_joined_first_until_one_chooses(town: Town) -> None:
    first, second = town.hubs
    with town.till.app.app_context():
        account_id = make_member(first).account_id
        make_member(second, account_id=account_id, now=NOW + clock.timedelta(hours=1))
        with hub_scope(second), unit_of_work():
            assert membership.home_hub_of(account_id) == first
            members.choose_home(account_id=account_id, now=clock.now())
            assert membership.home_hub_of(account_id) == second
        with hub_scope(second), unit_of_work():
            members.leave(account_id=account_id, now=clock.now())
        with hub_scope(first), unit_of_work():
            assert membership.home_hub_of(account_id) == first


def test_only_members_are_at_home(town: Town) -> None:
    stranger = town.person()
    with town.till.app.app_context(), hub_scope(town.hubs[0]), unit_of_work(), pytest.raises(NoSuchMember):
        members.choose_home(account_id=stranger, now=clock.now())


@contextmanager
def no_lock_on_moves(town: Town) -> Iterator[None]:
    """The negative control: moves are read without their lock."""

    def unlocked(*call: Any) -> tuple[str, Any]:
        statement: str = call[2]
        return statement.replace(" FOR UPDATE", "") if "FROM clearing_move" in statement else statement, call[3]

    with town.till.app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", unlocked, retval=True)
    yield
    event.remove(engine, "before_cursor_execute", unlocked)


def take_back_twice_at_once(town: Town) -> int:
    """Two jobs for one refund at the same moment; answers what is left of the home hub's share."""
    selling, home = town.hubs
    connector_of(town, home)
    order_id = town.sell(selling, town.person(), home=home)
    run_all(town.till.app)
    town.refund(selling, order_id, 2_000)

    def book() -> None:
        with town.till.app.app_context(), hub_scope(home), unit_of_work():
            shares.book_moves(order_id=order_id, now=clock.now())

    with meeting(town.till.app, lambda statement: "FROM clearing_move" in statement):
        together(book, book)
    return sum(earned(town, home, order_id).values())


def test_two_jobs_at_once_take_a_share_back_once(town: Town) -> None:
    assert take_back_twice_at_once(town) == 80


def test_without_the_moves_lock_it_is_taken_back_twice(town: Town) -> None:
    with no_lock_on_moves(town):
        assert take_back_twice_at_once(town) == 60
