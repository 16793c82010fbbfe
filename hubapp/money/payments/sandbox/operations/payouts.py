"""Payouts: pending, in transit, then paid or failed, as the sandbox's clock goes on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hubapp.money.payments.sandbox import books, currencies
from hubapp.money.payments.sandbox.operations import accounts
from hubapp.money.payments.sandbox.parameters import AMOUNT, MAP, REQUIRED, TEXT, one_of
from hubapp.money.payments.sandbox.store import PLATFORM, Body, Stored, Tx, new_id, stamp

CREATE = {
    "amount": AMOUNT,
    "currency": REQUIRED,
    "description": TEXT,
    "metadata": MAP,
    "method": one_of("standard"),
    "statement_descriptor": TEXT,
}
LEAVES_AFTER = timedelta(days=1)
ARRIVES_AFTER = timedelta(days=2)


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Take the money out of the balance now; the bank has it two days later."""
    amount, currency = values["amount"], values["currency"].lower()
    currencies.check(amount, currency)
    destination, is_bank_working = None, True
    if tx.account != PLATFORM:
        account = accounts.required(tx, tx.account, "payouts")
        destination = account.body["external_accounts"]["data"][0]["id"]
        is_bank_working = account.private["is_bank_working"]
    books.require(tx, account=tx.account, currency=currency, amount=amount)
    payout_id = new_id("payout")
    line = books.record(tx, account=tx.account, kind="payout", source=payout_id, amount=-amount, currency=currency)
    body: Body = {
        "id": payout_id,
        "object": "payout",
        "amount": amount,
        "arrival_date": stamp(tx.now + ARRIVES_AFTER),
        "automatic": False,
        "balance_transaction": line,
        "created": tx.created,
        "currency": currency,
        "description": values.get("description"),
        "destination": destination,
        "failure_balance_transaction": None,
        "failure_code": None,
        "failure_message": None,
        "livemode": False,
        "metadata": values.get("metadata", {}),
        "method": "standard",
        "original_payout": None,
        "reconciliation_status": "not_applicable",
        "reversed_by": None,
        "source_type": "card",
        "statement_descriptor": values.get("statement_descriptor"),
        "status": "pending",
        "type": "bank_account",
    }
    tx.insert("payout", body, private={"is_bank_working": is_bank_working}, due_at=tx.now + LEAVES_AFTER)
    tx.emit("payout.created", body)
    return body


def move_on(tx: Tx, payout: Stored) -> None:
    """One step along the way, at the moment it was due."""
    if payout.body["status"] == "pending":
        payout.body["status"] = "in_transit"
        payout.due_at = (payout.due_at or tx.now) + (ARRIVES_AFTER - LEAVES_AFTER)
        event = "payout.updated"
    elif payout.private["is_bank_working"]:
        payout.body["status"] = "paid"
        payout.due_at = None
        event = "payout.paid"
    else:
        _fail(tx, payout)
        event = "payout.failed"
    tx.save(payout)
    tx.emit(event, payout.body)


def bounce(tx: Tx, payout: Stored) -> None:
    """The bank sends back what had arrived: a paid payout fails after all."""
    if payout.body["status"] != "paid":
        raise ValueError("Only a paid payout can be returned.")
    _fail(tx, payout)
    tx.save(payout)
    tx.emit("payout.failed", payout.body)


def _fail(tx: Tx, payout: Stored) -> None:
    """The bank sends the money back, and the account has it again."""
    payout.due_at = None
    line = books.record(
        tx,
        account=tx.account,
        kind="payout_failure",
        source=payout.id,
        amount=payout.body["amount"],
        currency=payout.body["currency"],
    )
    payout.body |= {
        "status": "failed",
        "failure_balance_transaction": line,
        "failure_code": "account_closed",
        "failure_message": "The bank account has been closed.",
    }
