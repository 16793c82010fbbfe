"""A disputed payment: shares stand still, come back or go back, in whatever order and however often news come."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import update

from hubapp.earnings.shares import services as shares
from hubapp.jobs.events import publish
from hubapp.kernel import clock, ids
from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries, services
from hubapp.market.orders.models import Checkout, Order
from hubapp.money.ledger.queries import Purpose
from hubapp.money.payments import disputes
from hubapp.money.payments.dispute_models import Dispute
from hubapp.money.payments.errors import PaymentDisputed
from hubapp.money.payments.events import DisputeLost, DisputeOpened, DisputeWon
from hubapp.money.payments.sandbox import webhooks
from hubapp.tenancy.scope import hub_scope
from tests.factories.crashes import run_all_crashing
from tests.factories.jobs import run_all
from tests.factories.market import place
from tests.factories.races import together, without_lock
from tests.factories.stall import A_DAY, DISPUTED, INQUIRY, Stall

HOLD_OVER = timedelta(days=20)
FEE = 2000


def test_a_disputed_card_freezes_the_shares_and_books_amount_and_fee(stall: Stall) -> None:
    order = stall.sell(card=DISPUTED)
    before = stall.balance(Purpose.PROCESSOR_FEES)
    stall.advance(A_DAY)
    (dispute,) = stall.disputes(order)
    assert (dispute.status, dispute.withdrawn, dispute.fee, dispute.reason) == (
        "needs_response",
        2400,
        FEE,
        "fraudulent",
    )
    assert (stall.balance(Purpose.DISPUTE_HOLD), stall.balance(Purpose.PROCESSOR_FEES) - before) == (2400, FEE)
    stall.assert_at_rest()
    assert stall.notes(order) == ["The buyer's bank disputes the payment."]
    assert stall.mails().count("dispute_opened") == 2


def test_a_dispute_that_nobody_was_told_of_is_found_after_however_long_an_outage(stall: Stall) -> None:
    order = stall.sell(card=DISPUTED)
    with stall.till.sandbox.transaction() as tx:
        webhooks.pause(tx.connection)
    stall.till.advance(timedelta(days=200))  # nobody works, no event is kept for so long
    stall.settle()
    stall.advance(timedelta(days=10))
    assert stall.disputes(order)[0].outcome == "lost"
    stall.assert_at_rest()


def test_a_dispute_is_found_although_its_payment_was_not_known_when_somebody_looked(stall: Stall) -> None:
    with stall.till.sandbox.transaction() as tx:
        webhooks.pause(tx.connection)
    with stall.scope():
        checkout_id = place(stall.shop, {stall.shop.listing_id: 2}, now=clock.now())
    with stall.scope():
        payment_id = queries.checkout_of(checkout_id, buyer_id=stall.shop.buyer).payment_id
    assert payment_id is not None
    stall.till.pay(stall.hub_id, payment_id, DISPUTED)
    stall.till.advance(A_DAY)
    stall.till.run("payments.sweep_disputes")  # sees a dispute of a charge that nobody here has heard of
    stall.till.advance(timedelta(days=200))
    stall.till.run("payments.sweep_disputes")
    stall.settle()
    stall.advance(timedelta(days=10))
    with stall.scope():
        (order,) = queries.orders_of_checkout(checkout_id)
    assert stall.disputes(order)[0].outcome == "lost"


def test_frozen_shares_are_held_although_their_time_has_come(stall: Stall) -> None:
    order = stall.sell()
    stall.advance(HOLD_OVER)
    due = stall.totals(stall.shop.seller)
    assert due.available > 0
    stall.dispute(order)
    assert stall.totals(stall.shop.seller) == (due.available, 0, 0, 0)


def test_a_won_dispute_brings_everything_back_exactly(stall: Stall) -> None:
    order = stall.sell()
    stall.advance(HOLD_OVER)
    before = stall.totals(stall.shop.seller), stall.balance(Purpose.PROCESSOR_FEES)
    stall.answer(stall.dispute(order), "winning_evidence")
    assert stall.disputes(order)[0].outcome == "won"
    assert (stall.totals(stall.shop.seller), stall.balance(Purpose.PROCESSOR_FEES)) == before
    assert stall.reversed(order) == 0
    stall.assert_at_rest()
    assert stall.mails().count("dispute_closed") == 2


def test_a_lost_dispute_is_taken_back_like_a_refund_and_the_core_bears_the_fees(stall: Stall) -> None:
    order = stall.sell()
    stall.answer(stall.dispute(order), "losing_evidence")
    assert stall.disputes(order)[0].outcome == "lost"
    assert stall.reversed(order) == 2400 - (order.fee or 0)
    assert stall.totals(stall.shop.seller) == (0, 0, 0, 0)
    assert stall.balance(Purpose.PROCESSOR_FEES) == FEE + (order.fee or 0)
    stall.assert_at_rest()


def test_without_an_answer_it_is_lost_at_the_deadline(stall: Stall) -> None:
    order = stall.sell(card=DISPUTED)
    stall.advance(A_DAY)
    stall.advance(timedelta(days=10))
    assert stall.disputes(order)[0].outcome == "lost"
    stall.assert_at_rest()


def test_an_inquiry_freezes_nothing_and_may_be_refunded(stall: Stall) -> None:
    order = stall.sell(card=INQUIRY)
    stall.advance(A_DAY)
    assert stall.disputes(order)[0].is_inquiry
    assert stall.give(order, 500) == "granted"
    stall.settle()
    assert stall.requests(order)[0].status == "paid"
    assert stall.mails().count("dispute_opened") == 0
    stall.assert_at_rest()


def test_an_inquiry_that_becomes_a_dispute_freezes(stall: Stall) -> None:
    order = stall.sell()
    stall.answer(stall.dispute(order, is_inquiry=True), "escalate_inquiry_evidence")
    (dispute,) = stall.disputes(order)
    assert (dispute.status, dispute.withdrawn) == ("needs_response", 2400)
    assert stall.balance(Purpose.DISPUTE_HOLD) == 2400
    stall.assert_at_rest()


def test_a_disputed_payment_is_not_refunded_nor_is_a_lost_one(stall: Stall) -> None:
    order = stall.sell()
    dispute = stall.dispute(order, amount=1000)
    for _ in range(2):
        with pytest.raises(PaymentDisputed, match="bank disputes this payment"):
            stall.give(order, 500)
        stall.answer(dispute, "losing_evidence")
    assert stall.order(order).refunded == 1000


def test_a_won_payment_can_be_refunded_again(stall: Stall) -> None:
    order = stall.sell()
    stall.answer(stall.dispute(order), "winning_evidence")
    assert stall.give(order, 500) == "granted"
    stall.settle()
    assert stall.requests(order)[0].status == "paid"
    stall.assert_at_rest()


def test_a_refund_in_flight_when_the_bank_was_quicker_fails_and_frees_what_it_reserved(stall: Stall) -> None:
    order = stall.sell()
    stall.till.sandbox.dispute(stall.charge_of(order))
    assert stall.give(order, 500) == "granted"  # nobody here has heard of the dispute
    stall.settle()
    assert (stall.requests(order)[0].status, stall.order(order).refunded) == ("failed", 0)
    stall.answer(stall.disputes(order)[0], "losing_evidence")
    assert stall.order(order).refunded == 2400
    stall.assert_at_rest()


def test_what_was_refunded_before_and_is_lost_as_well_is_bad_debt(stall: Stall) -> None:
    order = stall.sell()
    stall.give(order, 500)
    stall.settle()
    stall.answer(stall.dispute(order, amount=2400), "losing_evidence")
    assert stall.balance(Purpose.BAD_DEBT) == 500
    assert stall.reversed(order) == 2400 - (order.fee or 0)
    stall.assert_at_rest()


def test_a_second_dispute_of_the_same_payment_keeps_the_shares_frozen(stall: Stall) -> None:
    order = stall.sell()
    first, second = stall.dispute(order, amount=1000), stall.dispute(order, amount=1400)
    stall.advance(HOLD_OVER - timedelta(days=15))
    stall.answer(first, "winning_evidence")
    assert stall.totals(stall.shop.seller).available == 0
    stall.answer(second, "losing_evidence")
    assert stall.order(order).refunded == 1400
    stall.assert_at_rest()


def test_several_sellers_bear_it_by_what_is_left_of_their_orders(stall: Stall) -> None:
    seller, listing_id = stall.other_seller(1800)
    order = stall.sell(1, others={listing_id: 1})
    stall.answer(stall.dispute(order, amount=1000), "losing_evidence")
    with stall.scope():
        parts = {o.seller_account_id: o.refunded for o in queries.orders_of_checkout(order.checkout_id)}  # type: ignore[arg-type]
    assert parts == {stall.shop.seller: 400, seller: 600}
    stall.assert_at_rest()


@pytest.mark.parametrize("words", ["winning_evidence", "losing_evidence"])
def test_news_told_again_and_backwards_change_nothing(stall: Stall, words: str) -> None:
    order = stall.sell()
    stall.answer(stall.dispute(order), words)
    (dispute,) = stall.disputes(order)
    before = stall.totals(stall.shop.seller), stall.order(order).refunded, len(stall.mails())
    told = DisputeWon if words.startswith("winning") else DisputeLost
    for kind in (told, DisputeOpened, told, DisputeOpened):
        with stall.till.app.app_context(), hub_scope(stall.hub_id), unit_of_work():
            publish(kind(stall.hub_id, dispute.id, dispute.payment_id, "x"))
        run_all(stall.till.app)
    assert (stall.totals(stall.shop.seller), stall.order(order).refunded, len(stall.mails())) == before
    stall.assert_at_rest()


def test_a_look_that_came_late_does_not_open_what_is_over(stall: Stall) -> None:
    order = stall.sell()
    dispute = stall.dispute(order)
    old = stall.till.wiring.gateway.retrieve_dispute(dispute.provider_id)
    stall.answer(dispute, "winning_evidence")
    with stall.scope():
        disputes.apply_dispute(payment_id=dispute.payment_id, state=old, now=clock.now())
    assert stall.disputes(order)[0].status == "won"
    stall.assert_at_rest()


def test_a_dispute_of_which_no_event_came_is_found(stall: Stall) -> None:
    order = stall.sell()
    stall.till.sandbox.pause_endpoints()
    stall.dispute(order)
    assert len(stall.disputes(order)) == 1
    stall.answer(stall.disputes(order)[0], "losing_evidence")
    stall.advance(timedelta(minutes=11))
    assert stall.disputes(order)[0].outcome == "lost"
    stall.assert_at_rest()


def test_killed_between_any_two_steps_the_books_come_out_the_same(stall: Stall) -> None:
    order = stall.sell()
    stall.till.sandbox.dispute(stall.charge_of(order))
    stall.till.deliver()
    deaths = run_all_crashing(stall.till.app, recover=lambda: None)
    (dispute,) = stall.disputes(order)
    stall.till.wiring.gateway.close_dispute(key="close", dispute_id=dispute.provider_id)
    stall.till.deliver()
    deaths += run_all_crashing(stall.till.app, recover=lambda: None)
    assert deaths > 4
    assert stall.order(order).refunded == 2400
    assert stall.mails().count("dispute_closed") == 2
    stall.assert_at_rest()


def test_what_was_paid_out_already_is_owed(stall: Stall) -> None:
    order = stall.sell()
    stall.advance(HOLD_OVER)
    owner = f"account:{stall.shop.seller}"
    with stall.scope():
        paid = shares.claim_for_payout(owner=owner, currency="EUR", payout_id=ids.uuid7(), now=clock.now())
    stall.answer(stall.dispute(order), "losing_evidence")
    assert stall.totals(stall.shop.seller) == (0, 0, paid, paid)


def test_an_order_that_is_not_booked_yet_is_waited_for(stall: Stall) -> None:
    order = stall.sell()
    dispute = stall.dispute(order)
    with stall.scope():
        db.session.execute(update(Checkout).values(status="open"))
    with stall.scope(), pytest.raises(LookupError):
        services.follow_dispute(dispute_id=dispute.id, now=dispute.seen_at)


def lost_but_not_followed(stall: Stall) -> tuple[Order, Dispute]:
    """A dispute that payments know as lost, while its orders have not heard of it."""
    order = stall.sell()
    dispute = stall.dispute(order)
    stall.till.wiring.gateway.close_dispute(key="close", dispute_id=dispute.provider_id)
    with stall.scope():
        disputes.observe_dispute(payment_id=dispute.payment_id, provider_id=dispute.provider_id, now=clock.now())
    return order, dispute


def follow_twice(stall: Stall, dispute: Dispute) -> None:
    def follow() -> None:
        with stall.scope():
            services.follow_dispute(dispute_id=dispute.id, now=clock.now())

    with stall.till.meet_after_reading("earning_freeze"):
        together(follow, follow)


def test_two_who_hear_of_the_loss_at_once_take_it_back_once(stall: Stall) -> None:
    order, dispute = lost_but_not_followed(stall)
    follow_twice(stall, dispute)
    assert (stall.order(order).refunded, stall.mails().count("dispute_closed")) == (2400, 2)
    stall.assert_at_rest()


def test_without_the_locks_both_take_it_back(stall: Stall) -> None:
    """The negative control: everybody is told twice, or the second one breaks."""
    _order, dispute = lost_but_not_followed(stall)
    unlocked = without_lock(
        "market.orders.services.steps.locked_orders",
        "earnings.shares.services.locking.locked_order",
        "earnings.shares.services.locking.locked_rights",
    )
    with unlocked:
        try:
            follow_twice(stall, dispute)
            broke = False
        except Exception:  # noqa: BLE001  whichever of the database's own guards stops it
            broke = True
    assert broke or stall.mails().count("dispute_closed") > 2
