"""Commands leave once: whatever crashes, answers late, or happens twice."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, IntegrityError

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments import dispatch, outbox
from hubapp.money.payments.gateway_models import CommandKind, GatewayCommand
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.counting import Counting
from tests.factories.payments import Till
from tests.factories.races import together, without_lock


def count(till: Till) -> Counting:
    counting = Counting(till.wiring.gateway)
    till.wiring.gateway = counting  # type: ignore[assignment]
    return counting


def command_of(till: Till, payment_id: UUID) -> GatewayCommand:
    return till.commands(f"payment:{payment_id}")[0]


def send(till: Till, command_id: UUID) -> bool:
    with till.app.app_context():
        return dispatch.dispatch_command(command_id)


def unsent(till: Till, hub: int) -> tuple[Counting, UUID, UUID]:
    """A counting gateway, a payment, and its command that nobody has sent."""
    till.hold_dispatch()
    payment_id = till.ask(hub)
    return count(till), payment_id, command_of(till, payment_id).id


def test_a_rolled_back_request_leaves_nothing(till: Till, hub: int) -> None:
    counting = count(till)
    with pytest.raises(RuntimeError), till.app.app_context(), hub_scope(hub), unit_of_work():
        outbox.add(
            kind=CommandKind.CHECKOUT_EXPIRE, key="k", subject="payment:1", params={}, now=clock.now(), hub_id=hub
        )
        raise RuntimeError
    assert till.commands("payment:1") == []
    assert counting.calls.total() == 0


def test_the_sweep_sends_what_the_edge_could_not(till: Till, hub: int) -> None:
    counting, payment_id, _ = unsent(till, hub)
    till.make_commands_due()
    till.sweep()
    assert till.payment(hub, payment_id).status == "open"
    assert counting.calls["create_checkout"] == 1


def test_two_dispatchers_at_once_send_once(till: Till, hub: int) -> None:
    counting, _, command_id = unsent(till, hub)
    with till.meet_after_reading("gateway_command"):
        sent = together(lambda: send(till, command_id), lambda: send(till, command_id))
    assert sorted(sent) == [False, True]
    assert counting.calls["create_checkout"] == 1


def test_without_the_lock_two_dispatchers_send_twice(till: Till, hub: int) -> None:
    counting, _, command_id = unsent(till, hub)
    with without_lock("money.payments.dispatch.locked"), till.meet_after_reading("gateway_command"):
        together(lambda: send(till, command_id), lambda: send(till, command_id))
    assert counting.calls["create_checkout"] == 2


def test_an_unknown_outcome_is_sent_again_under_the_same_key(till: Till, hub: int) -> None:
    till.sandbox.fail_next("timeout", operation="checkout_session.create")
    counting = count(till)
    payment_id = till.ask(hub)
    assert command_of(till, payment_id).status == "unknown"
    till.make_commands_due()
    till.sweep()
    command = command_of(till, payment_id)
    assert (command.status, command.attempts, len(set(counting.keys))) == ("done", 2, 1)
    assert till.payment(hub, payment_id).status == "open"


def test_after_twenty_hours_an_unknown_outcome_is_looked_up_and_not_sent(till: Till, hub: int) -> None:
    till.sandbox.fail_next("timeout", operation="refund.create")
    payment_id = till.sell(hub)
    refund_id = till.refund(hub, payment_id, 500)
    counting = count(till)
    till.advance(timedelta(hours=21))
    till.make_commands_due()
    till.sweep()
    assert till.refunded(hub, refund_id).status == "succeeded"
    assert counting.calls["create_refund"] == 0
    assert counting.calls["find_refunds"] == 1


def test_what_the_provider_never_got_fails_after_twenty_hours(till: Till, hub: int) -> None:
    till.sandbox.fail_next("timeout_before", operation="refund.create")
    payment_id = till.sell(hub)
    refund_id = till.refund(hub, payment_id, 500)
    till.advance(timedelta(hours=21))
    till.make_commands_due()
    till.sweep()
    assert till.refunded(hub, refund_id).status == "failed"
    assert till.payment(hub, payment_id).refunded == 0


def test_a_crash_after_the_call_ends_in_the_same_card_page(till: Till, hub: int) -> None:
    _, payment_id, command_id = unsent(till, hub)
    with pytest.raises(RuntimeError), till.app.app_context():
        crash_before_recording(till, command_id)
    assert not send(till, command_id)  # the lease still runs
    till.make_commands_due()
    assert send(till, command_id)
    assert till.payment(hub, payment_id).status == "open"
    assert sessions(till) == 1


def crash_before_recording(till: Till, command_id: UUID) -> None:
    class Dying(Counting):
        def __getattr__(self, name: str) -> object:
            call = super().__getattr__(name)

            def die(**kwargs: object) -> None:
                call(**kwargs)
                raise RuntimeError("killed")

            return die

    gateway = till.wiring.gateway
    till.wiring.gateway = Dying(gateway)  # type: ignore[assignment]
    try:
        dispatch.dispatch_command(command_id)
    finally:
        till.wiring.gateway = gateway


def sessions(till: Till) -> int:
    with till.sandbox.transaction() as tx:
        row = tx.connection.execute(
            "SELECT count(*) AS number FROM resource WHERE kind = 'checkout.session'"
        ).fetchone()
    assert row is not None
    return int(row["number"])


def test_a_page_that_nobody_could_open_in_time_is_never_made(till: Till, hub: int) -> None:
    counting, payment_id, _ = unsent(till, hub)
    till.advance(timedelta(hours=2))
    till.make_commands_due()
    till.sweep()
    assert till.payment(hub, payment_id).status == "expired"
    assert (counting.calls["create_checkout"], till.told()) == (0, ["PaymentExpired"])


def test_two_living_commands_about_one_thing_cannot_exist(till: Till, hub: int) -> None:
    with pytest.raises(IntegrityError), till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        for key in ("a", "b"):
            outbox.add(kind=CommandKind.REFUND_CREATE, key=key, subject="refund:1", params={}, now=clock.now())


def test_what_a_command_says_cannot_be_changed(till: Till, hub: int) -> None:
    till.ask(hub)
    with (
        pytest.raises(DBAPIError, match="permission denied"),
        till.app.app_context(),
        platform_scope(reason="test"),
        unit_of_work(),
    ):
        db.session.execute(text("UPDATE gateway_command SET params = '{}'"))
