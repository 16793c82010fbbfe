"""Customers and their saved cards, as a paid checkout, a setup page or a detachment leaves them."""

from __future__ import annotations

from hubapp.money.payments.sandbox.cards import TestCard
from hubapp.money.payments.sandbox.errors import ApiError
from hubapp.money.payments.sandbox.operations import reads
from hubapp.money.payments.sandbox.store import Body, Page, Stored, Tx, new_id


def create(tx: Tx, *, email: str | None, name: str | None) -> str:
    """A new customer; answers its id."""
    body: Body = {
        "id": new_id("customer"),
        "object": "customer",
        "created": tx.created,
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "email": email,
        "livemode": False,
        "metadata": {},
        "name": name,
        "phone": None,
    }
    tx.insert("customer", body)
    tx.emit("customer.created", body)
    return str(body["id"])


def save(tx: Tx, card: TestCard, *, customer: str, holder: Body) -> str:
    """Attach a card to a customer; answers the payment method's id."""
    body: Body = {
        "id": new_id("payment_method"),
        "object": "payment_method",
        "allow_redisplay": "limited",
        "billing_details": {
            "address": None,
            "email": holder["email"],
            "name": holder["name"],
            "phone": None,
            "tax_id": None,
        },
        "card": {
            "brand": card.brand,
            "country": "US",
            "exp_month": holder["exp_month"],
            "exp_year": holder["exp_year"],
            "fingerprint": f"sbx{card.last4}",
            "funding": "credit",
            "last4": card.last4,
        },
        "created": tx.created,
        "customer": customer,
        "livemode": False,
        "metadata": {},
        "type": "card",
    }
    tx.insert("payment_method", body, private={"card": card.number, "holder": holder})
    tx.emit("payment_method.attached", body)
    return str(body["id"])


def keep(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """Before an intent is paid: save its card if it is to be used again, for a customer who is made if need be."""
    if intent.body["setup_future_usage"] is None or intent.private.get("method"):
        return
    intent.body["customer"] = intent.body["customer"] or create(tx, email=holder["email"], name=holder["name"])
    intent.private["method"] = save(tx, card, customer=intent.body["customer"], holder=holder)


def methods(tx: Tx, customer_id: str, page: Page) -> Body:
    """A customer's cards, newest first."""
    tx.get("customer", customer_id)
    page.matching = {"customer": customer_id}
    return reads.many(tx, "payment_method", page, f"/v1/customers/{customer_id}/payment_methods")


def method(tx: Tx, customer_id: str, method_id: str) -> Body:
    """One of a customer's cards."""
    return attached(tx, method_id, customer_id).body


def attached(tx: Tx, method_id: str, customer_id: str | None) -> Stored:
    """A saved card that belongs to a customer; refuses any other."""
    found = tx.get("payment_method", method_id)
    if customer_id is None or found.body["customer"] != customer_id:
        message = "The provided PaymentMethod cannot be used: it is not attached to this customer."
        raise ApiError(message, param="payment_method", executed=True)
    return found


def detach(tx: Tx, method_id: str) -> Body:
    """Take a card from its customer; it can never be charged again."""
    found = tx.get("payment_method", method_id, lock=True)
    if found.body["customer"] is None:
        raise ApiError("The payment method you provided is not attached to a customer.", executed=True)
    found.body["customer"] = None
    tx.save(found)
    tx.emit("payment_method.detached", found.body)
    return found.body
