"""Transfers: available money of the platform becomes a connected account's, and back again by a reversal."""

from __future__ import annotations

from typing import Any

from hubapp.money.payments.sandbox import books, currencies
from hubapp.money.payments.sandbox.errors import ApiError
from hubapp.money.payments.sandbox.operations import accounts
from hubapp.money.payments.sandbox.parameters import AMOUNT, INT, MAP, REQUIRED, TEXT
from hubapp.money.payments.sandbox.store import Body, Tx, new_id

CREATE = {
    "amount": AMOUNT,
    "currency": REQUIRED,
    "destination": REQUIRED,
    "description": TEXT,
    "metadata": MAP,
    "transfer_group": TEXT,
}
REVERSE = {"amount": INT, "description": TEXT, "metadata": MAP}


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Move money that is available now; it is available to the destination at once."""
    amount, currency = values["amount"], values["currency"].lower()
    currencies.check(amount, currency)
    destination = accounts.required(tx, values["destination"], "transfers")
    books.require(tx, account=tx.account, currency=currency, amount=amount)
    transfer_id, payment_id = new_id("transfer"), new_id("payment")
    line = books.record(tx, account=tx.account, kind="transfer", source=transfer_id, amount=-amount, currency=currency)
    books.record(tx, account=destination.id, kind="payment", source=payment_id, amount=amount, currency=currency)
    body: Body = {
        "id": transfer_id,
        "object": "transfer",
        "amount": amount,
        "amount_reversed": 0,
        "balance_transaction": line,
        "created": tx.created,
        "currency": currency,
        "description": values.get("description"),
        "destination": destination.id,
        "destination_payment": payment_id,
        "livemode": False,
        "metadata": values.get("metadata", {}),
        "reversals": _reversals(transfer_id, []),
        "reversed": False,
        "source_transaction": None,
        "source_type": "card",
        "transfer_group": values.get("transfer_group"),
    }
    tx.insert("transfer", body)
    tx.emit("transfer.created", body)
    return body


def reverse(tx: Tx, transfer_id: str, values: dict[str, Any]) -> Body:
    """Take money back from the destination, if it still has it."""
    transfer = tx.get("transfer", transfer_id, lock=True)
    left = transfer.body["amount"] - transfer.body["amount_reversed"]
    amount, currency = values.get("amount", left), transfer.body["currency"]
    if left == 0:
        raise ApiError(f"The transfer {transfer_id} is already fully reversed.", executed=True)
    currencies.check(amount, currency)
    if amount > left:
        message = f"Transfer reversal amount ({amount}) is greater than unreversed amount on transfer ({left})."
        raise ApiError(message, param="amount", executed=True)
    destination = transfer.body["destination"]
    books.require(tx, account=destination, currency=currency, amount=amount)
    reversal_id, refund_id = new_id("transfer_reversal"), new_id("payment_refund")
    # Their books name a refund of the payment that the transfer was to them; ours name the reversal.
    books.record(tx, account=destination, kind="payment_refund", source=refund_id, amount=-amount, currency=currency)
    line = books.record(
        tx, account=tx.account, kind="transfer_refund", source=reversal_id, amount=amount, currency=currency
    )
    body: Body = {
        "id": reversal_id,
        "object": "transfer_reversal",
        "amount": amount,
        "balance_transaction": line,
        "created": tx.created,
        "currency": currency,
        "destination_payment_refund": refund_id,
        "metadata": values.get("metadata", {}),
        "source_refund": None,
        "transfer": transfer_id,
    }
    transfer.body["amount_reversed"] += amount
    transfer.body["reversed"] = transfer.body["amount_reversed"] == transfer.body["amount"]
    transfer.body["reversals"] = _reversals(transfer_id, [body, *transfer.body["reversals"]["data"]])
    tx.insert("transfer_reversal", body)
    tx.save(transfer)
    tx.emit("transfer.reversed", transfer.body)
    return body


def _reversals(transfer_id: str, reversals: list[Body]) -> Body:
    return {"object": "list", "data": reversals, "has_more": False, "url": f"/v1/transfers/{transfer_id}/reversals"}
