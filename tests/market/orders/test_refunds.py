"""Refunds of a part: asked for, answered by who may, paid once, and taken from the shares that remain."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from hubapp.earnings.shares import queries as shares
from hubapp.earnings.shares import services as claiming
from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.orders import errors, queries, services
from hubapp.market.orders.models import Order
from hubapp.market.orders.refund_models import Level
from hubapp.market.orders.refund_rules import Limits
from hubapp.money.ledger.queries import Purpose
from hubapp.people.notifications.models import Mail
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import in_hub, platform_scope
from tests.factories.crashes import run_all_crashing
from tests.factories.races import together, without_lock
from tests.factories.stall import Stall

REFUND_FAILS = "4000000000005126"


def test_asked_granted_and_paid_a_part_reverses_its_part_of_every_share(stall: Stall) -> None:
    order = stall.sell()
    assert stall.grant(stall.ask(order, 800), 800) == "granted"
    stall.settle()
    (request,) = stall.requests(order)
    assert (request.status, request.granted, stall.order(order).status) == ("paid", 800, "paid")
    # The provider keeps its fee: the core bears that part of what went back.
    kept = stall.balance(Purpose.PROCESSOR_FEES)
    assert stall.reversed(order) == 800 - kept
    assert 0 < kept < (order.fee or 0)
    assert stall.notes(order) == ["€8.00 went back to the buyer."]
    stall.assert_at_rest()


def test_pieces_are_worth_what_they_cost_with_shipping_for_all_of_them(stall: Stall) -> None:
    order = stall.sell(3)
    stall.ask(order, pieces=2)
    assert stall.requests(order)[0].asked == 2400


def test_less_than_asked_can_be_granted_and_the_rest_asked_again(stall: Stall) -> None:
    order = stall.sell()
    stall.grant(stall.ask(order, 1000), 300)
    stall.settle()
    stall.grant(stall.ask(order, 2100), 2100)
    stall.settle()
    # The whole is back now: the order is over, and every share with it.
    assert [request.status for request in stall.requests(order)] == ["paid", "paid"]
    assert stall.order(order).status == "refunded"
    assert stall.reversed(order) == 2400 - (order.fee or 0)
    stall.assert_at_rest()


def test_a_no_needs_words_which_the_buyer_gets(stall: Stall) -> None:
    order = stall.sell()
    request_id = stall.ask(order, 800)
    say = {"request_id": request_id, "by": Level.SELLER, "actor": Actor(stall.shop.seller, "Ada")}
    with stall.scope(), pytest.raises(errors.SayWhy):
        services.decline_refund(words=" ", now=clock.now(), **say)
    with stall.scope():
        services.decline_refund(words="It was used.", now=clock.now(), **say)
    assert [(found.status, found.answer) for found in stall.requests(order)] == [("declined", "It was used.")]
    assert stall.mails()[-1] == "refund_answered"
    assert stall.order(order).refunded == 0


@pytest.mark.parametrize(
    ("amount", "refusal"), [(2401, errors.MoreThanLeft), (0, errors.NotAnAmount), (-5, errors.NotAnAmount)]
)
def test_what_cannot_be_is_refused_by_name(stall: Stall, amount: int, refusal: type[Exception]) -> None:
    order = stall.sell()
    with pytest.raises(refusal):
        stall.ask(order, amount)
    with pytest.raises(refusal):
        stall.give(order, amount)
    request_id = stall.ask(order, 100)
    with pytest.raises(refusal):
        stall.grant(request_id, amount)


def test_another_currency_more_pieces_no_reason_and_a_stranger_are_refused(stall: Stall) -> None:
    order = stall.sell()
    usual: dict[str, Any] = {"order_id": order.id, "buyer_id": stall.shop.buyer, "quantities": {}, "reason": "Why"}
    with stall.scope():
        line_id = queries.lines_of(order.id)[0].id
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"amount": Money(100, "USD")}, errors.OtherCurrency),
        ({"amount": None, "quantities": {line_id: 3}}, errors.MoreThanBought),
        ({"amount": None, "quantities": {line_id: -1}}, errors.MoreThanBought),
        ({"amount": None}, errors.NotAnAmount),
        ({"amount": Money(100, "EUR"), "reason": "  "}, errors.SayWhy),
        ({"amount": Money(100, "EUR"), "buyer_id": stall.shop.connector}, errors.NoSuchOrder),
    ]
    for values, refusal in wrong:
        with stall.scope(), pytest.raises(refusal):
            services.ask_refund(**{**usual, **values}, now=clock.now())
    stall.ask(order, 100)
    with pytest.raises(errors.AlreadyAsked):
        stall.ask(order, 100)


def test_the_hub_decides_within_its_limits_and_asks_the_core_above(stall: Stall) -> None:
    small, large = stall.sell(2), stall.sell(30)
    assert stall.give(small, 500, Level.HUB) == "granted"
    assert stall.give(large, 25_001, Level.HUB) == "open"
    assert stall.requests(large)[0].level == "core"
    request_id = stall.requests(large)[0].id
    with pytest.raises(errors.NotYours):
        stall.grant(request_id, 100, Level.HUB)
    assert stall.grant(request_id, 25_001, Level.CORE) == "granted"
    stall.settle()
    assert stall.requests(large)[0].status == "paid"
    stall.assert_at_rest()


def test_after_sixty_days_the_hub_asks_the_core_and_does_not_cancel(stall: Stall) -> None:
    order = stall.sell()
    stall.advance(timedelta(days=61))
    assert stall.grant(stall.ask(order, 100), 100, Level.HUB) == "open"
    assert stall.requests(order)[0].level == "core"
    cancel = {"order_id": order.id, "reason": "Late", "actor": Actor(stall.shop.connector, "Carl"), "by_hub": True}
    with stall.scope(), pytest.raises(errors.BeyondLimits, match="60 days"):
        services.cancel_order(now=clock.now(), **cancel)


def test_a_hubs_own_limits_count_instead(stall: Stall) -> None:
    order = stall.sell()
    with stall.till.app.app_context():
        set_limits(stall, Limits(days=60, units=5, answer_days=2))
    assert stall.give(order, 501, Level.HUB) == "open"


def set_limits(stall: Stall, limits: Limits) -> None:
    with platform_scope(reason="test"), unit_of_work(), in_hub(stall.hub_id):
        services.set_limits(hub_id=stall.hub_id, limits=limits, actor=SYSTEM, now=clock.now())


def test_unanswered_it_goes_from_seller_to_hub_to_core(stall: Stall) -> None:
    order = stall.sell()
    stall.ask(order, 800)
    levels = []
    for days in (4, 2, 6):
        stall.advance(timedelta(days=days))
        stall.till.run("orders.sweep_refunds")
        stall.settle()
        levels.append(stall.requests(order)[0].level)
    assert levels == ["seller", "hub", "core"]
    assert stall.mails().count("refund_escalated") == 2


def test_the_letter_names_the_day_by_which_to_answer_as_the_hubs_pages_do(stall: Stall) -> None:
    order = stall.sell()
    late = datetime.combine(clock.now().date(), time(23, 15), UTC)
    stall.advance(late - clock.now())  # in Lyon it is the next day
    stall.ask(order, 800)
    (request,) = stall.requests(order)
    with stall.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        (said,) = db.session.scalars(select(Mail.context).where(Mail.template == "refund_asked"))
    day = request.due_at.date() + timedelta(days=1)
    assert said["due"] == day.isoformat()
    sent = stall.till.app.extensions["mailman"].outbox = []
    stall.settle()
    (letter,) = (mail.body for mail in sent if "asks for a refund" in mail.subject)
    assert f"until {day:%B} {day.day}, {day.year}:" in letter


def test_a_refund_that_the_card_refuses_gives_back_shares_and_can_be_tried_again(stall: Stall) -> None:
    order = stall.sell(card=REFUND_FAILS)
    stall.give(order, 800)
    stall.settle()
    stall.advance(timedelta(days=2))
    assert (stall.requests(order)[0].status, stall.reversed(order), stall.order(order).refunded) == ("failed", 0, 0)
    stall.assert_at_rest()
    assert stall.give(order, 800) == "granted"


def test_calling_off_what_was_partly_given_back_gives_back_the_rest_only(stall: Stall) -> None:
    order = stall.sell()
    stall.give(order, 800)
    stall.settle()
    with stall.scope():
        services.cancel_order(order_id=order.id, reason="Broke", actor=Actor(stall.shop.seller, "Ada"), now=clock.now())
    stall.settle()
    assert (stall.order(order).status, stall.reversed(order)) == ("refunded", 2400 - (order.fee or 0))
    stall.assert_at_rest()


def test_after_a_payout_a_refund_is_owed(stall: Stall) -> None:
    order = stall.sell()
    stall.advance(timedelta(days=20))
    with stall.scope():
        owner = f"account:{stall.shop.seller}"
        paid = claiming.claim_for_payout(owner=owner, currency="EUR", payout_id=ids.uuid7(), now=clock.now())
    stall.give(order, 800)
    stall.settle()
    assert stall.totals(stall.shop.seller).available == 0 < stall.totals(stall.shop.seller).owed_back < paid
    stall.assert_at_rest()


def test_killed_between_any_two_steps_a_refund_happens_once(stall: Stall) -> None:
    order = stall.sell()
    stall.till.hold_dispatch()
    stall.give(order, 800)
    stall.till.make_commands_due()
    stall.till.run("payments.sweep_commands")
    stall.till.deliver()
    assert run_all_crashing(stall.till.app, recover=lambda: None) > 1
    assert (stall.requests(order)[0].status, stall.order(order).refunded) == ("paid", 800)
    stall.assert_at_rest()


def give_twice(stall: Stall, order: Order) -> list[str]:
    """Two people give most of an order back at the same moment."""

    def give() -> str:
        try:
            return stall.give(order, 2000)
        except errors.MoreThanLeft:
            return "refused"

    return sorted(together(give, give))


def test_two_refunds_at_once_never_exceed_the_order(stall: Stall) -> None:
    order = stall.sell()
    with stall.till.meet_after_reading("orders"):
        assert give_twice(stall, order) == ["granted", "refused"]
    stall.settle()
    assert stall.order(order).refunded == 2000
    stall.assert_at_rest()


def test_without_the_row_locks_both_pass_the_check(stall: Stall) -> None:
    """The negative control: it is the order's lock that keeps the second one out."""
    order = stall.sell()
    unlocked, meeting = (
        without_lock("market.orders.services.steps.locked_order"),
        stall.till.meet_after_reading("orders"),
    )
    with unlocked, meeting, pytest.raises(Exception, match="left of this payment"):
        give_twice(stall, order)


