"""Seats that cost something: kept while they are paid, theirs once paid, and given on when not; the books balance."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from hubapp.community.gatherings import services
from hubapp.community.gatherings.errors import NotRegistered, TimeToPayOver
from hubapp.community.gatherings.models import GatheringRegistration
from hubapp.community.gatherings.policies import paying
from hubapp.community.gatherings.services import rows
from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import OwnListing, PriceChanged
from hubapp.money.payments.models import Payment
from hubapp.tenancy.audit import SYSTEM
from tests.factories.evening import LONG, PRICE, WINDOW, Evening, open_evening
from tests.factories.payments import Till


def test_a_seat_is_kept_while_it_is_paid_and_has_no_ticket_before(evening: Evening) -> None:
    evening.register(evening.eva)
    assert evening.states(evening.eva) == ["paying"]
    assert evening.counts() == (1, 0)
    assert evening.tickets(evening.eva) == 0


def test_paid_seats_have_tickets_and_the_money_its_published_split(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    (order,) = evening.orders(evening.eva)
    assert (evening.tickets(evening.eva), order.status, order.gross) == (2, "paid", 2 * PRICE)
    assert order.seller_account_id == evening.shop.seller
    with evening.scope():
        split = shares.split_of(order.id)
    assert sum(line.amount for line in split) == order.gross
    assert {line.role for line in split} >= {"seller", "connector", "core", "tax", "fee"}
    evening.assert_at_rest()
    assert evening.mails()[-3:] == ["order_paid", "order_sold", "gathering_registered"]


def test_the_hub_sells_where_no_host_does(till: Till) -> None:
    evening = open_evening(till, is_sold_by_host=False)
    evening.buy(evening.eva)
    assert evening.orders(evening.eva)[0].seller_account_id is None
    evening.assert_at_rest()


def test_earnings_are_held_from_the_end_of_the_gathering(evening: Evening) -> None:
    evening.buy(evening.eva)
    with evening.scope():
        held = {line.available_at for line in shares.split_of(evening.orders(evening.eva)[0].id) if line.available_at}
    assert held == {evening.gathering().ends_at + timedelta(days=16)}


def test_the_card_page_is_opened_once_however_often_one_clicks(evening: Evening) -> None:
    evening.register(evening.eva)
    assert evening.open_page(evening.eva) == evening.open_page(evening.eva)
    assert len(evening.orders(evening.eva)) == 1


def test_a_price_that_was_not_shown_is_not_charged(evening: Evening) -> None:
    evening.register(evening.eva)
    with pytest.raises(PriceChanged):
        evening.open_page(evening.eva, shown=PRICE - 100)
    assert evening.orders(evening.eva) == []


def test_the_host_buys_nothing_from_themselves(evening: Evening) -> None:
    evening.register(evening.shop.seller)
    with pytest.raises(OwnListing):
        evening.open_page(evening.shop.seller)


def test_nobody_pays_who_has_no_seat_kept(evening: Evening) -> None:
    with pytest.raises(NotRegistered):
        evening.open_page(evening.eva)


def test_an_unpaid_seat_goes_to_the_next_who_is_asked_by_letter(evening: Evening) -> None:
    evening.register(evening.eva, seats=2)
    evening.open_page(evening.eva)
    evening.register(evening.finn)
    assert evening.states(evening.finn) == ["waiting"]
    evening.advance(WINDOW)
    evening.settle()
    assert evening.states(evening.eva, evening.finn) == ["-", "paying"]
    assert evening.orders(evening.eva)[0].status == "expired"
    asked = evening.mine(evening.finn)
    assert asked is not None
    assert asked.pay_until is not None
    assert timedelta(hours=23) < asked.pay_until - clock.now() <= paying.TIME_TO_PAY
    assert letters(evening) == ["gathering_waiting", "gathering_pay"]


def test_who_is_asked_and_does_not_pay_is_told_and_the_next_one_is_asked(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    for who in (evening.finn, evening.gus):
        evening.register(who, seats=2)
    evening.give_back(evening.eva)
    assert evening.states(evening.finn, evening.gus) == ["paying", "waiting"]
    evening.advance(LONG)
    assert evening.states(evening.finn, evening.gus) == ["-", "paying"]
    assert letters(evening)[-2:] == ["gathering_lapsed", "gathering_pay"]
    evening.pay(evening.gus)
    assert evening.tickets(evening.gus) == 2
    evening.assert_at_rest()


def test_who_is_asked_may_try_another_card_page_until_their_time_is_over(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    evening.register(evening.finn)
    evening.give_back(evening.eva)
    first = evening.open_page(evening.finn)
    evening.advance(WINDOW)
    second = evening.open_page(evening.finn)
    assert first != second
    evening.till.pay(evening.hub_id, second)
    evening.settle()
    assert evening.tickets(evening.finn) == 1
    assert [order.status for order in evening.orders(evening.finn)] == ["paid"]
    evening.assert_at_rest()


def test_after_their_time_nobody_pays_any_more(evening: Evening) -> None:
    evening.register(evening.eva)
    evening.till.advance(WINDOW)
    with pytest.raises(TimeToPayOver):
        evening.open_page(evening.eva)


def test_a_seat_given_back_in_time_is_paid_back_in_whole(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.give_back(evening.eva)
    order = evening.orders(evening.eva)[0]
    assert (order.status, evening.reversed(order) > 0) == ("refunded", True)
    assert evening.counts() == (0, 0)
    evening.assert_at_rest()


def test_too_late_the_seat_goes_and_the_money_stays(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.advance(evening.gathering().starts_at - clock.now() - timedelta(hours=23))
    evening.give_back(evening.eva)
    assert (evening.orders(evening.eva)[0].status, evening.counts()) == ("paid", (0, 0))


def test_the_policy_shown_at_the_payment_holds_when_the_gathering_changes_its_own(evening: Evening) -> None:
    evening.buy(evening.eva)
    with evening.scope():
        evening_now = rows.for_change(gathering_id=evening.gathering_id)
        evening_now.refund_hours = None
    evening.give_back(evening.eva)
    assert evening.orders(evening.eva)[0].status == "refunded"


def test_after_a_move_everybody_is_paid_back_until_it_begins(till: Till) -> None:
    evening = open_evening(till, refund_hours=None)
    evening.buy(evening.eva)
    with evening.scope():
        found = rows.for_change(gathering_id=evening.gathering_id)
        found.revision += 1
    evening.give_back(evening.eva)
    assert evening.orders(evening.eva)[0].status == "refunded"


def test_a_canceled_gathering_pays_everybody_back(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.register(evening.finn)
    page = evening.open_page(evening.finn)
    evening.do(services.cancel_gathering, reason="Flood.", with_following=False)
    evening.settle()
    evening.settle()
    assert evening.orders(evening.eva)[0].status == "refunded"
    assert evening.orders(evening.finn)[0].status == "expired"
    assert evening.till.payment(evening.hub_id, page).status == "expired"
    evening.assert_at_rest()


def test_paying_everybody_back_twice_pays_nobody_twice(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.do(services.cancel_gathering, reason="", with_following=False)
    for _again in range(3):
        evening.do(services.send_back)
    evening.settle()
    evening.do(services.send_back)
    assert evening.mails().count("order_canceled") == 1
    evening.assert_at_rest()


def test_what_a_bank_looks_into_is_tried_again_later(evening: Evening) -> None:
    who = evening.shop.buyer
    evening.buy(who)
    evening.dispute(evening.orders(who)[0])
    evening.do(services.cancel_gathering, reason="", with_following=False)
    evening.settle()
    one = evening.mine(who)
    assert one is not None
    assert one.refund_due_at is not None
    assert one.refund_due_at > clock.now() + timedelta(hours=23)
    assert evening.orders(who)[0].status == "paid"


def test_a_payment_after_the_seat_was_given_away_goes_back_whole(evening: Evening) -> None:
    evening.register(evening.eva, seats=2)
    evening.open_page(evening.eva)
    _lapse_unheard(evening, evening.eva)
    evening.register(evening.finn)
    _pay_late(evening, evening.eva)
    assert evening.states(evening.eva, evening.finn) == ["-", "paying"]
    assert evening.orders(evening.eva)[0].status == "refunded"
    assert "order_canceled" in evening.mails()
    evening.assert_at_rest()


def test_a_payment_after_the_time_finds_a_seat_that_is_still_free(evening: Evening) -> None:
    evening.register(evening.eva, seats=2)
    evening.open_page(evening.eva)
    _lapse_unheard(evening, evening.eva)
    _pay_late(evening, evening.eva)
    assert (evening.tickets(evening.eva), evening.counts()) == (2, (2, 0))
    assert evening.orders(evening.eva)[0].status == "paid"
    evening.assert_at_rest()


def test_who_called_it_off_while_paying_gets_the_money_back(evening: Evening) -> None:
    evening.register(evening.eva)
    page = evening.open_page(evening.eva)
    evening.till.pay(evening.hub_id, page)
    evening.do(services.cancel_registration, account_id=evening.eva)
    evening.settle()
    assert evening.states(evening.eva) == ["-"]
    assert evening.orders(evening.eva)[0].status == "refunded"
    evening.assert_at_rest()


def test_an_order_called_off_frees_its_seats_for_the_next(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    evening.register(evening.finn)
    order = evening.orders(evening.eva)[0]
    with evening.scope():
        orders.cancel_order(order_id=order.id, reason="Sorry.", actor=SYSTEM, now=clock.now())
    evening.settle()
    assert evening.states(evening.eva, evening.finn) == ["-", "paying"]


def test_when_it_is_over_orders_are_handed_over(evening: Evening) -> None:
    evening.buy(evening.eva)
    evening.advance(evening.gathering().ends_at - clock.now() + timedelta(minutes=5))
    assert evening.orders(evening.eva)[0].status == "handed_over"


def letters(evening: Evening) -> list[str]:
    """Those of gatherings, in order."""
    return [name for name in evening.mails() if name.startswith("gathering_")]


def _lapse_unheard(evening: Evening, who: UUID) -> None:
    """Their time passes and the page is taken for dead, while the provider has the last word."""
    one = evening.mine(who)
    assert one is not None
    with evening.scope():
        db.session.execute(update(Payment).where(Payment.id == one.payment_id).values(status="expired"))
        db.session.execute(update(GatheringRegistration).values(pay_until=clock.now()))
    evening.do(services.lapse)
    assert evening.states(who) == ["-"]


def _pay_late(evening: Evening, who: UUID) -> None:
    """The money comes all the same."""
    payment_id = evening.all_of(who)[0].payment_id
    assert payment_id is not None
    with evening.scope():
        db.session.execute(update(Payment).where(Payment.id == payment_id).values(status="open"))
    evening.till.pay(evening.hub_id, payment_id)
    evening.settle()
