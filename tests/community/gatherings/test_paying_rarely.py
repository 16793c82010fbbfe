"""What rarely happens to seats and money: refunds that fail, hosts who may not sell, frozen hubs, hidden dates."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.community.gatherings import queries, services
from hubapp.community.gatherings.errors import AlreadyIn, MovedTooFar, RegistrationClosed
from hubapp.community.gatherings.models import Status
from hubapp.community.gatherings.policies import paying
from hubapp.community.gatherings.policies.recurrence import When
from hubapp.community.gatherings.services import paying as seats
from hubapp.community.gatherings.services import rows
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.market.orders import services as orders
from hubapp.market.orders.errors import SeatsAreNotPieces
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.tenancy import services as tenancy
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from tests.factories.evening import IN_DAYS, LONG, Evening, open_evening
from tests.factories.gatherings import SATURDAY, details
from tests.factories.payments import Till

REFUND_FAILS = "4000000000005126"
SOMEBODY = Actor(None, "Somebody")


def late(evening: Evening) -> None:
    """Twenty-three hours before it begins: too late to be paid back."""
    evening.advance(evening.gathering().starts_at - clock.now() - timedelta(hours=23))


def hide(evening: Evening) -> None:
    someone = Actor(evening.shop.connector, "Maud")
    evening.do(services.hide_gathering, reason="Fraud?", actor=someone)


def test_a_refund_that_fails_is_tried_again_while_the_seat_is_gone(evening: Evening) -> None:
    evening.register(evening.eva)
    evening.pay(evening.eva, REFUND_FAILS)
    evening.do(services.cancel_gathering, reason="Flood.", with_following=False)
    evening.settle()
    evening.advance(timedelta(days=3))
    one = evening.all_of(evening.eva)[0]
    assert evening.orders(evening.eva)[0].status == "paid"  # it stands again, and nobody has given the money up
    assert one.refund_due_at is not None
    assert one.refund_due_at > clock.now()


def test_who_gave_back_too_late_is_paid_back_when_it_is_canceled(evening: Evening) -> None:
    evening.buy(evening.eva)
    late(evening)
    evening.give_back(evening.eva)
    assert evening.orders(evening.eva)[0].status == "paid"
    evening.do(services.cancel_gathering, reason="Flood.", with_following=False)
    evening.settle()
    assert evening.orders(evening.eva)[0].status == "refunded"
    evening.assert_at_rest()


def test_the_order_of_a_seat_given_back_too_late_is_over_when_the_gathering_is(evening: Evening) -> None:
    evening.buy(evening.eva)
    late(evening)
    evening.give_back(evening.eva)
    evening.advance(evening.gathering().ends_at - clock.now() + timedelta(minutes=5))
    assert evening.orders(evening.eva)[0].status == "handed_over"


def test_who_was_let_in_cannot_give_the_seat_back(evening: Evening) -> None:
    evening.buy(evening.eva)
    one = evening.mine(evening.eva)
    assert one is not None
    with evening.scope():
        ticket = queries.tickets([one.id])[one.id][0]
    evening.do(services.check_in, code=ticket.code, by=evening.shop.seller)
    with pytest.raises(AlreadyIn):
        evening.give_back(evening.eva)
    assert evening.orders(evening.eva)[0].status == "paid"


def test_what_the_hub_hid_can_be_canceled_and_is_paid_back(evening: Evening) -> None:
    evening.buy(evening.eva)
    hide(evening)
    evening.do(services.cancel_gathering, reason="It was no gathering.", with_following=False)
    evening.settle()
    assert evening.gathering().status == Status.CANCELED
    assert evening.orders(evening.eva)[0].status == "refunded"
    assert "gathering_canceled" in evening.mails()
    evening.assert_at_rest()


def test_a_payment_for_what_was_hidden_meanwhile_goes_back(evening: Evening) -> None:
    evening.register(evening.eva)
    page = evening.open_page(evening.eva)
    hide(evening)
    evening.till.pay(evening.hub_id, page)
    evening.settle()
    assert evening.states(evening.eva) == ["-"]
    assert evening.orders(evening.eva)[0].status == "refunded"
    evening.assert_at_rest()


def test_nothing_hidden_is_handed_over_and_those_who_wait_move_up_when_it_is_shown(evening: Evening) -> None:
    evening.register(evening.eva, seats=2)
    evening.register(evening.finn, seats=2)
    hide(evening)
    evening.advance(timedelta(hours=2))
    assert evening.states(evening.eva, evening.finn) == ["-", "waiting"]
    evening.do(services.show_gathering, actor=SOMEBODY)
    assert evening.states(evening.finn) == ["paying"]


def test_nobody_pays_a_suspended_host(evening: Evening) -> None:
    evening.register(evening.eva)
    with evening.scope():
        host = membership.member(evening.shop.seller)
        assert host is not None
        standing.suspend(membership_id=host.id, reason="Fraud.", actor=SYSTEM, now=clock.now())
    with pytest.raises(RegistrationClosed):
        evening.open_page(evening.eva)
    with pytest.raises(RegistrationClosed):
        evening.register(evening.finn)
    assert evening.orders(evening.eva) == []


def test_who_is_asked_keeps_their_turn_while_the_hub_is_frozen(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    evening.register(evening.finn, seats=2)
    evening.register(evening.gus, seats=2)
    evening.give_back(evening.eva)
    assert evening.states(evening.finn, evening.gus) == ["paying", "waiting"]
    with evening.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        tenancy.freeze_hub(hub_id=evening.hub_id, reason="Looked at.", actor=SYSTEM, now=clock.now())
    evening.advance(LONG)
    assert evening.states(evening.finn, evening.gus) == ["paying", "waiting"]
    one = evening.mine(evening.finn)
    assert one is not None
    assert one.pay_until is not None
    assert one.pay_until > clock.now()


def test_sold_seats_are_not_moved_beyond_the_day_their_money_is_paid_out(evening: Evening) -> None:
    evening.buy(evening.eva)
    text = details(price=evening.gathering().price, is_sold_by_host=True, host_account_id=evening.shop.seller)
    for days, is_fine in ((IN_DAYS + 15, True), (IN_DAYS + 60, False)):
        when = When((clock.now() + timedelta(days=days)).date(), SATURDAY.at, 120)
        if is_fine:
            evening.do(services.edit_gathering, details=text, when=when, with_following=False)
            continue
        with pytest.raises(MovedTooFar):
            evening.do(services.edit_gathering, details=text, when=when, with_following=False)


def test_an_order_called_off_before_its_payment_is_heard_of_gives_no_seat(evening: Evening) -> None:
    evening.buy(evening.eva)
    order = evening.orders(evening.eva)[0]
    with evening.scope():
        orders.cancel_order(order_id=order.id, reason="Sorry.", actor=SYSTEM, now=clock.now())
        # As if nobody had told us of the payment yet.
        rows.for_change(gathering_id=evening.gathering_id)
        one = queries.registration_of(evening.gathering_id, evening.eva)
        assert one is not None
        one.status, one.paid_at, one.pay_until = "paying", None, clock.now() + paying.WINDOW
    with evening.scope():
        seats.order_called_off(order_id=order.id, now=clock.now())
        seats.paid(order_id=order.id, now=clock.now())
    assert evening.states(evening.eva) == ["-"]
    assert evening.counts() == (0, 0)


def test_a_payment_that_nobody_told_us_of_is_found_when_its_time_is_over(evening: Evening) -> None:
    evening.buy(evening.eva)
    with evening.scope():
        rows.for_change(gathering_id=evening.gathering_id)
        one = queries.registration_of(evening.gathering_id, evening.eva)
        assert one is not None
        one.status, one.paid_at, one.confirmed_at, one.pay_until = "paying", None, None, clock.now()
        for ticket in queries.tickets([one.id])[one.id]:
            ticket.code = ticket.code[::-1]
            ticket.number += 90
    evening.do(services.lapse)
    assert evening.states(evening.eva) == ["confirmed"]


def test_seats_are_no_pieces_to_be_sent_back_one_by_one(evening: Evening) -> None:
    evening.buy(evening.eva, seats=2)
    order = evening.orders(evening.eva)[0]
    asked = {"buyer_id": evening.eva, "amount": None, "reason": "One of us is ill.", "now": clock.now()}
    with evening.scope(), pytest.raises(SeatsAreNotPieces):
        orders.ask_refund(order_id=order.id, quantities={order.id: 1}, **asked)


def test_a_lost_dispute_frees_the_seat_for_the_next(till: Till) -> None:
    evening = open_evening(till, capacity=1)
    evening.buy(evening.eva)
    dispute = evening.dispute(evening.orders(evening.eva)[0])
    assert evening.states(evening.eva) == ["confirmed"]
    evening.register(evening.finn)
    evening.answer(dispute, "losing_evidence")
    assert evening.states(evening.eva, evening.finn) == ["-", "paying"]
    assert evening.all_of(evening.eva)[0].canceled_why == "order"
    assert evening.counts() == (1, 0)


def test_a_seat_that_is_given_back_in_part_or_whose_dispute_is_open_stays(till: Till) -> None:
    evening = open_evening(till, capacity=2)
    evening.buy(evening.eva)
    evening.give(evening.orders(evening.eva)[0], 500)
    evening.settle()
    evening.buy(evening.finn)
    evening.dispute(evening.orders(evening.finn)[0])
    assert evening.states(evening.eva, evening.finn) == ["confirmed", "confirmed"]
