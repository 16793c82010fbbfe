"""Payment intents by request: a saved card charged while its owner is away, confirmed again, or called off."""

from __future__ import annotations

from typing import Any

from hubapp.money.payments.sandbox import currencies
from hubapp.money.payments.sandbox.cards import BY_NUMBER
from hubapp.money.payments.sandbox.errors import ApiError, card_error, invalid_parameter, missing_parameter
from hubapp.money.payments.sandbox.operations import charges, customers
from hubapp.money.payments.sandbox.parameters import AMOUNT, BOOL, MAP, REQUIRED, TEXT, TEXTS, one_of
from hubapp.money.payments.sandbox.store import Body, Stored, Tx

CREATE = {
    "amount": AMOUNT,
    "currency": REQUIRED,
    "customer": TEXT,
    "payment_method": TEXT,
    "payment_method_types": TEXTS,
    "confirm": BOOL,
    "off_session": BOOL,
    "description": TEXT,
    "metadata": MAP,
    "receipt_email": TEXT,
    "setup_future_usage": one_of("off_session", "on_session"),
    "transfer_group": TEXT,
}
CONFIRM = {"payment_method": TEXT, "off_session": BOOL}
CANCEL = {"cancellation_reason": one_of("duplicate", "fraudulent", "requested_by_customer", "abandoned")}
ASKED = "Your card was declined. This transaction requires authentication."


def create(tx: Tx, values: dict[str, Any]) -> Body:
    """Make an intent, and with `confirm` charge it at once. The sandbox charges saved cards only."""
    currency = values["currency"].lower()
    currencies.check(values["amount"], currency, param="amount", minimum=True)
    if values.get("off_session") and not values.get("confirm"):
        raise invalid_parameter("off_session", "You can only set `off_session` when `confirm` is true.")
    customer = values.get("customer")
    if customer is not None:
        tx.get("customer", customer)
    intent = charges.new_intent(
        tx,
        values,
        amount=values["amount"],
        currency=currency,
        customer=customer,
        email=values.get("receipt_email"),
        private={"method": values.get("payment_method")},
    )
    return _charge(tx, intent, is_away=values.get("off_session", False)) if values.get("confirm") else intent.body


def confirm(tx: Tx, intent_id: str, values: dict[str, Any]) -> Body:
    """Charge an intent that waits for a card."""
    intent = tx.get("payment_intent", intent_id, lock=True)
    _refuse_unless_waiting(intent)
    intent.private["method"] = values.get("payment_method") or intent.private.get("method")
    return _charge(tx, intent, is_away=values.get("off_session", False))


def cancel(tx: Tx, intent_id: str, values: dict[str, Any]) -> Body:
    """Call an intent off before it is paid."""
    intent = tx.get("payment_intent", intent_id, lock=True)
    _refuse_unless_waiting(intent)
    intent.body |= {
        "status": "canceled",
        "canceled_at": tx.created,
        "cancellation_reason": values.get("cancellation_reason"),
    }
    tx.save(intent)
    tx.emit("payment_intent.canceled", intent.body)
    return intent.body


def _refuse_unless_waiting(intent: Stored) -> None:
    status = intent.body["status"]
    if status != "requires_payment_method" or "session" in intent.private:
        raise ApiError(
            f"This PaymentIntent's status is {status} or a Checkout Session owns it.",
            code="payment_intent_unexpected_state",
            executed=True,
        )


def _charge(tx: Tx, intent: Stored, *, is_away: bool) -> Body:
    if not intent.private.get("method"):
        raise missing_parameter("payment_method")
    method = customers.attached(tx, intent.private["method"], intent.body["customer"])
    card, holder = BY_NUMBER[method.private["card"]], method.private["holder"]
    if not is_away:
        message = "The sandbox charges saved cards off session only; in front of its owner a Checkout does it."
        raise invalid_parameter("off_session", message)
    if card.off_session == "pays":
        charges.succeed(tx, intent, card, holder=holder)
        return intent.body
    if card.off_session == "declines":
        charges.decline(tx, intent, card, holder=holder)
    else:
        _ask_in_vain(tx, intent)
    raise card_error(intent.body["last_payment_error"], intent=intent.body)


def _ask_in_vain(tx: Tx, intent: Stored) -> None:
    """The bank wants its client, who is not there."""
    code = "authentication_required"
    intent.body |= {
        "last_payment_error": {"type": "card_error", "code": code, "decline_code": code, "message": ASKED},
        "status": "requires_payment_method",
    }
    tx.save(intent)
    tx.emit("payment_intent.payment_failed", intent.body)
