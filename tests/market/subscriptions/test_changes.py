"""What members agree to, change and end, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders.errors import AddressMissing, PriceChanged
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import queries, services
from hubapp.market.subscriptions.errors import AlreadySubscribed, ConsentMissing, MovedOn, NotOfferedMonthly
from hubapp.people.membership.models import Membership
from hubapp.tenancy.scope import hub_scope
from tests.factories.market import make_shop
from tests.factories.payments import Till
from tests.factories.subscriptions import MONTH, REFUSED_LATER, begin, joined, wish
from tests.support.letters import letters

DAY = timedelta(days=1)


def test_nobody_who_does_not_pay_has_a_subscription(till: Till) -> None:
    club = begin(till)
    club.till.advance(timedelta(minutes=70))
    club.till.run("orders.sweep")
    for _ in range(3):
        club.settle()
    assert club.seen() == ("canceled", [(0, "unpaid")], ["expired"])
    assert (club.state().end_reason, club.left()) == ("not_paid", 20)


def test_another_card_is_charged_at_once_for_what_is_open(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    club.put_card("5555555555554444")
    club.settle()
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])


def test_skipping_pausing_and_quantity(till: Till) -> None:
    club = joined(till)
    club.mine(services.skip, period=1, now=clock.now())
    with pytest.raises(MovedOn):
        club.mine(services.skip, period=1, now=clock.now())
    club.mine(services.change_quantity, quantity=3)
    club.pass_time(MONTH)
    assert club.seen()[1] == [(0, "paid"), (1, "skipped")]
    club.to_renewal()
    assert [order.gross for order in club.orders()] == [1200, 3600]
    club.mine(services.pause)
    club.pass_time(MONTH)
    club.mine(services.resume, now=clock.now())
    club.settle()
    assert len(club.orders()) == 2
    assert club.state().next_at > clock.now()


def test_ending_it_gives_back_what_waits_for_money(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    club.mine(services.cancel, now=clock.now())
    club.mine(services.cancel, now=clock.now())
    club.pass_time(MONTH)
    assert club.seen() == ("canceled", [(0, "paid"), (1, "unpaid")], ["paid", "expired"])
    assert club.left() == 19
    assert letters(till.app).count("subscription_ended") == 1


def test_what_cannot_be_agreed_to_is_refused(till: Till) -> None:
    with till.app.app_context():
        shop = make_shop(is_monthly=True)
        other = make_shop("nairobi")
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        for wrong, refusal in (
            ({"has_consented": False}, ConsentMissing),
            ({"shown": (1000, None)}, PriceChanged),
        ):
            with pytest.raises(refusal):
                services.subscribe(wish=wish(shop, **wrong), now=clock.now())
        assert queries.counts() == {}
    with till.app.app_context(), hub_scope(other.hub_id), unit_of_work(), pytest.raises(NotOfferedMonthly):
        services.subscribe(wish=wish(other), now=clock.now())


def test_one_at_a_time(till: Till) -> None:
    club = begin(till)
    again = wish(club.shop)
    with till.app.app_context(), hub_scope(club.shop.hub_id), unit_of_work():
        assert services.subscribe(wish=again, now=clock.now()) == club.subscription_id
    payment_id = club.months()[0].payment_id
    assert payment_id is not None
    club.pay(payment_id)
    with till.app.app_context(), hub_scope(club.shop.hub_id), unit_of_work(), pytest.raises(AlreadySubscribed):
        services.subscribe(wish=again, now=clock.now())


def test_nothing_is_sent_without_an_address(till: Till) -> None:
    with till.app.app_context():
        shop = make_shop(is_monthly=True, shipping_price=500)
    wanted = wish(shop, choice=Delivery.SHIP, shown=(1200, 500))
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work(), pytest.raises(AddressMissing):
        services.subscribe(wish=wanted, now=clock.now())
    with till.app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        assert queries.counts() == {}


def test_who_leaves_the_hub_is_charged_no_more(till: Till) -> None:
    club = joined(till)
    with till.app.app_context(), hub_scope(club.shop.hub_id), unit_of_work():
        member = db.session.scalars(select(Membership).where(Membership.account_id == club.shop.buyer)).one()
        member.status = "left"
    club.to_renewal()
    assert (club.state().status, club.state().end_reason, len(club.orders())) == ("canceled", "left", 1)


def test_cards_that_fail_in_between_do_not_shorten_the_schedule(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    for _ in range(3):
        club.put_card(REFUSED_LATER)
        club.settle()
    month = club.months()[1]
    assert (month.attempts, month.failures, club.state().status) == (4, 4, "past_due")
    assert month.retry_at is not None
    assert month.retry_at - clock.now() <= DAY
