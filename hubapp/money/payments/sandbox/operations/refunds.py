"""Refunds: money on its way back, at most what is left of the charge."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hubapp.money.payments.sandbox import books, cards, currencies
from hubapp.money.payments.sandbox.errors import ApiError, missing_parameter
from hubapp.money.payments.sandbox.operations import disputes
from hubapp.money.payments.sandbox.parameters import INT, MAP, TEXT, one_of
from hubapp.money.payments.sandbox.store import Body, Stored, Tx, new_id

CREATE = {
    "charge": TEXT,
    "payment_intent": TEXT,
    "amount": INT,
    "metadata": MAP,
    "reason": one_of("duplicate", "fraudulent", "requested_by_customer"),
}
FAILS_AFTER = timedelta(days=1)


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Give money back from our balance, which may go below zero, as the provider's does."""
    charge = tx.get("charge", _charge_id(tx, values), lock=True)
    disputes.refuse_refund(tx, charge)
    amount = _amount(charge, values.get("amount"))
    refund_id = new_id("refund")
    line = books.record(
        tx, account=tx.account, kind="refund", source=refund_id, amount=-amount, currency=charge.body["currency"]
    )
    body: Body = {
        "id": refund_id,
        "object": "refund",
        "amount": amount,
        "balance_transaction": line,
        "charge": charge.id,
        "created": tx.created,
        "currency": charge.body["currency"],
        "metadata": values.get("metadata", {}),
        "payment_intent": charge.body["payment_intent"],
        "reason": values.get("reason"),
        "receipt_number": None,
        "source_transfer_reversal": None,
        "status": "succeeded",
        "transfer_reversal": None,
    }
    fails = cards.BY_NUMBER[charge.private["card"]].refund_fails
    tx.insert("refund", body, due_at=tx.now + FAILS_AFTER if fails else None)
    charge.body["amount_refunded"] += amount
    charge.body["refunded"] = charge.body["amount_refunded"] == charge.body["amount"]
    tx.save(charge)
    tx.emit("refund.created", body)
    tx.emit("charge.refunded", charge.body)
    return body


def _charge_id(tx: Tx, values: dict[str, Any]) -> str:
    if "charge" in values:
        return str(values["charge"])
    if "payment_intent" not in values:
        raise missing_parameter("charge")
    return str(tx.get("payment_intent", values["payment_intent"]).body["latest_charge"])


def _amount(charge: Stored, wanted: int | None) -> int:
    if charge.body["status"] != "succeeded":
        raise ApiError("This charge did not succeed and cannot be refunded.", param="charge", executed=True)
    left = charge.body["amount"] - charge.body["amount_refunded"]
    if left == 0:
        message = f"Charge {charge.id} has already been refunded."
        raise ApiError(message, code="charge_already_refunded", executed=True)
    amount = left if wanted is None else wanted
    currencies.check(amount, charge.body["currency"])
    if amount > left:
        message = f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left})."
        raise ApiError(message, code="amount_too_large", param="amount", executed=True)
    return amount


def fail(tx: Tx, refund: Stored) -> None:
    """The card refuses the money: it returns to our balance and the charge counts as not refunded."""
    charge = tx.get("charge", refund.body["charge"], lock=True)
    refund.due_at = None
    line = books.record(
        tx,
        account=tx.account,
        kind="refund_failure",
        source=refund.id,
        amount=refund.body["amount"],
        currency=refund.body["currency"],
    )
    refund.body |= {
        "status": "failed",
        "failure_reason": "expired_or_canceled_card",
        "failure_balance_transaction": line,
    }
    charge.body["amount_refunded"] -= refund.body["amount"]
    charge.body["refunded"] = False
    tx.save(refund)
    tx.save(charge)
    tx.emit("refund.failed", refund.body)
    tx.emit("charge.refund.updated", refund.body)
