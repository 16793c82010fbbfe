"""Webhooks: signed or refused, kept once, believed only after a look."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments.errors import NotYetKnown
from hubapp.money.payments.gateway_models import GatewayEvent
from hubapp.money.payments.sandbox.webhooks import sign
from hubapp.tenancy.platform import platform_scope
from tests.factories.jobs import run_all, waiting
from tests.factories.payments import Till

HOST = {"Host": "localhost:8000"}


def event(kind: str = "charge.succeeded", external_id: str = "evt_sbx1", **metadata: str) -> bytes:
    body = {"id": "ch_sbx1", "object": "charge", "metadata": metadata}
    return json.dumps(
        {"id": external_id, "object": "event", "type": kind, "created": 1, "livemode": False, "data": {"object": body}}
    ).encode()


def post(till: Till, payload: bytes, *, secret: str | None = None, endpoint: str = "platform") -> int:
    secret = secret or till.wiring.webhook_secret("platform")
    headers = HOST | {"Stripe-Signature": sign(payload, secret or "", clock.wall())}
    return till.app.test_client().post(f"/webhooks/stripe/{endpoint}", data=payload, headers=headers).status_code


def kept(till: Till) -> int:
    with till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        return db.session.scalar(select(func.count()).select_from(GatewayEvent)) or 0


def test_a_forged_event_is_refused(till: Till, hub: int) -> None:
    assert post(till, event(), secret="whsec_forged") == 400
    assert till.app.test_client().post("/webhooks/stripe/platform", data=event(), headers=HOST).status_code == 400
    assert kept(till) == 0


def test_an_endpoint_without_a_secret_does_not_exist(till: Till, hub: int) -> None:
    till.wiring.settings = till.wiring.settings.model_copy(update={"stripe_secret_key": "sk_test_x"})
    assert post(till, event(), secret="whsec_any") == 404
    till.wiring.settings = till.wiring.settings.model_copy(update={"stripe_platform_webhook_secret": ""})
    assert post(till, event(), secret="whsec_any") == 404


def test_an_unknown_endpoint_does_not_exist(till: Till, hub: int) -> None:
    assert post(till, event(), endpoint="other") == 404


def test_a_replayed_event_is_kept_and_handled_once(till: Till, hub: int) -> None:
    assert [post(till, event()), post(till, event())] == [204, 204]
    assert kept(till) == 1
    assert [name for name, *_ in waiting(till.app)] == ["payments.handle_event"]


def test_a_very_large_event_is_refused(till: Till, hub: int) -> None:
    assert post(till, b"x" * 600_000) == 413


def test_an_event_about_somebody_elses_charge_is_let_pass(till: Till, hub: int) -> None:
    post(till, event(payment="not ours"))
    assert run_all(till.app) == 1


def test_an_event_is_only_a_hint(till: Till, hub: int) -> None:
    """It says the charge succeeded; the provider, asked, says nobody paid."""
    payment_id = till.ask(hub)
    post(till, event(hub=str(hub), payment=str(payment_id)))
    run_all(till.app)
    assert till.payment(hub, payment_id).status == "open"
    assert till.told() == []


def test_the_sandboxs_own_events_settle_a_payment(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    assert till.deliver() > 0
    run_all(till.app)
    assert till.payment(hub, payment_id).status == "succeeded"
    assert till.told() == ["ChargeSettled"]


def test_an_event_before_our_own_commit_is_tried_again(till: Till, hub: int) -> None:
    till.hold_dispatch()
    payment_id = till.ask(hub)
    post(till, event(hub=str(hub), payment=str(payment_id)))
    with pytest.raises(NotYetKnown):
        run_all(till.app)
    till.make_commands_due()
    till.run("payments.sweep_commands")
    run_all(till.app)
    assert till.payment(hub, payment_id).status == "open"


def test_lost_events_are_made_up_for_by_looking(till: Till, hub: int) -> None:
    payment_id = till.ask(hub)
    till.pay(hub, payment_id)
    till.advance(timedelta(minutes=3))
    till.run("payments.sweep")
    run_all(till.app)
    assert till.payment(hub, payment_id).status == "succeeded"


def test_events_reach_us_over_http_under_the_public_name(till: Till, hub: int) -> None:
    seen: dict[str, Any] = {}

    def receive(url: str, body: bytes, headers: Any) -> int:
        seen[url] = headers["Stripe-Signature"]
        return 200

    till.wiring.post = receive
    till.pay(hub, till.ask(hub))
    till.deliver()
    assert set(seen) == {"http://localhost:8000/webhooks/stripe/platform"}
