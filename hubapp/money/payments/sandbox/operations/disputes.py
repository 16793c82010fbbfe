"""Disputes: a buyer's bank takes the money back, asks for evidence, and decides by what the evidence says."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hubapp.money.payments.sandbox import books, cards, currencies
from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter
from hubapp.money.payments.sandbox.parameters import BOOL, MAP, TEXT, Param
from hubapp.money.payments.sandbox.store import Body, Stored, Tx, new_id, stamp

TEXTS = (
    "access_activity_log",
    "billing_address",
    "cancellation_policy_disclosure",
    "cancellation_rebuttal",
    "customer_email_address",
    "customer_name",
    "customer_purchase_ip",
    "duplicate_charge_explanation",
    "duplicate_charge_id",
    "product_description",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "service_date",
    "shipping_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "uncategorized_text",
)
FILES = (
    "cancellation_policy",
    "customer_communication",
    "customer_signature",
    "duplicate_charge_documentation",
    "receipt",
    "refund_policy",
    "service_documentation",
    "shipping_documentation",
    "uncategorized_file",
)
UPDATE = {
    "evidence": Param("object", fields=dict.fromkeys((*TEXTS, *FILES), TEXT)),
    "submit": BOOL,
    "metadata": MAP,
}
LONGEST_TEXT = 20_000
LONGEST_TOGETHER = 150_000

OPENS_AFTER = timedelta(days=1)
ANSWER_WITHIN = timedelta(days=9)
DECIDES_AFTER = timedelta(hours=1)
# Evidence that says neither of the magic words does not convince this bank.
DECIDES_LATE = timedelta(days=60)
INQUIRY_LASTS = timedelta(days=30)

WINNING, LOSING, ESCALATING = "winning_evidence", "losing_evidence", "escalate_inquiry_evidence"
OPEN = ("needs_response", "warning_needs_response")
INQUIRIES = ("warning_needs_response", "warning_under_review")


def due_after(card: cards.TestCard) -> timedelta | None:
    """When a charge on this card is disputed; None: never."""
    return OPENS_AFTER if card.dispute else None


def open_due(tx: Tx, charge: Stored) -> None:
    """The card's owner has looked at the statement."""
    charge.due_at = None
    tx.save(charge)
    card = cards.BY_NUMBER[charge.private["card"]]
    left = charge.body["amount"] - charge.body["amount_refunded"]
    if left and card.dispute:
        open_dispute(tx, charge, amount=left, reason=card.dispute, is_inquiry=card.is_inquiry)


def open_dispute(tx: Tx, charge: Stored, *, amount: int, reason: str, is_inquiry: bool) -> Stored:
    """Open a dispute, or an inquiry, which takes no money yet."""
    status = "warning_needs_response" if is_inquiry else "needs_response"
    due_by = tx.now + ANSWER_WITHIN
    body: Body = {
        "id": new_id("dispute"),
        "object": "dispute",
        "amount": amount,
        "balance_transactions": [],
        "charge": charge.id,
        "created": tx.created,
        "currency": charge.body["currency"],
        "enhanced_eligibility_types": [],
        "evidence": {**dict.fromkeys((*TEXTS, *FILES)), "enhanced_evidence": {}},
        "evidence_details": {
            "due_by": stamp(due_by),
            "enhanced_eligibility": {},
            "has_evidence": False,
            "past_due": False,
            "submission_count": 0,
        },
        "is_charge_refundable": is_inquiry,
        "livemode": False,
        "metadata": {},
        "payment_intent": charge.body["payment_intent"],
        "payment_method_details": {
            "type": "card",
            "card": {
                "brand": charge.body["payment_method_details"]["card"]["brand"],
                "case_type": "inquiry" if is_inquiry else "chargeback",
                "network_reason_code": "10.4" if reason == "fraudulent" else "13.1",
            },
        },
        "reason": reason,
        "status": status,
    }
    stored = tx.insert("dispute", body, due_at=due_by)
    charge.body["disputed"] = True
    tx.save(charge)
    tx.emit("charge.dispute.created", body)
    if not is_inquiry:
        _withdraw(tx, stored)
    return stored


def _withdraw(tx: Tx, dispute: Stored) -> None:
    fee = currencies.dispute_fee(dispute.body["currency"])
    _move(tx, dispute, -dispute.body["amount"], fee)
    tx.save(dispute)
    tx.emit("charge.dispute.funds_withdrawn", dispute.body)


def _move(tx: Tx, dispute: Stored, amount: int, fee: int) -> None:
    line = books.record(
        tx,
        account=tx.account,
        kind="adjustment",
        source=dispute.id,
        amount=amount,
        currency=dispute.body["currency"],
        fee=fee,
    )
    dispute.body["balance_transactions"] = [*dispute.body["balance_transactions"], books.line(tx, line)]


