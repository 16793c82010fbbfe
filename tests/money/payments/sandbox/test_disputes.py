"""Disputes: a card whose owner complains, evidence and its deadline, and what the bank's decision moves."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hubapp.money.payments.gateway import DisputeState, Ok, Rejected
from tests.factories.sandbox import Shop

DISPUTED, NOT_RECEIVED, INQUIRY = "4000000000000259", "4000000000002685", "4000000000001976"
PDF = b"%PDF-1.7\n%nothing much\r\n--not-a-boundary\r\n"
A_DAY, LONG = timedelta(days=1, minutes=1), timedelta(days=70)


def disputed(shop: Shop, number: str = DISPUTED) -> DisputeState:
    """A charge of 2000 with its dispute."""
    charge_id = shop.charge(2000, number=number)
    shop.sandbox.advance(A_DAY)
    (found,) = shop.gateway.disputes(created_after=shop.sandbox.now() - LONG)
    assert found.charge_id == charge_id
    return found


def submit(shop: Shop, dispute: DisputeState, text: str, **evidence: str) -> object:
    given = {"uncategorized_text": text, **evidence}
    return shop.gateway.submit_evidence(key=shop.key(), dispute_id=dispute.id, evidence=given)


def balance(shop: Shop) -> int:
    state = shop.gateway.platform_balance()
    return state.available.get("eur", 0) + state.pending.get("eur", 0)


def events(shop: Shop) -> list[str]:
    with shop.sandbox.transaction() as tx:
        rows = tx.connection.execute("SELECT type FROM event WHERE type LIKE 'charge.dispute.%' ORDER BY seq")
        return [row["type"].removeprefix("charge.dispute.") for row in rows]


def test_the_card_is_disputed_a_day_later_and_amount_and_fee_are_gone(shop: Shop) -> None:
    found = disputed(shop)
    assert (found.status, found.reason, found.amount, found.is_refundable) == (
        "needs_response",
        "fraudulent",
        2000,
        False,
    )
    assert found.due_by is not None
    assert [(line.amount, line.fee, line.source_id) for line in found.lines] == [(-2000, 2000, found.id)]
    assert balance(shop) == 1945 - 4000
    assert events(shop) == ["created", "funds_withdrawn"]


def test_winning_evidence_brings_amount_and_fee_back(shop: Shop) -> None:
    found = disputed(shop)
    sent = submit(shop, found, "winning_evidence")
    assert isinstance(sent, Ok)
    assert (sent.value.status, sent.value.submissions, sent.value.has_evidence) == ("under_review", 1, True)
    shop.sandbox.advance(timedelta(hours=2))
    state = shop.gateway.retrieve_dispute(found.id)
    assert (state.status, sum(line.net for line in state.lines)) == ("won", 0)
    assert balance(shop) == 1945
    assert events(shop)[-2:] == ["closed", "funds_reinstated"]


def test_losing_evidence_loses(shop: Shop) -> None:
    found = disputed(shop)
    submit(shop, found, "losing_evidence")
    shop.sandbox.advance(timedelta(hours=2))
    assert shop.gateway.retrieve_dispute(found.id).status == "lost"
    assert balance(shop) == 1945 - 4000


def test_without_an_answer_it_is_lost_at_the_deadline_and_not_before(shop: Shop) -> None:
    found = disputed(shop, NOT_RECEIVED)
    assert found.due_by is not None
    shop.sandbox.advance(found.due_by - shop.sandbox.now() - timedelta(minutes=1))
    assert shop.gateway.retrieve_dispute(found.id).status == "needs_response"
    shop.sandbox.advance(timedelta(minutes=2))
    assert shop.gateway.retrieve_dispute(found.id).status == "lost"


def test_an_accepted_loss_is_final(shop: Shop) -> None:
    found = disputed(shop)
    closed = shop.gateway.close_dispute(key=shop.key(), dispute_id=found.id)
    assert isinstance(closed, Ok)
    assert closed.value.status == "lost"
    assert isinstance(shop.gateway.close_dispute(key=shop.key(), dispute_id=found.id), Rejected)
    assert isinstance(submit(shop, found, "winning_evidence"), Rejected)


def test_evidence_is_handed_in_once(shop: Shop) -> None:
    found = disputed(shop)
    submit(shop, found, "losing_evidence")
    assert isinstance(submit(shop, found, "winning_evidence"), Rejected)


def test_a_file_is_uploaded_found_and_named_as_evidence(shop: Shop) -> None:
    found = disputed(shop)
    uploaded = shop.gateway.upload_evidence(key="upload", filename="receipt-1.pdf", content=PDF)
    assert isinstance(uploaded, Ok)
    assert (uploaded.value.filename, uploaded.value.size) == ("receipt-1.pdf", len(PDF))
    assert shop.gateway.upload_evidence(key="upload", filename="receipt-1.pdf", content=PDF) == uploaded
    since = shop.sandbox.now() - timedelta(hours=1)
    assert shop.gateway.find_evidence(filename="receipt-1.pdf", created_after=since) == uploaded.value
    assert shop.gateway.find_evidence(filename="other.pdf", created_after=since) is None
    sent = submit(shop, found, "winning_evidence", receipt=uploaded.value.id)
    assert isinstance(sent, Ok)
    assert sent.value.evidence == {"uncategorized_text": "winning_evidence", "receipt": uploaded.value.id}


@pytest.mark.parametrize("content", [b"<html>", b"", b"%PDF-" + b"x" * 5 * 1024 * 1024])
def test_what_no_bank_reads_is_rejected(shop: Shop, content: bytes) -> None:
    assert isinstance(shop.gateway.upload_evidence(key=shop.key(), filename="a.pdf", content=content), Rejected)


def test_a_file_that_is_not_there_is_no_evidence(shop: Shop) -> None:
    assert isinstance(submit(shop, disputed(shop), "winning_evidence", receipt="file_sbxnone"), Rejected)


def test_an_inquiry_takes_no_money_and_closes(shop: Shop) -> None:
    found = disputed(shop, INQUIRY)
    assert (found.status, found.lines, found.is_refundable) == ("warning_needs_response", (), True)
    submit(shop, found, "winning_evidence")
    assert shop.gateway.retrieve_dispute(found.id).status == "warning_under_review"
    shop.sandbox.advance(timedelta(hours=2))
    assert (shop.gateway.retrieve_dispute(found.id).status, balance(shop)) == ("warning_closed", 1945)


def test_an_inquiry_can_become_a_dispute(shop: Shop) -> None:
    found = disputed(shop, INQUIRY)
    submit(shop, found, "escalate_inquiry_evidence")
    shop.sandbox.advance(timedelta(hours=2))
    state = shop.gateway.retrieve_dispute(found.id)
    assert (state.status, state.submissions, len(state.lines)) == ("needs_response", 0, 1)
    assert balance(shop) == 1945 - 4000


def test_what_the_bank_took_is_not_refunded_as_well(shop: Shop) -> None:
    found = disputed(shop)
    outcome = shop.gateway.create_refund(key=shop.key(), charge_id=found.charge_id, amount=100, metadata={})
    assert isinstance(outcome, Rejected)
    assert outcome.code == "charge_disputed"


def test_what_was_refunded_before_is_not_disputed(shop: Shop) -> None:
    charge_id = shop.charge(2000, number=DISPUTED)
    shop.gateway.create_refund(key=shop.key(), charge_id=charge_id, amount=2000, metadata={})
    shop.sandbox.advance(A_DAY)
    assert list(shop.gateway.disputes(created_after=shop.sandbox.now() - LONG)) == []
