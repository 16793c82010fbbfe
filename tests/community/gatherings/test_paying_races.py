"""Two at once about seats that cost something: one order and one payment, no seat unpaid, no payment unseated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hubapp.community.gatherings import services
from hubapp.community.gatherings.models import GatheringRegistration
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.market.orders.models import Order
from tests.factories.evening import Evening, open_evening
from tests.factories.jobs import run_all
from tests.factories.payments import Till
from tests.factories.races import overtaken, together, without_lock

LOCK = "community.gatherings.services.rows.locked"


@pytest.fixture
def last(till: Till) -> Evening:
    """One seat."""
    return open_evening(till, capacity=1)


def race(evening: Evening, *acts: Callable[[], Any]) -> list[Any]:
    """All at once, the first two meeting after they have read the gathering."""

    def quietly(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            try:
                return act()
            except (Refusal, IntegrityError) as refusal:
                return type(refusal).__name__

        return run

    with evening.till.meet_after_reading("gathering"):
        return together(*(quietly(act) for act in acts))


def both_want_it(evening: Evening) -> list[Any]:
    return race(evening, lambda: evening.register(evening.eva).status, lambda: evening.register(evening.finn).status)


def test_the_last_paid_seat_is_kept_for_one_and_the_other_waits(last: Evening) -> None:
    assert sorted(both_want_it(last)) == ["paying", "waiting"]
    assert last.counts() == (1, 1)


def test_without_the_lock_both_pay_for_the_last_seat(last: Evening) -> None:
    with without_lock(LOCK):
        assert both_want_it(last) == ["paying", "paying"]


def test_two_clicks_on_pay_are_one_order_and_one_page(last: Evening) -> None:
    last.register(last.eva)
    first, second = race(last, lambda: last.open_page(last.eva), lambda: last.open_page(last.eva))
    assert first == second
    assert len(last.orders(last.eva)) == 1


def test_without_the_lock_two_clicks_are_two_orders(last: Evening) -> None:
    last.register(last.eva)
    with without_lock(LOCK):
        race(last, lambda: last.open_page(last.eva), lambda: last.open_page(last.eva))
    with last.scope():
        assert db.session.query(Order).count() == 2


def paid_for(evening: Evening) -> UUID:
    """Somebody has paid for the last seat, and the news of it waits to be heard, beyond their time to pay."""
    evening.register(evening.eva)
    evening.open_page(evening.eva)
    one = evening.mine(evening.eva)
    assert one is not None
    assert one.order_id is not None
    with evening.scope():
        db.session.execute(update(Order).where(Order.id == one.order_id).values(status="paid", paid_at=clock.now()))
        db.session.execute(update(GatheringRegistration).values(pay_until=clock.now()))
    return one.order_id


def money_and_lapse(evening: Evening) -> tuple[list[str], int]:
    """(states of all registrations, tickets): the payment is heard of while the seats are being given on."""
    order_id = paid_for(evening)

    def heard() -> None:
        with evening.scope():
            services.paid(order_id=order_id, now=clock.now())

    # The second reading is of the seats as they are, before they are confirmed.
    with overtaken(evening.till.app, "gathering_registration", lambda: evening.do(services.lapse), nth=2):
        heard()
    with evening.scope():
        states = [one.status for one in db.session.query(GatheringRegistration).order_by(GatheringRegistration.id)]
    return states, evening.tickets(evening.eva)


def test_a_payment_and_its_lapse_leave_the_seat_paid(last: Evening) -> None:
    assert money_and_lapse(last) == (["confirmed"], 1)
    assert last.counts() == (1, 0)


def test_without_the_lock_both_confirm_the_seat(last: Evening) -> None:
    with without_lock(LOCK), pytest.raises(IntegrityError):
        money_and_lapse(last)


def money_and_cancel(evening: Evening) -> None:
    evening.register(evening.eva)
    payment_id = evening.open_page(evening.eva)
    evening.till.pay(evening.hub_id, payment_id)
    one = evening.mine(evening.eva)
    assert one is not None
    evening.till.run("payments.sweep_commands")
    evening.till.observe(evening.hub_id, payment_id)
    settle_only(evening)

    def heard() -> None:
        with evening.scope():
            services.paid(order_id=one.order_id, now=clock.now())  # type: ignore[arg-type]

    def give_back() -> None:
        evening.do(services.cancel_registration, account_id=evening.eva)

    with overtaken(evening.till.app, "gathering_registration", give_back, nth=2):
        heard()


def settle_only(evening: Evening) -> None:
    """The order is booked; the news of it waits."""
    run_all(evening.till.app, only="market.orders.handlers")


def test_a_payment_and_giving_the_seat_back_leave_neither_seat_nor_money(last: Evening) -> None:
    money_and_cancel(last)
    last.settle()
    last.settle()
    assert (last.states(last.eva), last.counts()) == (["-"], (0, 0))
    assert last.orders(last.eva)[0].status == "refunded"
    last.assert_at_rest()


def test_without_the_lock_a_seat_given_back_is_confirmed_which_the_database_refuses(last: Evening) -> None:
    with without_lock(LOCK), pytest.raises(IntegrityError, match="ck_gathering_registration_canceled"):
        money_and_cancel(last)
