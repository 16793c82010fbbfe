"""Events: signed, at least once, kept with the change that caused them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hubapp.kernel import clock
from hubapp.money.payments.gateway import BadSignature, ModeMismatch
from hubapp.money.payments.sandbox.webhooks import sign
from tests.factories.sandbox import Shop
from tests.money.payments.contract.openapi import contract

PLATFORM, CONNECT = "whsec_platform", "whsec_connect"


@dataclass
class Inbox:
    """A receiver that keeps what comes; `statuses` are answered first, then 200."""

    statuses: list[int] = field(default_factory=list)
    got: list[tuple[str, bytes, str]] = field(default_factory=list)

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> int:
        """Take one event."""
        self.got.append((url, body, headers["Stripe-Signature"]))
        return self.statuses.pop(0) if self.statuses else 200

    @property
    def types(self) -> list[str]:
        """What came, in order."""
        return [json.loads(body)["type"] for _, body, _ in self.got]


@pytest.fixture
def inbox(shop: Shop) -> Inbox:
    shop.sandbox.configure_endpoint(kind="platform", url="http://app/platform", secret=PLATFORM)
    shop.sandbox.configure_endpoint(kind="connect", url="http://app/connect", secret=CONNECT)
    return Inbox()


def test_a_sale_is_told_in_order_and_once(shop: Shop, inbox: Inbox) -> None:
    shop.sell()
    shop.sandbox.deliver_due(inbox.post)
    assert inbox.types == [
        "payment_intent.created",
        "charge.succeeded",
        "payment_intent.succeeded",
        "checkout.session.completed",
    ]
    assert shop.sandbox.deliver_due(inbox.post) == 0


def test_a_delivered_event_verifies_and_names_its_object(shop: Shop, inbox: Inbox) -> None:
    charge = shop.sell().charge
    shop.sandbox.deliver_due(inbox.post)
    _, body, signature = inbox.got[1]
    event = shop.gateway.verify_event(body, signature, endpoint="platform", secret=PLATFORM)
    assert charge is not None
    assert (event.type, event.object_id, event.account) == ("charge.succeeded", charge.id, None)


def test_every_event_and_its_object_are_in_the_contract(shop: Shop, inbox: Inbox) -> None:
    account_id = shop.paid_payee(1000, is_bank_working=False)
    shop.gateway.create_payout(key="p", account_id=account_id, amount=500, currency="eur", metadata={})
    charge_id = shop.charge(number="4000000000005126")
    shop.gateway.create_refund(key="r", charge_id=charge_id, amount=100, metadata={})
    shop.gateway.expire_checkout(key="e", checkout_id=shop.checkout())
    shop.pay(shop.checkout(), "4000000000000002")
    shop.pay(shop.checkout(), "4000000000003220")
    shop.sandbox.advance(timedelta(days=3))
    shop.sandbox.deliver_due(inbox.post)
    assert len(set(inbox.types)) >= 14
    for _, body, _ in inbox.got:
        event = json.loads(body)
        contract().check_object("event", event)
        contract().check_object(event["data"]["object"]["object"], event["data"]["object"])


def test_payees_events_go_to_their_own_endpoint_with_their_own_secret(shop: Shop, inbox: Inbox) -> None:
    account_id = shop.payee()
    shop.sandbox.deliver_due(inbox.post)
    url, body, signature = inbox.got[0]
    assert url == "http://app/connect"
    event = shop.gateway.verify_event(body, signature, endpoint="connect", secret=CONNECT)
    assert (event.type, event.account) == ("account.updated", account_id)
    with pytest.raises(BadSignature):
        shop.gateway.verify_event(body, signature, endpoint="connect", secret=PLATFORM)


def test_an_event_for_the_other_endpoint_is_refused(shop: Shop, inbox: Inbox) -> None:
    shop.payee()
    shop.sandbox.deliver_due(inbox.post)
    _, body, _ = inbox.got[0]
    with pytest.raises(BadSignature):
        shop.gateway.verify_event(body, sign(body, PLATFORM, clock.wall()), endpoint="platform", secret=PLATFORM)


@pytest.mark.parametrize("secret", ["", "  "])
def test_an_unset_secret_verifies_nothing_even_if_signed_with_it(shop: Shop, secret: str) -> None:
    body = b'{"id": "evt_sbx1", "object": "event"}'
    with pytest.raises(BadSignature):
        shop.gateway.verify_event(body, sign(body, secret, clock.wall()), endpoint="platform", secret=secret)


def test_forged_old_and_changed_events_are_refused(shop: Shop, inbox: Inbox) -> None:
    shop.sell()
    shop.sandbox.deliver_due(inbox.post)
    _, body, signature = inbox.got[0]
    old = sign(body, PLATFORM, clock.wall() - timedelta(minutes=10))
    for forged in (
        (body + b" ", signature),
        (body, "t=1,v1=00"),
        (body, ""),
        (body, old),
        (b"", signature),
        (b"\xff", signature),
    ):
        with pytest.raises(BadSignature):
            shop.gateway.verify_event(*forged, endpoint="platform", secret=PLATFORM)


def test_an_event_of_the_real_provider_has_no_business_here(shop: Shop) -> None:
    event = {"id": "evt_1real", "object": "event", "type": "x", "created": 1, "data": {"object": {"id": "ch_1"}}}
    body = json.dumps(event).encode()
    with pytest.raises(ModeMismatch):
        shop.gateway.verify_event(body, sign(body, PLATFORM, clock.wall()), endpoint="platform", secret=PLATFORM)


def test_an_event_that_nobody_took_comes_again(shop: Shop, inbox: Inbox) -> None:
    shop.checkout()
    shop.gateway.expire_checkout(key="e", checkout_id=shop.checkout())
    inbox.statuses = [500, 404]
    assert shop.sandbox.deliver_due(inbox.post) == 0
    assert shop.sandbox.deliver_due(inbox.post) == 0
    assert len(inbox.got) == 1
    shop.sandbox.advance(timedelta(seconds=6))
    assert shop.sandbox.deliver_due(inbox.post) == 0
    shop.sandbox.advance(timedelta(minutes=1))
    assert shop.sandbox.deliver_due(inbox.post) == 1
    assert inbox.types == ["checkout.session.expired"] * 3


def test_a_receiver_that_breaks_loses_nothing(shop: Shop, inbox: Inbox) -> None:
    shop.gateway.expire_checkout(key="e", checkout_id=shop.checkout())

    def broken(_url: str, _body: bytes, _headers: Mapping[str, str]) -> int:
        raise ConnectionRefusedError("nobody there")

    before = shop.sandbox.now() - timedelta(hours=1)
    assert shop.sandbox.deliver_due(broken) == 0
    assert [event.type for event in shop.gateway.undelivered_events(created_after=before)] == [
        "checkout.session.expired"
    ]
    shop.sandbox.advance(timedelta(minutes=1))
    assert shop.sandbox.deliver_due(inbox.post) == 1
    assert list(shop.gateway.undelivered_events(created_after=before)) == []


def test_a_worker_that_died_with_an_event_leaves_it_to_others(shop: Shop, inbox: Inbox) -> None:
    shop.gateway.expire_checkout(key="e", checkout_id=shop.checkout())

    def dies(_url: str, _body: bytes, _headers: Mapping[str, str]) -> int:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shop.sandbox.deliver_due(dies)
    assert shop.sandbox.deliver_due(inbox.post) == 0
    shop.sandbox.advance(timedelta(minutes=2))
    assert shop.sandbox.deliver_due(inbox.post) == 1


def test_a_receiver_may_ask_the_sandbox_back(shop: Shop, inbox: Inbox) -> None:
    checkout_id = shop.checkout()
    shop.pay(checkout_id)

    def curious(_url: str, _body: bytes, _headers: Mapping[str, str]) -> int:
        return 200 if shop.gateway.retrieve_checkout(checkout_id).payment_status == "paid" else 500

    assert shop.sandbox.deliver_due(curious) == 4


def test_what_was_refused_left_no_event(shop: Shop, inbox: Inbox) -> None:
    account_id = shop.paid_payee(1000)
    shop.sandbox.deliver_due(inbox.post)
    inbox.got.clear()
    shop.gateway.create_payout(key="p", account_id=account_id, amount=5000, currency="eur", metadata={})
    shop.sandbox.deliver_due(inbox.post)
    assert inbox.types == []
