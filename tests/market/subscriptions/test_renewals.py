"""A subscription with the real SDK and the sandbox behind it: it begins, is renewed, fails, is suspended, goes on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders.errors import PaymentUnderWay
from hubapp.market.orders.models import Delivery
from hubapp.market.subscriptions import services
from hubapp.market.subscriptions.errors import MovedOn
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.selling import HubFrozen
from tests.factories.jobs import run_all
from tests.factories.payments import Till
from tests.factories.subscriptions import ASKS_ALWAYS, MONTH, REFUSED_LATER, begin, joined
from tests.support.letters import letters

DAY = timedelta(days=1)


def test_the_first_month_is_an_order_paid_on_the_card_page(till: Till) -> None:
    club = begin(till)
    assert club.seen() == ("pending", [(0, "ordered")], ["placed"])
    payment_id = club.months()[0].payment_id
    assert payment_id is not None
    club.pay(payment_id)
    assert club.seen() == ("active", [(0, "paid")], ["paid"])
    assert club.state().card_id is not None
    assert "subscription_started" in letters(till.app)


def test_a_month_later_the_saved_card_is_charged_once(till: Till) -> None:
    club = joined(till)
    club.to_renewal()
    club.settle()
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])
    assert club.left() == 18
    assert club.state().next_period == 2
    assert club.books_are_right()


def test_the_next_month_waits_until_it_is_known_whether_the_last_one_is_paid(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    send = till.wiring.dispatch
    till.hold_dispatch()  # nothing reaches the provider, for more than a month
    till.advance(club.state().next_at - clock.now() + MONTH + DAY)
    for _ in range(2):
        till.run("subscriptions.sweep")
        run_all(till.app)
        till.advance(MONTH)
    assert club.seen() == ("active", [(0, "paid"), (1, "ordered")], ["paid", "placed"])
    till.wiring.dispatch = send
    for _ in range(10):
        till.make_commands_due()
        club.settle()
        till.advance(DAY)
    assert club.seen() == ("suspended", [(0, "paid"), (1, "unpaid")], ["paid", "expired"])
    assert club.left() == 19


def test_a_card_that_asked_once_renews_by_itself(till: Till) -> None:
    club = joined(till, "4000002500003155")
    club.to_renewal()
    assert club.seen()[0] == "active"
    assert club.seen()[2] == ["paid", "paid"]


def test_a_refused_renewal_is_tried_again_and_then_suspended(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    assert club.seen() == ("past_due", [(0, "paid"), (1, "ordered")], ["paid", "placed"])
    assert club.left() == 18
    failures = []
    for _ in range(8):
        failures.append(club.months()[1].failures)
        club.pass_time(DAY)
    # Days 1, 3, 5 and 7: one more failure each.
    assert failures == [1, 2, 2, 3, 3, 4, 4, 5]
    assert club.seen() == ("suspended", [(0, "paid"), (1, "unpaid")], ["paid", "expired"])
    assert club.left() == 19
    assert letters(till.app).count("subscription_failed") == 4
    assert letters(till.app).count("subscription_suspended") == 1


def test_paying_later_takes_a_suspended_one_up_again(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    for _ in range(8):
        club.pass_time(DAY)
    payment_id = club.mine(services.pay_now, email="ben@example.org", now=clock.now())
    club.pay(payment_id)
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])
    club.to_renewal()
    # The card shown on the page is the one that is charged from now on.
    assert club.seen()[1][-1] == (2, "paid")
    assert club.books_are_right()


def test_a_bank_that_asks_gets_its_answer_on_a_page(till: Till) -> None:
    club = joined(till, ASKS_ALWAYS)
    club.to_renewal()
    assert club.seen() == ("past_due", [(0, "paid"), (1, "ordered")], ["paid", "placed"])
    assert letters(till.app).count("subscription_confirm") == 1
    payment_id = club.mine(services.pay_now, email="ben@example.org", now=clock.now())
    assert club.mine(services.pay_now, email="ben@example.org", now=clock.now()) == payment_id
    club.pay_and_confirm(payment_id, ASKS_ALWAYS)
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])


def test_an_open_page_is_not_charged_beside(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    till.advance(timedelta(hours=23, minutes=50))
    club.mine(services.pay_now, email="ben@example.org", now=clock.now())
    club.pass_time(timedelta(minutes=15))
    month = club.months()[1]
    assert (month.attempts, month.failures) == (2, 1)
    assert till.payment(club.shop.hub_id, month.payment_id).status == "open"  # type: ignore[arg-type]


def test_sold_out_leaves_the_month_out_and_charges_nothing(till: Till) -> None:
    club = joined(till, listing={"stock": 1})
    club.to_renewal()
    assert club.seen() == ("active", [(0, "paid"), (1, "sold_out")], ["paid"])
    assert "subscription_sold_out" in letters(till.app)


def test_a_withdrawn_listing_ends_it_kindly(till: Till) -> None:
    club = joined(till)
    club.change_listing(status="withdrawn")
    club.to_renewal()
    assert club.seen() == ("canceled", [(0, "paid")], ["paid"])
    assert letters(till.app).count("subscription_ended") == 1


def test_a_new_price_is_announced_and_counts_from_the_next_but_one(till: Till) -> None:
    club = joined(till)
    club.change_listing(price=1500)
    for _ in range(2):
        till.run("subscriptions.watch_prices")
        till.sweep()
    assert letters(till.app).count("subscription_price") == 1
    club.to_renewal()
    club.to_renewal()
    assert [order.gross for order in club.orders()] == [1200, 1200, 1500]


def test_a_frozen_hub_renews_nothing_until_it_sells_again(till: Till) -> None:
    club = joined(till)
    freeze(till, club.shop.hub_id)
    club.pass_time(3 * MONTH)
    assert len(club.orders()) == 1
    club.do(services.renew, now=clock.now())  # a job that was on its way already
    assert len(club.orders()) == 1
    with till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        tenancy.lift_hub(hub_id=club.shop.hub_id, reason="All is well.", actor=SYSTEM, now=clock.now())
    club.settle()
    # What was missed is not made up for.
    assert [order.status for order in club.orders()] == ["paid", "paid"]
    assert club.state().next_at > clock.now()


def freeze(till: Till, hub_id: int) -> None:
    with till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        tenancy.freeze_hub(hub_id=hub_id, reason="Something is wrong.", actor=SYSTEM, now=clock.now())


def test_a_bank_that_answers_late_is_not_asked_twice(till: Till) -> None:
    club = joined(till)
    till.sandbox.fail_next("timeout", operation="payment_intent.create", times=1)
    club.to_renewal(raising=False)
    with pytest.raises((PaymentUnderWay, MovedOn)):
        club.mine(services.pay_now, email="ben@example.org", now=clock.now())
    till.make_commands_due()
    club.settle()
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])
    with till.sandbox.transaction() as tx:
        row = tx.connection.execute("SELECT count(*) AS number FROM resource WHERE kind = 'charge'").fetchone()
    assert row == {"number": 2}


def test_a_charge_that_nobody_knows_of_for_a_day_is_looked_up(till: Till) -> None:
    club = joined(till)
    till.sandbox.fail_next("timeout", operation="payment_intent.create", times=1)
    club.to_renewal(raising=False)
    till.advance(timedelta(hours=30))
    till.make_commands_due()
    club.settle()
    assert club.seen() == ("active", [(0, "paid"), (1, "paid")], ["paid", "paid"])


def test_what_is_sent_costs_its_shipping_every_month(till: Till) -> None:
    address = {"name": "Ben", "street": "1 rue", "postcode": "69001", "city": "Lyon", "country": "FR"}
    listing = {"shipping_price": 500}
    sent = {"choice": Delivery.SHIP, "address": address, "shown": (1200, 500), "quantity": 2}
    club = joined(till, listing=listing, **sent)
    club.change_listing(shipping_price=700)
    till.run("subscriptions.watch_prices")
    till.sweep()
    for _ in range(2):
        club.to_renewal()
    assert [order.gross for order in club.orders()] == [2900, 2900, 3100]
    assert club.orders()[2].address == address


def test_a_hub_frozen_while_a_renewal_waits_tries_again_afterwards(till: Till) -> None:
    club = joined(till)
    club.put_card(REFUSED_LATER)
    club.to_renewal()
    freeze(till, club.shop.hub_id)
    club.pass_time(3 * DAY)
    month = club.months()[1]
    assert (month.attempts, month.failures, club.state().status) == (1, 1, "past_due")
    with pytest.raises(HubFrozen):
        club.mine(services.pay_now, email="ben@example.org", now=clock.now())
