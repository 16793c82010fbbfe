"""What sessions of both modes share, and saving a card without paying: setup mode and its intent."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hubapp.money.payments.sandbox.cards import TestCard
from hubapp.money.payments.sandbox.errors import invalid_parameter
from hubapp.money.payments.sandbox.operations import customers
from hubapp.money.payments.sandbox.store import Body, Stored, Tx, new_id, stamp

SHORTEST = timedelta(minutes=30)
LONGEST = timedelta(hours=24)
REFUSED = "We are unable to authenticate your payment method. Please choose a different one and try again."


def open_session(tx: Tx, values: dict[str, Any]) -> Body:
    """A page that takes a card and no money."""
    expires_at = expiry(tx, values.get("expires_at"))
    session_id, intent_id = new_id("checkout.session"), new_id("setup_intent")
    wanted = values.get("setup_intent_data", {})
    intent: Body = {
        "id": intent_id,
        "object": "setup_intent",
        "client_secret": f"{intent_id}_secret_sandbox",
        "created": tx.created,
        "customer": values.get("customer"),
        "description": wanted.get("description"),
        "last_setup_error": None,
        "livemode": False,
        "metadata": wanted.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "status": "requires_payment_method",
        "usage": "off_session",
    }
    tx.insert("setup_intent", intent, private={"session": session_id})
    body = session_body(tx, session_id, values) | {
        "amount_subtotal": None,
        "amount_total": None,
        "currency": values.get("currency"),
        "expires_at": stamp(expires_at),
        "setup_intent": intent_id,
        "url": f"{tx.site}/sandbox/pay/{session_id}",
    }
    tx.insert("checkout.session", body, private={"lines": [], "intent": {}}, due_at=expires_at)
    return body


def save(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """The card is kept for the session's customer, who is made if need be."""
    customer = intent.body["customer"] or customers.create(tx, email=holder["email"], name=holder["name"])
    method = customers.save(tx, card, customer=customer, holder=holder)
    intent.body |= {
        "customer": customer,
        "last_setup_error": None,
        "next_action": None,
        "payment_method": method,
        "status": "succeeded",
    }
    tx.save(intent)
    tx.emit("setup_intent.succeeded", intent.body)


def ask(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """The bank wants its client to confirm on a page of its own."""
    intent.private |= {"card": card.number, "holder": holder}
    redirect = {"return_url": None, "url": f"{tx.site}/sandbox/authenticate/{intent.id}"}
    intent.body |= {
        "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect},
        "status": "requires_action",
    }
    tx.save(intent)
    tx.emit("setup_intent.requires_action", intent.body)


def refuse(tx: Tx, intent: Stored, *, code: str, message: str = REFUSED) -> None:
    """Nothing was saved; another card may be tried."""
    kind = "invalid_request_error" if message == REFUSED else "card_error"
    intent.body |= {
        "last_setup_error": {"type": kind, "code": code, "message": message},
        "next_action": None,
        "status": "requires_payment_method",
    }
    tx.save(intent)
    tx.emit("setup_intent.setup_failed", intent.body)


def expiry(tx: Tx, seconds: int | None) -> datetime:
    """When a session closes by itself."""
    if seconds is None:
        return tx.now + LONGEST
    moment = datetime.fromtimestamp(seconds, UTC)
    # The API counts in whole seconds.
    if not SHORTEST - timedelta(seconds=1) <= moment - tx.now <= LONGEST + timedelta(seconds=1):
        message = "The `expires_at` timestamp must be between 30 minutes and 24 hours from now."
        raise invalid_parameter("expires_at", message)
    return moment


def session_body(tx: Tx, session_id: str, values: dict[str, Any]) -> Body:
    """What sessions of both modes have in common."""
    email, is_payment = values.get("customer_email"), values["mode"] == "payment"
    return {
        "id": session_id,
        "object": "checkout.session",
        "automatic_tax": {"enabled": False, "liability": None, "provider": None, "status": None},
        "cancel_url": values.get("cancel_url"),
        "client_reference_id": values.get("client_reference_id"),
        "created": tx.created,
        "custom_fields": [],
        "custom_text": dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        "customer": values.get("customer"),
        "customer_creation": values.get("customer_creation", "if_required") if is_payment else None,
        "customer_details": None,
        "customer_email": email,
        "livemode": False,
        "locale": values.get("locale"),
        "metadata": values.get("metadata", {}),
        "mode": values["mode"],
        "payment_intent": None,
        "payment_method_types": ["card"],
        "payment_status": "unpaid" if is_payment else "no_payment_required",
        "setup_intent": None,
        "shipping_options": [],
        "status": "open",
        "success_url": values["success_url"],
    }
