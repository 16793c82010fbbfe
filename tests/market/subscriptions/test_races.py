"""Renewal racing what a member does, and itself: one order a month, whoever comes first."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.exc import IntegrityError

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.subscriptions import services
from hubapp.market.subscriptions.errors import MovedOn
from hubapp.money.payments import cards
from hubapp.tenancy.scope import hub_scope
from tests.factories.payments import Till
from tests.factories.races import together, without_lock
from tests.factories.subscriptions import MONTH, REFUSED_LATER, Club, joined, wish


@pytest.fixture
def club(till: Till) -> Club:
    """Somebody whose renewal is due this minute."""
    found = joined(till)
    till.advance(MONTH)
    return found


def race(club: Club, *acts: Callable[[], Any]) -> list[Any]:
    """All at the same moment, the first two meeting after they have read the subscription."""

    def quietly(act: Callable[[], Any]) -> Callable[[], Any]:
        def run() -> Any:
            try:
                return act()
            except (MovedOn, IntegrityError) as refusal:
                return type(refusal).__name__

        return run

    with club.till.meet_after_reading("subscription"):
        return together(*(quietly(act) for act in acts))


def renewal(club: Club) -> Callable[[], Any]:
    return lambda: club.do(services.renew, now=clock.now())


def test_two_renewals_at_once_are_one_order(club: Club) -> None:
    assert race(club, renewal(club), renewal(club)) == [None, None]
    club.settle()
    assert [order.status for order in club.orders()] == ["paid", "paid"]


def test_without_the_lock_the_database_refuses_the_second_order(club: Club) -> None:
    with without_lock("market.subscriptions.services.rows.locked"):
        assert "IntegrityError" in race(club, renewal(club), renewal(club))
    club.settle()
    assert [order.status for order in club.orders()] == ["paid", "paid"]


def consistent(club: Club) -> bool:
    """Either the renewal came first and the order stands, or the member did and there is none."""
    months, status = club.months(), club.state().status
    if len(months) == 1:
        return status == "canceled" and len(club.orders()) == 1
    return len(months) == 2 and status in {"canceled", "active"}


def test_renewal_and_end_do_not_cross(club: Club) -> None:
    race(club, renewal(club), lambda: club.mine(services.cancel, now=clock.now()))
    # Whoever came second saw what the first one did: an order made first is closed or paid, never forgotten.
    assert consistent(club)
    assert club.state().status == "canceled"


def test_without_the_lock_an_ended_subscription_lives_on_or_is_charged(club: Club) -> None:
    before = club.state().next_period
    with without_lock("market.subscriptions.services.rows.locked"):
        race(club, renewal(club), lambda: club.mine(services.cancel, now=clock.now()))
    after = club.state()
    # Both read it as active: it is over, and was renewed as if it were not, without the end knowing of the order.
    assert after.status == "canceled"
    assert (after.next_period, len(club.months())) == (before + 1, 2)
    assert after.ended_at is not None


def test_renewal_and_skip_leave_one_of_both(club: Club) -> None:
    answers = race(club, renewal(club), lambda: club.mine(services.skip, period=1, now=clock.now()))
    club.settle()
    month = club.months()[1]
    assert month.number == 1
    assert (month.status == "skipped") != ("MovedOn" in answers)
    assert len(club.orders()) == (1 if month.status == "skipped" else 2)


def test_renewal_and_quantity_agree_on_the_amount(club: Club) -> None:
    race(club, renewal(club), lambda: club.mine(services.change_quantity, quantity=4))
    club.settle()
    club.pass_time(MONTH)
    assert club.orders()[1].gross in {1200, 4800}
    assert club.orders()[2].gross == 4800


def test_a_double_click_is_one_subscription(till: Till, club: Club) -> None:
    club.mine(services.cancel, now=clock.now())
    again = wish(club.shop)

    def click() -> Any:
        with till.app.app_context(), hub_scope(club.shop.hub_id), unit_of_work():
            return services.subscribe(wish=again, now=clock.now())

    first, second = together(click, click)
    assert first == second


def test_the_database_knows_one_living_payment_of_an_order(till: Till, club: Club) -> None:
    club.settle()
    order, card_id = club.orders()[1], club.state().card_id
    assert card_id is not None

    def charge_again() -> None:
        with till.app.app_context(), hub_scope(club.shop.hub_id), unit_of_work():
            cards.request_charge(
                reference=f"checkout:{order.checkout_id}:2",
                payer_id=club.shop.buyer,
                card_id=card_id,
                amount=order.money,
                description="Oil",
                path="/",
                now=clock.now(),
            )

    with pytest.raises(IntegrityError, match="uq_payment_part_alive"):
        charge_again()


def test_two_clicks_on_pay_now_open_one_page(club: Club) -> None:
    club.put_card(REFUSED_LATER)
    club.settle()

    def click() -> Any:
        return club.mine(services.pay_now, email="ben@example.org", now=clock.now())

    first, second = together(click, click)
    assert first == second
