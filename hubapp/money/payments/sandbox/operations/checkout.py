"""Checkout sessions: a hosted page with an amount, open until it is paid or its time is over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hubapp.money.payments.sandbox import currencies
from hubapp.money.payments.sandbox.errors import ApiError, invalid_parameter
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

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=24)

CREATE = {
    "mode": one_of("payment", required=True),
    "success_url": REQUIRED,
    "cancel_url": TEXT,
    "client_reference_id": TEXT,
    "customer_email": TEXT,
    "expires_at": INT,
    "locale": TEXT,
    "metadata": MAP,
    "payment_method_types": TEXTS,
    "line_items": listed(
        required=True,
        quantity=AMOUNT,
        price_data=nested(
            required=True,
            currency=REQUIRED,
            unit_amount=AMOUNT,
            product_data=nested(required=True, name=REQUIRED, description=TEXT),
        ),
    ),
    "payment_intent_data": nested(description=TEXT, metadata=MAP, transfer_group=TEXT),
}


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Open a session; its lines share one currency."""
    total, currency = _total(values["line_items"])
    expires_at = _expiry(tx, values.get("expires_at"))
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
    private: Body = {"lines": lines, "intent": intent}
    body = _body(tx, session_id, values) | {
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


def _expiry(tx: Tx, seconds: int | None) -> datetime:
    if seconds is None:
        return tx.now + LONGEST
    moment = datetime.fromtimestamp(seconds, UTC)
    # The API counts in whole seconds.
    if not SHORTEST - timedelta(seconds=1) <= moment - tx.now <= LONGEST + timedelta(seconds=1):
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise invalid_parameter("expires_at", message)
    return moment


def _body(tx: Tx, session_id: str, values: dict[str, Any]) -> Body:
    email = values.get("customer_email")
    return {
        "id": session_id,
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": values.get("cancel_url"),
        "client_reference_id": values.get("client_reference_id"),
        "created": tx.created,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": None,
        "customer_details": None,
        "customer_email": email,
        "livemode": False,
        "locale": values.get("locale"),
        "metadata": values.get("metadata", {}),
        "mode": "payment",
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid",
        "shipping_options": [],
        "status": "open",
        "success_url": values["success_url"],
    }


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