def test_a_dispute_and_a_refund_at_once_pay_the_buyer_once(stall: Stall) -> None:
    order = stall.sell()
    stall.till.sandbox.dispute(stall.charge_of(order))
    stall.till.deliver()
    outcomes: list[str] = []

    def give() -> None:
        try:
            outcomes.append(stall.give(order, 800))
        except Exception as error:  # noqa: BLE001  whichever refusal comes first
            outcomes.append(type(error).__name__)

    together(give, lambda: stall.till.run("payments.sweep_disputes"))
    stall.settle()
    assert outcomes in (["granted"], ["PaymentDisputed"])
    assert {request.status for request in stall.requests(order)} <= {"failed"}
    stall.answer(stall.disputes(order)[0], "losing_evidence")
    assert (stall.order(order).refunded, stall.balance(Purpose.BAD_DEBT)) == (2400, 0)
    stall.assert_at_rest()


def test_what_was_asked_and_given_is_explained_line_by_line(stall: Stall) -> None:
    order = stall.sell()
    stall.grant(stall.ask(order, 800), 800)
    stall.settle()
    with stall.scope():
        lines = [line for line in shares.split_of(order.id) if line.role != "fee"]
        assert all(0 <= line.reversed <= line.amount for line in lines)
        assert all(line.reversed for line in lines if line.amount > 10)
