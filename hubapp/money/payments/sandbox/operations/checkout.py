"""Checkout sessions: a hosted page with an amount, open until it is paid or its time is over."""

from __future__ import annotations

from typing import Any

from hubapp.money.payments.sandbox import currencies
from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter, missing_parameter
from hubapp.money.payments.sandbox.operations import setups
from hubapp.money.payments.sandbox.parameters import (
    AMOUNT,
    INT,
    MAP,
    REQUIRED,
    TEXT,
    TEXTS,
    listed,
    nested,
    one_of,
)
from hubapp.money.payments.sandbox.store import Body, Stored, Tx, new_id, stamp

CREATE = {
    "mode": one_of("payment", "setup", required=True),
    "currency": TEXT,
    "customer": TEXT,
    "customer_creation": one_of("always", "if_required"),
    "success_url": REQUIRED,
    "cancel_url": TEXT,
    "client_reference_id": TEXT,
    "customer_email": TEXT,
    "expires_at": INT,
    "locale": TEXT,
    "metadata": MAP,
    "payment_method_types": TEXTS,
    "line_items": listed(
        quantity=AMOUNT,
        price_data=nested(
            required=True,
            currency=REQUIRED,
            unit_amount=AMOUNT,
            product_data=nested(required=True, name=REQUIRED, description=TEXT),
        ),
    ),
    "payment_intent_data": nested(
        description=TEXT, metadata=MAP, transfer_group=TEXT, setup_future_usage=one_of("off_session", "on_session")
    ),
    "setup_intent_data": nested(description=TEXT, metadata=MAP),
}
OF_THE_OTHER_MODE = {
    "payment": ("setup_intent_data",),
    "setup": ("line_items", "payment_intent_data", "customer_creation"),
}


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Open a session: to pay for lines that share one currency, or to save a card."""
    for name in OF_THE_OTHER_MODE[values["mode"]]:
        if name in values:
            raise invalid_parameter(name, f"You can not pass `{name}` in `{values['mode']}` mode.")
    if "customer" in values:
        tx.get("customer", values["customer"])
        if "customer_email" in values or "customer_creation" in values:
            message = "You may only specify one of these parameters: customer, customer_email, customer_creation."
            raise invalid_parameter("customer", message)
    return setups.open_session(tx, values) if values["mode"] == "setup" else _to_pay(tx, values)


def _to_pay(tx: Tx, values: dict[str, Any]) -> Body:
    if not values.get("line_items"):
        raise missing_parameter("line_items")
    total, currency = _total(values["line_items"])
    expires_at = setups.expiry(tx, values.get("expires_at"))
    session_id = new_id("checkout.session")
    intent = values.get("payment_intent_data", {})
    lines = [
        {
            "name": line["price_data"]["product_data"]["name"],
            "amount": line["price_data"]["unit_amount"],
            **_quantity(line),
        }
        for line in values["line_items"]
    ]
    private: Body = {"lines": lines, "intent": intent, "creates": values.get("customer_creation") == "always"}
    body = setups.session_body(tx, session_id, values) | {
        "amount_subtotal": total,
        "amount_total": total,
        "currency": currency,
        "expires_at": stamp(expires_at),
        "url": f"{tx.site}/sandbox/pay/{session_id}",
    }
    tx.insert("checkout.session", body, private=private, due_at=expires_at)
    return body


def _quantity(line: dict[str, Any]) -> Body:
    return {"quantity": line["quantity"], "description": line["price_data"]["product_data"].get("description")}


def _total(lines: list[dict[str, Any]]) -> tuple[int, str]:
    currency = str(lines[0]["price_data"]["currency"]).lower()
    total = 0
    for at, line in enumerate(lines):
        if line["price_data"]["currency"].lower() != currency:
            raise invalid_parameter(f"line_items[{at}]", "All line items must have the same currency.")
        if line["quantity"] < 1 or line["price_data"]["unit_amount"] < 0:
            raise invalid_parameter(f"line_items[{at}]", "Quantity must be at least 1 and unit_amount at least 0.")
        total += line["quantity"] * line["price_data"]["unit_amount"]
    currencies.check(total, currency, param="line_items", minimum=True)
    return total, currency


def expire(tx: Tx, session_id: str) -> Body:
    """Close an open session; refuses one that is paid or closed."""
    session = tx.get("checkout.session", session_id, lock=True)
    if session.body["status"] != "open":
        message = (
            f"Only Checkout Sessions with a status of `open` can be expired; this one is `{session.body['status']}`."
        )
        raise ApiError(message, executed=True)
    return close(tx, session)


def close(tx: Tx, session: Stored) -> Body:
    """The session's time is over, by our wish or by the clock."""
    session.due_at = None
    if session.body["status"] == "open":
        session.body |= {"status": "expired", "url": None}
        tx.emit("checkout.session.expired", session.body)
    tx.save(session)
    return session.body
