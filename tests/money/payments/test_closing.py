"""Closing a card page whose time is over, while somebody pays on it and the line is bad."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.money.payments import services
from hubapp.tenancy.scope import hub_scope
from tests.factories.payments import Till


def close(till: Till, hub: int, payment_id: UUID) -> None:
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        services.expire_checkout(payment_id=payment_id, now=clock.now())


def test_a_page_found_paid_when_it_should_be_closed_is_not_closed_again(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.sandbox.fail_next("timeout_before", operation="checkout_session.expire")
    close(till, hub, payment_id)
    till.pay(hub, payment_id)
    till.advance(timedelta(hours=21))  # the key may be forgotten: the page is looked up
    till.make_commands_due()
    till.run("payments.sweep_commands")
    close(till, hub, payment_id)
    assert till.told() == ["ChargeSettled"]
    assert till.payment(hub, payment_id).status == "succeeded"
