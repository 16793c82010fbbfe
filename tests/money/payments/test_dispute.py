"""Disputes at the payments: taken over once, under the payment's lock, told once, and booked line by line."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.money.ledger import queries as books
from hubapp.money.payments import disputes
from hubapp.money.payments.errors import NotYetKnown, PaymentDisputed, WrongCurrency
from hubapp.money.payments.events import DisputeLost, DisputeOpened, DisputeWon
from hubapp.tenancy.scope import hub_scope
from tests.factories.jobs import run_all
from tests.factories.payments import Till
from tests.factories.races import together, without_lock

heard: list[str] = []


@on(DisputeOpened)
def opened(_event: DisputeOpened) -> None:
    heard.append("opened")


@on(DisputeWon)
def won(_event: DisputeWon) -> None:
    heard.append("won")


@on(DisputeLost)
def lost(_event: DisputeLost) -> None:
    heard.append("lost")


@pytest.fixture(autouse=True)
def nobody_has_heard() -> None:
    heard.clear()


def disputed(till: Till, hub: int) -> tuple[UUID, str]:
    """(payment, the provider's dispute of it), which we have not heard of."""
    payment_id = till.sell(hub, 2000)
    charge_id = till.payment(hub, payment_id).charge_id
    assert charge_id is not None
    return payment_id, till.sandbox.dispute(charge_id)


def look(till: Till, hub: int, payment_id: UUID, provider_id: str) -> None:
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        disputes.observe_dispute(payment_id=payment_id, provider_id=provider_id, now=clock.now())


def listen(till: Till) -> list[str]:
    run_all(till.app)
    return heard


def test_it_is_told_once_however_often_it_is_looked_at(till: Till, hub: int) -> None:
    payment_id, provider_id = disputed(till, hub)
    till.sweep()
    for _ in range(2):
        look(till, hub, payment_id, provider_id)
    assert listen(till) == ["opened"]
    till.wiring.gateway.close_dispute(key="close", dispute_id=provider_id)
    till.sweep()
    look(till, hub, payment_id, provider_id)
    assert listen(till) == ["opened", "lost"]


def test_two_looks_at_once_begin_one_dispute(till: Till, hub: int) -> None:
    payment_id, provider_id = disputed(till, hub)
    with till.meet_after_reading("dispute"):
        together(*[lambda: look(till, hub, payment_id, provider_id)] * 2)
    assert listen(till) == ["opened"]


def test_without_the_payments_lock_the_second_look_breaks(till: Till, hub: int) -> None:
    """The negative control: only the database's uniqueness is left."""
    payment_id, provider_id = disputed(till, hub)
    unlocked, meeting = without_lock("money.payments.queries.locked"), till.meet_after_reading("dispute")
    with unlocked, meeting, pytest.raises(Exception, match="uq_dispute_hub_id_provider_id"):
        together(*[lambda: look(till, hub, payment_id, provider_id)] * 2)


def refund_and_look(till: Till, hub: int, payment_id: UUID, provider_id: str) -> list[str]:
    """A refund is decided while another transaction sees the dispute; what became of the refund."""

    def refund() -> str:
        try:
            till.refund(hub, payment_id, 500)
        except PaymentDisputed:
            return "refused"
        return "asked"

    def see() -> str:
        look(till, hub, payment_id, provider_id)
        return "seen"

    return sorted(together(refund, see))


def test_a_refund_while_the_dispute_is_seen_is_refused_or_was_first(till: Till, hub: int) -> None:
    payment_id, provider_id = disputed(till, hub)
    assert refund_and_look(till, hub, payment_id, provider_id) in (["refused", "seen"], ["asked", "seen"])
    # Whoever was first, the provider did not pay twice and nothing stays reserved.
    till.sweep()
    assert till.payment(hub, payment_id).refunded == 0
    with pytest.raises(PaymentDisputed):
        till.refund(hub, payment_id, 500, "refund:2")


def test_another_currency_is_refused_by_name(till: Till, hub: int) -> None:
    payment_id = till.sell(hub, 2000)
    till.currency = "USD"
    with pytest.raises(WrongCurrency, match="EUR"):
        till.refund(hub, payment_id, 500)


def test_an_event_before_the_payment_is_seen_is_tried_again(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    checkout_id = till.payment(hub, payment_id).checkout_id
    assert checkout_id is not None
    charge = till.wiring.gateway.retrieve_checkout(checkout_id).charge
    assert charge is not None
    till.sandbox.dispute(charge.id)
    till.deliver()
    with pytest.raises(NotYetKnown):
        run_all(till.app, only="payments.handle_event")
        till.run("payments.handle_event", source="platform", external_id=_event(till, "charge.dispute.created"))
    till.observe(hub, payment_id)
    till.sweep()
    assert listen(till) == ["opened"]


def _event(till: Till, kind: str) -> str:
    with till.sandbox.transaction() as tx:
        row = tx.connection.execute("SELECT id FROM event WHERE type = %s", (kind,)).fetchone()
    assert row is not None
    return str(row["id"])


def test_the_books_follow_the_providers_lines_and_win_leaves_nothing(till: Till, hub: int) -> None:
    payment_id, provider_id = disputed(till, hub)
    till.sweep()
    till.wiring.gateway.submit_evidence(
        key="e", dispute_id=provider_id, evidence={"uncategorized_text": "winning_evidence"}
    )
    till.advance(timedelta(hours=2))
    till.sweep()
    assert listen(till) == ["opened", "won"]
    with till.app.app_context(), hub_scope(hub), unit_of_work():
        (found,) = disputes.disputes_of(payment_id)
        assert (found.withdrawn, found.fee, found.lines) == (0, 0, 2)
        assert [balance.posted for balance in books.balances_of(owner="core", now=clock.now())] == [0, 0]
