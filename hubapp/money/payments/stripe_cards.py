"""Saved cards spelled out as the provider's requests, and what all requests share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hubapp.money.payments import stripe_values as values
from hubapp.money.payments.gateway import (
    CheckoutSession,
    IntentState,
    Outcome,
    Rejected,
    SetupState,
)
from hubapp.money.payments.stripe_line import Call, Line, Params, T
from hubapp.money.payments.stripe_values import Body
from hubapp.money.payments.units import from_provider, to_provider

LATEST = "latest_charge.balance_transaction"
SETUP_CARD = "setup_intent.payment_method"


@dataclass(frozen=True, slots=True)
class StripeCards:
    """CardGateway over one line."""

    line: Line

    def create_setup(
        self,
        *,
        key: str,
        reference: str,
        currency: str,
        customer_id: str | None,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        metadata: Mapping[str, str],
    ) -> Outcome[CheckoutSession]:
        """Open a hosted page that saves a card and charges nothing."""
        params: Params = {
            "mode": "setup",
            "currency": currency,
            "client_reference_id": reference,
            "payment_method_types": ["card"],
            "setup_intent_data": {"metadata": dict(metadata)},
            "metadata": dict(metadata),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        if customer_id:
            params["customer"] = self.line.own(customer_id)
        return self.line.send(self.line.v1.checkout.sessions.create, params, key=key, read=values.checkout_session)

    def retrieve_setup(self, checkout_id: str) -> SetupState:
        """Look such a page up, with the card it saved."""
        call = self._on(self.line.v1.checkout.sessions.retrieve, checkout_id)
        return setup_state(self.line.ask(call, {"expand": [SETUP_CARD]}))

    def find_setup(self, *, reference: str, created_after: datetime) -> SetupState | None:
        """The newest such page with our reference."""
        for body in self.line.each(self.line.v1.checkout.sessions.list, values.since(created_after)):
            if body.get("client_reference_id") == reference:
                return self.retrieve_setup(body["id"])
        return None

    def charge_card(
        self,
        *,
        key: str,
        amount: int,
        currency: str,
        customer_id: str,
        method_id: str,
        description: str,
        metadata: Mapping[str, str],
        transfer_group: str,
    ) -> Outcome[IntentState]:
        """Charge a saved card now, off session."""
        params: Params = {
            "currency": currency,
            "customer": self.line.own(customer_id),
            "payment_method": self.line.own(method_id),
            "payment_method_types": ["card"],
            "confirm": True,
            "off_session": True,
            "description": description,
            "metadata": dict(metadata),
            "transfer_group": transfer_group,
            "expand": [LATEST],
        }
        return self._send_amount(
            self.line.v1.payment_intents.create, params, amount, currency, key=key, read=intent_state
        )

    def retrieve_intent(self, intent_id: str) -> IntentState:
        """Look such a charge up, fee and date of availability included."""
        call = self._on(self.line.v1.payment_intents.retrieve, intent_id)
        return intent_state(self.line.ask(call, {"expand": [LATEST]}))

    def find_intent(
        self, *, customer_id: str, metadata: Mapping[str, str], created_after: datetime
    ) -> IntentState | None:
        """The newest charge of a customer that carries all of this metadata."""
        params = values.since(created_after) | {"customer": self.line.own(customer_id)}
        for body in self.line.each(self.line.v1.payment_intents.list, params):
            if metadata.items() <= (body.get("metadata") or {}).items():
                return self.retrieve_intent(body["id"])
        return None

    def _on(self, call: Callable[..., Any], object_id: str) -> Call:
        own = self.line.own(object_id)
        return lambda params, options: call(own, params, options)

    def _send_amount(
        self,
        call: Call,
        params: Params,
        amount: int,
        currency: str,
        *,
        key: str,
        read: Callable[[Body], T],
        account: str | None = None,
    ) -> Outcome[T]:
        try:
            exact = to_provider(amount, currency)
        except ValueError as error:
            return Rejected("invalid_amount", str(error))
        return self.line.send(call, params | {"amount": exact}, key=key, read=read, account=account)


def payer(params: Params, *, email: str | None, customer_id: str | None, saves_card: bool) -> Params:
    """Who pays on a hosted page: a known customer, or a new one who is kept if the card is."""
    who: Params = {"customer": customer_id} if customer_id else {"customer_email": email} if email else {}
    if not saves_card:
        return who
    who["payment_intent_data"] = params["payment_intent_data"] | {"setup_future_usage": "off_session"}
    return who if customer_id else who | {"customer_creation": "always"}


def setup_state(body: Body) -> SetupState:
    """A session in setup mode with its intent and the intent's card expanded."""
    intent: Body = body["setup_intent"] if isinstance(body.get("setup_intent"), dict) else {}
    method, customer = intent.get("payment_method"), values.reference(intent.get("customer"))
    is_kept = customer is not None and intent["status"] == "succeeded"
    return SetupState(
        id=body["id"],
        url=body.get("url"),
        status=body["status"],
        expires_at=values.moment(body["expires_at"]),
        reference=body.get("client_reference_id"),
        card=values.saved_card(customer, method["id"], method["card"])
        if is_kept and isinstance(method, dict)
        else None,
    )


def intent_state(body: Body) -> IntentState:
    """An intent with its latest charge expanded."""
    latest, error = body.get("latest_charge"), body.get("last_payment_error") or {}
    return IntentState(
        id=body["id"],
        status=body["status"],
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        charge=values.charge(latest) if isinstance(latest, dict) else None,
        error_code=error.get("decline_code") or error.get("code"),
        error_message=error.get("message"),
        metadata=body.get("metadata") or {},
    )
