"""A payment from the request to the settled charge, on the real databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.money.payments import inbox, services
from hubapp.money.payments.errors import AmountMismatch, ReferenceTaken
from hubapp.money.payments.gateway import CheckoutState
from hubapp.tenancy.scope import hub_scope
from tests.factories.counting import Counting
from tests.factories.jobs import run_all, waiting
from tests.factories.payments import Till
from tests.factories.races import together, without_lock

DECLINED = "4000000000000002"


def test_the_card_page_is_open_as_soon_as_the_request_is_committed(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.ask(hub))
    assert payment.status == "open"
    assert payment.checkout_url is not None
    assert payment.checkout_url.startswith("http://localhost:8000/sandbox/pay/cs_test_sbx")


def test_a_paid_card_settles_the_payment_with_its_fee(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.sell(hub, 2000))
    assert (payment.status, payment.fee, payment.net) == ("succeeded", 55, 1945)
    assert till.told() == ["ChargeSettled"]


def test_looking_again_tells_nobody_again(till: Till, hub: int) -> None:
    payment_id = till.sell(hub)
    till.observe(hub, payment_id)
    till.sweep()
    assert till.told() == ["ChargeSettled"]


def test_a_refused_card_leaves_the_page_open_and_says_why(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.sell(hub, number=DECLINED))
    assert (payment.status, payment.failure_code) == ("open", "card_declined")
    assert till.told() == []


def test_an_amount_that_the_provider_refuses_fails_the_payment(till: Till, hub: int) -> None:
    payment = till.payment(hub, till.ask(hub, 10))
    assert (payment.status, payment.failure_code) == ("failed", "amount_too_small")
    assert till.told() == ["ChargeFailed"]


def test_the_same_reference_is_the_same_payment(till: Till, hub: int) -> None:
    reference = f"test:{uuid4()}"
    assert till.ask(hub, 2000, reference=reference) == till.ask(hub, 2000, reference=reference)
    with pytest.raises(ReferenceTaken):
        till.ask(hub, 2100, reference=reference)


def test_without_the_provider_the_payment_waits_and_settles_once_later(till: Till, hub: int) -> None:
    counting = Counting(till.wiring.gateway)
    till.wiring.gateway, counting.is_down = counting, True  # type: ignore[assignment]
    payment_id = till.ask(hub)
    till.sweep()
    assert till.payment(hub, payment_id).status == "new"
    counting.is_down = False
    till.make_commands_due()
    till.sweep()
    till.pay(hub, payment_id)
    till.advance(timedelta(minutes=3))
    till.sweep()
    assert till.payment(hub, payment_id).status == "succeeded"
    assert till.told() == ["ChargeSettled"]


def test_when_the_time_to_pay_is_over_the_page_is_closed(till: Till, hub: int) -> None:
    payment_id = till.ask(hub, minutes=60)
    till.advance(timedelta(minutes=61))
    till.sweep()
    assert till.payment(hub, payment_id).status == "expired"
    assert till.told() == ["PaymentExpired"]


def test_our_window_may_be_shorter_than_the_providers(till: Till, hub: int) -> None:
    payment_id = till.ask(hub, minutes=10)
    till.advance(timedelta(minutes=11))
    till.sweep()
    assert till.payment(hub, payment_id).status == "expired"


def test_what_was_paid_in_the_last_moment_stays_paid(till: Till, hub: int) -> None:
    payment_id = till.ask(hub, minutes=10)
    till.pay(hub, payment_id)
    till.advance(timedelta(minutes=11))
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        services.expire_checkout(payment_id=payment_id, now=till.sandbox.now())
    till.sweep()
    assert till.told() == ["ChargeSettled"]


def test_two_observers_at_once_tell_once(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    with till.meet_after_reading("payment", nth=2):
        together(lambda: till.observe(hub, payment_id), lambda: till.observe(hub, payment_id))
    assert till.told() == ["ChargeSettled"]


def test_without_the_row_lock_two_observers_tell_twice(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    with without_lock("money.payments.queries.locked"), till.meet_after_reading("payment", nth=2):
        together(lambda: till.observe(hub, payment_id), lambda: till.observe(hub, payment_id))
    assert till.told() == ["ChargeSettled", "ChargeSettled"]


def test_a_try_to_open_the_page_may_succeed_half_an_hour_after_the_first(till: Till, hub: int) -> None:
    """The same request again says the same, its time included, and the provider wants 30 minutes from when it hears."""
    counting = Counting(till.wiring.gateway)
    till.wiring.gateway, counting.is_down = counting, True  # type: ignore[assignment]
    payment_id = till.ask(hub, minutes=30)
    till.advance(timedelta(minutes=29))
    counting.is_down = False
    till.make_commands_due()
    till.sweep()
    assert till.payment(hub, payment_id).status == "open"


def checkout_state(till: Till, hub: int, payment_id: UUID) -> CheckoutState:
    checkout_id = till.payment(hub, payment_id).checkout_id
    assert checkout_id is not None
    return till.wiring.gateway.retrieve_checkout(checkout_id)


def test_another_amount_than_asked_for_is_not_booked(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    state = checkout_state(till, hub, payment_id)
    assert state.charge is not None
    wrong = replace(state, charge=replace(state.charge, amount=1))
    with till.app.app_context(), hub_scope(hub), pytest.raises(AmountMismatch), unit_of_work():
        services.apply_checkout(payment_id=payment_id, state=wrong, now=till.sandbox.now())
    assert till.payment(hub, payment_id).status == "open"
    assert till.told() == []


def test_a_bank_that_says_no_after_the_page_was_completed_fails_the_payment(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id, DECLINED)
    state = checkout_state(till, hub, payment_id)
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        services.apply_checkout(payment_id=payment_id, state=replace(state, status="complete"), now=till.sandbox.now())
    assert till.payment(hub, payment_id).status == "failed"
    assert till.told() == ["ChargeFailed"]


def test_an_outage_does_not_fill_the_queue(till: Till, hub: int) -> None:
    """The worker is slow or away, and the sweep runs every twenty seconds."""
    payment_id = till.ask(hub)
    run_all(till.app)
    till.advance(timedelta(minutes=3))
    for _ in range(3):
        till.run("payments.sweep")
    looks = [arguments for name, _hub, arguments in waiting(till.app) if name == inbox.OBSERVE]
    assert looks == [{"payment_id": str(payment_id)}]
    run_all(till.app)
    till.advance(timedelta(minutes=3))
    till.run("payments.sweep")
    assert [name for name, *_rest in waiting(till.app)] == [inbox.OBSERVE]
