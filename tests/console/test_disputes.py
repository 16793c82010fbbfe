"""Disputes and refunds at the central team: deadlines, evidence, accepted losses, limits, and the log of it all."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.money.payments import dispute_rules, disputes, services
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from tests.conftest import Live
from tests.console.conftest import Browser, make_central
from tests.factories.payments import open_till
from tests.factories.stall import DECIDED, Stall, open_stall

PDF = b"%PDF-1.7 a proof"


@pytest.fixture
def stall(live: Live) -> Iterator[Stall]:
    till = open_till(live.app)
    yield open_stall(till)
    till.sandbox.close()
    clock.set_offset(timedelta(0))


@pytest.fixture
def team(stall: Stall) -> Browser:
    return make_central(stall.till.app)


def acts(stall: Stall) -> list[str]:
    with stall.till.app.app_context(), platform_scope(reason="test"), unit_of_work():
        rows = db.session.scalars(select(AuditEvent.action).order_by(AuditEvent.at, AuditEvent.id))
        return [action for action in rows if action.startswith(("dispute.", "refund."))]


def attach(team: Browser, path: str, content: bytes, kind: str = "receipt") -> int:
    return team.post(f"{path}/files", kind=kind, file=(io.BytesIO(content), "proof.pdf")).status_code


def test_the_list_has_the_nearest_deadline_first_and_the_overview_asks_for_an_answer(
    stall: Stall, team: Browser
) -> None:
    later, sooner = stall.sell(3), stall.sell(2)
    stall.dispute(sooner)
    stall.advance(timedelta(hours=1))
    stall.dispute(later)
    shown = team.get("/console/disputes").text
    assert 0 < shown.index("€24.00") < shown.index("€36.00")
    assert "2 disputes need an answer" in team.get("/console/").text


def test_evidence_is_drafted_handed_in_with_its_documents_and_wins(stall: Stall, team: Browser) -> None:
    order = stall.sell()
    path = f"/console/disputes/{stall.dispute(order).id}"
    assert team.post(path, act="draft", product_description="Walnut oil, two bottles").status_code == 303
    assert "Walnut oil, two bottles" in team.get(path).text
    assert attach(team, path, PDF) == 303
    stall.settle()
    assert "With the provider" in team.get(path).text
    handed_in = team.post(path, act="submit", product_description="Oil", uncategorized_text="winning_evidence")
    assert handed_in.status_code == 303
    stall.settle()
    assert "The bank decides" in team.get(path).text
    state = stall.till.wiring.gateway.retrieve_dispute(stall.disputes(order)[0].provider_id)
    assert state.evidence.keys() == {"product_description", "uncategorized_text", "receipt"}
    stall.advance(DECIDED)
    assert stall.disputes(order)[0].outcome == "won"
    assert acts(stall) == ["dispute.draft", "dispute.attach", "dispute.submit"]
    stall.assert_at_rest()


@pytest.mark.parametrize(
    ("content", "kind", "words"),
    [
        (b"<html>", "receipt", "PDF, PNG and JPEG only"),
        (b"%PDF-" + b"x" * 3000, "receipt", "too large"),
        (PDF, "passport", "Choose what the file shows"),
    ],
)
def test_a_file_that_no_bank_reads_is_refused_at_its_field(
    stall: Stall, team: Browser, monkeypatch: pytest.MonkeyPatch, content: bytes, kind: str, words: str
) -> None:
    monkeypatch.setattr(dispute_rules, "LARGEST_FILE", 2000)  # the test client leaves large bodies open
    dispute = stall.dispute(stall.sell())
    path = f"/console/disputes/{dispute.id}"
    answer = team.post(f"{path}/files", kind=kind, file=(io.BytesIO(content), "proof.pdf"))
    assert (answer.status_code, words in answer.text) == (422, True)
    with stall.scope():
        assert disputes.files_of(dispute.id) == []


def test_a_file_can_be_replaced_and_left_out(stall: Stall, team: Browser) -> None:
    dispute = stall.dispute(stall.sell())
    path = f"/console/disputes/{dispute.id}"
    for _ in range(2):
        assert attach(team, path, PDF) == 303
    with stall.scope():
        assert len(disputes.files_of(dispute.id)) == 1
    assert team.post(f"{path}/files/remove", kind="receipt").status_code == 303
    with stall.scope():
        assert disputes.files_of(dispute.id) == []


def test_nothing_is_not_handed_in_nor_a_file_that_is_on_its_way(stall: Stall, team: Browser) -> None:
    dispute = stall.dispute(stall.sell())
    path = f"/console/disputes/{dispute.id}"
    assert "nothing to hand in yet" in team.post(path, act="submit").text
    stall.till.hold_dispatch()
    attach(team, path, PDF)
    answer = team.post(path, act="submit", product_description="Oil")
    assert (answer.status_code, "still on its way" in answer.text) == (422, True)


def test_a_loss_is_accepted_with_a_reason_once(stall: Stall, team: Browser) -> None:
    order = stall.sell()
    path = f"/console/disputes/{stall.dispute(order).id}/accept"
    assert "Accept the loss of €24.00?" in team.get(path).text
    assert team.post(path, reason="").status_code == 422
    assert team.post(path, reason="We never sent it.").status_code == 303
    stall.settle()
    assert stall.disputes(order)[0].outcome == "lost"
    again = team.post(path, reason="Again")
    assert (again.status_code, "nothing can be added" in again.text) == (422, True)
    assert acts(stall) == ["dispute.accept"]
    assert "Lost" in team.get("/console/disputes?over=1").text
    stall.assert_at_rest()


def test_what_the_provider_refuses_is_said_and_can_be_tried_again(stall: Stall, team: Browser) -> None:
    order = stall.sell()
    dispute = stall.dispute(order)
    stall.till.sandbox.fail_next("error", operation="dispute.update")
    path = f"/console/disputes/{dispute.id}"
    team.post(path, act="submit", uncategorized_text="winning_evidence")
    assert "Being handed in" in team.get(path).text
    stall.till.make_commands_due()
    stall.advance(timedelta(hours=25))
    stall.till.make_commands_due()
    stall.settle()
    assert "Needs an answer" in team.get(path).text
    assert team.post(path, act="submit", uncategorized_text="winning_evidence").status_code == 303
    stall.advance(DECIDED)
    assert stall.disputes(order)[0].outcome == "won"


def test_the_core_answers_what_is_above_a_hubs_limits(stall: Stall, team: Browser) -> None:
    order = stall.sell(30)
    stall.give(order, 30_000, "hub")  # type: ignore[arg-type]
    assert "1 refund waits for the network" in team.get("/console/").text
    request = stall.requests(order)[0]
    assert str(request.id) in team.get("/console/refunds").text
    path = f"/console/refunds/{request.id}"
    assert team.post(path, verdict="grant", amount="361").status_code == 422
    assert team.post(path, verdict="grant", amount="250", words="Fair.").status_code == 303
    stall.settle()
    assert (stall.requests(order)[0].status, stall.order(order).refunded) == ("paid", 25_000)
    assert acts(stall) == ["refund.grant"]
    assert team.post(path, verdict="grant", amount="10").status_code == 422
    stall.assert_at_rest()


def test_a_hubs_limits_are_set_here(stall: Stall, team: Browser) -> None:
    path = "/console/hubs/lyon/refunds"
    assert 'value="250"' in team.get(path).text
    assert team.post(path, days="30", units="-1", answer_days="3").status_code == 422
    assert team.post(path, days="30", units="10", answer_days="3").status_code == 303
    assert 'value="10"' in team.get(path).text
    assert acts(stall) == ["refund.limits"]


def test_a_charge_in_another_currency_raises_a_hand(stall: Stall, team: Browser) -> None:
    payment_id = stall.till.ask(stall.hub_id)
    stall.till.pay(stall.hub_id, payment_id)
    state = stall.till.wiring.gateway.retrieve_checkout(str(stall.till.payment(stall.hub_id, payment_id).checkout_id))
    assert state.charge is not None
    converted = replace(state, charge=replace(state.charge, settled_currency="usd"))
    with stall.scope():
        services.apply_checkout(payment_id=payment_id, state=converted, now=clock.now())
    assert stall.till.payment(stall.hub_id, payment_id).status == "processing"
    assert "1 payment was settled in another currency" in team.get("/console/").text
