"""Payment intents and charges as the hosted page makes them: attempts, successes, refusals, authentication."""

from __future__ import annotations

from datetime import timedelta

from hubapp.money.payments.sandbox import books, currencies
from hubapp.money.payments.sandbox.cards import API_MESSAGES, TestCard
from hubapp.money.payments.sandbox.operations import customers, disputes
from hubapp.money.payments.sandbox.store import Body, Stored, Tx, new_id

SETTLES_AFTER = timedelta(days=2)


def intent_of(tx: Tx, session: Stored) -> Stored:
    """The session's payment intent, made with the first attempt; both change under the session's lock."""
    if session.body["payment_intent"] is not None:
        return tx.get("payment_intent", session.body["payment_intent"], lock=True)
    intent = new_intent(
        tx,
        session.private["intent"],
        amount=session.body["amount_total"],
        currency=session.body["currency"],
        customer=session.body["customer"],
        email=session.body["customer_email"],
        private={"session": session.id},
    )
    session.body["payment_intent"] = intent.id
    tx.save(session)
    return intent


def new_intent(
    tx: Tx, wanted: Body, *, amount: int, currency: str, customer: str | None, email: str | None, private: Body
) -> Stored:
    """An intent that nobody has paid; `wanted` are the request's words about it."""
    intent_id = new_id("payment_intent")
    body: Body = {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_capturable": 0,
        "amount_received": 0,
        "capture_method": "automatic",
        "client_secret": f"{intent_id}_secret_sandbox",
        "confirmation_method": "automatic",
        "created": tx.created,
        "currency": currency,
        "customer": customer,
        "description": wanted.get("description"),
        "last_payment_error": None,
        "latest_charge": None,
        "livemode": False,
        "metadata": wanted.get("metadata", {}),
        "next_action": None,
        "payment_method": None,
        "payment_method_types": ["card"],
        "receipt_email": email,
        "setup_future_usage": wanted.get("setup_future_usage"),
        "status": "requires_payment_method",
        "transfer_group": wanted.get("transfer_group"),
    }
    intent = tx.insert("payment_intent", body, private=private)
    tx.emit("payment_intent.created", body)
    return intent


def succeed(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """The card pays: the money is pending until it settles, less the fee. A card to be kept is kept now."""
    customers.keep(tx, intent, card, holder=holder)
    charge = _charge(tx, intent, card, holder=holder)
    fee = currencies.fee(intent.body["amount"], intent.body["currency"])
    charge["balance_transaction"] = books.record(
        tx,
        account=tx.account,
        kind="charge",
        source=charge["id"],
        amount=intent.body["amount"],
        currency=intent.body["currency"],
        fee=fee,
        available_on=tx.now if card.is_instant else tx.now + SETTLES_AFTER,
    )
    disputed_after = disputes.due_after(card)
    due_at = None if disputed_after is None else tx.now + disputed_after
    tx.insert("charge", charge, private={"card": card.number}, due_at=due_at)
    intent.body |= {
        "amount_received": intent.body["amount"],
        "last_payment_error": None,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": charge["payment_method"],
        "status": "succeeded",
    }
    tx.save(intent)
    tx.emit("charge.succeeded", charge)
    tx.emit("payment_intent.succeeded", intent.body)


def decline(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """The card is refused: a failed charge is kept, and another card may be tried."""
    charge = _charge(tx, intent, card, holder=holder)
    message = API_MESSAGES[card.decline_code if card.decline_code in API_MESSAGES else card.code or "card_declined"]
    charge |= {
        "amount_captured": 0,
        "captured": False,
        "failure_code": card.code,
        "failure_message": message,
        "outcome": _outcome("declined_by_network", card.decline_code or card.code, message, "issuer_declined"),
        "paid": False,
        "status": "failed",
    }
    tx.insert("charge", charge, private={"card": card.number})
    error = {"type": "card_error", "code": card.code, "message": message, "charge": charge["id"]}
    if card.decline_code:
        error["decline_code"] = card.decline_code
    intent.body |= {
        "last_payment_error": error,
        "latest_charge": charge["id"],
        "next_action": None,
        "payment_method": None,
        "status": "requires_payment_method",
    }
    tx.save(intent)
    tx.emit("charge.failed", charge)
    tx.emit("payment_intent.payment_failed", intent.body)


def ask(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> None:
    """The bank wants the payer to confirm on a page of its own."""
    intent.private |= {"card": card.number, "holder": holder}
    redirect = {"return_url": None, "url": f"{tx.site}/sandbox/authenticate/{intent.id}"}
    intent.body |= {
        "next_action": {"type": "redirect_to_url", "redirect_to_url": redirect},
        "status": "requires_action",
    }
    tx.save(intent)
    tx.emit("payment_intent.requires_action", intent.body)


def refuse_authentication(tx: Tx, intent: Stored) -> None:
    """The payer did not confirm: nothing was charged, another attempt is possible."""
    message = "We are unable to authenticate your payment method. Please choose a different one and try again."
    intent.body |= {
        "last_payment_error": {
            "type": "invalid_request_error",
            "code": "payment_intent_authentication_failure",
            "message": message,
        },
        "next_action": None,
        "status": "requires_payment_method",
    }
    tx.save(intent)
    tx.emit("payment_intent.payment_failed", intent.body)


def _charge(tx: Tx, intent: Stored, card: TestCard, *, holder: Body) -> Body:
    amount = intent.body["amount"]
    return {
        "id": new_id("charge"),
        "object": "charge",
        "amount": amount,
        "amount_captured": amount,
        "amount_refunded": 0,
        "balance_transaction": None,
        "billing_details": {
            "address": None,
            "email": holder["email"],
            "name": holder["name"],
            "phone": None,
            "tax_id": None,
        },
        "captured": True,
        "created": tx.created,
        "currency": intent.body["currency"],
        "customer": intent.body["customer"],
        "description": intent.body["description"],
        "disputed": False,
        "failure_code": None,
        "failure_message": None,
        "fraud_details": {},
        "livemode": False,
        "metadata": intent.body["metadata"],
        "outcome": _outcome("approved_by_network", None, "Payment complete.", "authorized"),
        "paid": True,
        "payment_intent": intent.id,
        "payment_method": intent.private.get("method") or new_id("payment_method"),
        "payment_method_details": {"type": "card", "card": _card(card, holder)},
        "receipt_email": intent.body["receipt_email"],
        "refunded": False,
        "status": "succeeded",
        "transfer_group": intent.body["transfer_group"],
    }


def _card(card: TestCard, holder: Body) -> Body:
    return {
        "brand": card.brand,
        "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "exp_month": holder["exp_month"],
        "exp_year": holder["exp_year"],
        "fingerprint": f"sbx{card.last4}",
        "funding": "credit",
        "installments": None,
        "last4": card.last4,
        "mandate": None,
        "network": card.brand,
        "network_transaction_id": None,
        "three_d_secure": None,
        "wallet": None,
    }


def _outcome(network_status: str, reason: str | None, message: str, kind: str) -> Body:
    return {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": network_status,
        "reason": reason,
        "risk_level": "normal",
        "seller_message": message,
        "type": kind,
    }