def update(tx: Tx, dispute_id: str, values: dict[str, Any]) -> Body:
    """Take evidence; unless `submit` is false it goes to the bank, after which it cannot change."""
    dispute = tx.get("dispute", dispute_id, lock=True)
    if dispute.body["status"] not in OPEN:
        raise ApiError("This dispute's evidence can no longer be changed.", param="evidence", executed=True)
    evidence = {name: value or None for name, value in values.get("evidence", {}).items()}
    _check(tx, evidence)
    dispute.body["evidence"] |= evidence
    details = dispute.body["evidence_details"]
    details["has_evidence"] = any(dispute.body["evidence"][name] for name in (*TEXTS, *FILES))
    if "metadata" in values:
        dispute.body["metadata"] |= values["metadata"]
    if values.get("submit", True) and details["has_evidence"]:
        _submit(tx, dispute)
    tx.save(dispute)
    tx.emit("charge.dispute.updated", dispute.body)
    return dispute.body


def _check(tx: Tx, evidence: dict[str, str | None]) -> None:
    for name in FILES:
        if (file_id := evidence.get(name)) and tx.find("file", file_id) is None:
            raise invalid_parameter(f"evidence[{name}]", f"No such file upload: '{file_id}'")
    texts = [evidence.get(name) or "" for name in TEXTS]
    if any(len(text) > LONGEST_TEXT for text in texts) or sum(map(len, texts)) > LONGEST_TOGETHER:
        raise invalid_parameter("evidence", "The evidence is too long.")


def _submit(tx: Tx, dispute: Stored) -> None:
    details = dispute.body["evidence_details"]
    details["submission_count"] += 1
    is_inquiry = dispute.body["status"] in INQUIRIES
    dispute.body["status"] = "warning_under_review" if is_inquiry else "under_review"
    says = dispute.body["evidence"]["uncategorized_text"]
    known = {WINNING, LOSING, ESCALATING}
    dispute.due_at = tx.now + (DECIDES_AFTER if says in known else DECIDES_LATE)


def close(tx: Tx, dispute_id: str) -> Body:
    """Accept the loss."""
    dispute = tx.get("dispute", dispute_id, lock=True)
    if dispute.body["status"] not in OPEN:
        raise ApiError("This dispute is already closed or under review.", executed=True)
    if dispute.body["status"] in INQUIRIES:
        raise ApiError("An inquiry cannot be closed; refund the charge instead.", executed=True)
    _end(tx, dispute, "lost")
    return dispute.body


def decide(tx: Tx, dispute: Stored) -> None:
    """The deadline is over, or the bank has read the evidence."""
    status, says = dispute.body["status"], dispute.body["evidence"]["uncategorized_text"]
    if status in INQUIRIES:
        if status == "warning_under_review" and says == ESCALATING:
            _escalate(tx, dispute)
        else:
            _end(tx, dispute, "warning_closed")
        return
    dispute.body["evidence_details"]["past_due"] = status == "needs_response"
    _end(tx, dispute, "won" if status == "under_review" and says == WINNING else "lost")


def _escalate(tx: Tx, dispute: Stored) -> None:
    due_by = tx.now + ANSWER_WITHIN
    dispute.due_at = due_by
    dispute.body["status"] = "needs_response"
    dispute.body["is_charge_refundable"] = False
    dispute.body["payment_method_details"]["card"]["case_type"] = "chargeback"
    dispute.body["evidence_details"] |= {"due_by": stamp(due_by), "submission_count": 0}
    tx.emit("charge.dispute.updated", dispute.body)
    _withdraw(tx, dispute)


def _end(tx: Tx, dispute: Stored, status: str) -> None:
    dispute.due_at = None
    dispute.body["status"] = status
    dispute.body["evidence_details"]["due_by"] = None
    if status == "won":
        # Who wins gets the amount and the fee back.
        for line in list(dispute.body["balance_transactions"]):
            _move(tx, dispute, -line["amount"], -line["fee"])
        dispute.body["is_charge_refundable"] = True
    if status == "warning_closed":
        dispute.body["is_charge_refundable"] = True
    tx.save(dispute)
    tx.emit("charge.dispute.closed", dispute.body)
    if status == "won":
        tx.emit("charge.dispute.funds_reinstated", dispute.body)


def refuse_refund(tx: Tx, charge: Stored) -> None:
    """Refuse to give back what the buyer's bank has taken already."""
    if not charge.body["disputed"]:
        return
    rows = tx.connection.execute(
        "SELECT FROM resource WHERE kind = 'dispute' AND account = %s AND body ->> 'charge' = %s"
        " AND NOT (body ->> 'is_charge_refundable')::boolean",
        (tx.account, charge.id),
    )
    if rows.rowcount:
        message = f"Charge {charge.id} has been charged back; cannot issue a refund."
        raise ApiError(message, code="charge_disputed", param="charge", executed=True)
