"""Our gateway spelled out as the provider's requests; the line that carries them is `stripe_gateway`'s."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from hubapp.money.payments import stripe_cards, stripe_setup
from hubapp.money.payments import stripe_values as values
from hubapp.money.payments.gateway import (
    BalanceState,
    BalanceTransaction,
    ChargeState,
    CheckoutLine,
    CheckoutSession,
    CheckoutState,
    Endpoint,
    GatewayEvent,
    GatewayRefusal,
    GatewayUnavailable,
    Mode,
    NoSuchObject,
    Outcome,
    PayeeAccount,
    PayoutState,
    RefundState,
    Rejected,
    ReversalState,
    TransferState,
    Unknown,
)
from hubapp.money.payments.platform_setup import PlatformSetup
from hubapp.money.payments.stripe_disputes import DisputeRequests
from hubapp.money.payments.stripe_line import Params

LATEST_CHARGE = "payment_intent.latest_charge.balance_transaction"


@dataclass(frozen=True, slots=True)
class StripeGateway(DisputeRequests):
    """PaymentGateway over one line; made by `stripe_gateway.build_gateway`."""

    @property
    def mode(self) -> Mode:
        """Which world this gateway talks to."""
        return self.line.mode

    def create_checkout(
        self,
        *,
        key: str,
        reference: str,
        amount: int,
        currency: str,
        lines: Sequence[CheckoutLine],
        description: str,
        success_url: str,
        cancel_url: str,
        expires_at: datetime,
        metadata: Mapping[str, str],
        customer_email: str | None = None,
        customer_id: str | None = None,
        saves_card: bool = False,
    ) -> Outcome[CheckoutSession]:
        """Open a hosted payment page; the provider wants `expires_at` 30 minutes to 24 hours ahead."""
        if sum(line.amount * line.quantity for line in lines) != amount:
            return Rejected("amount_mismatch", f"The lines do not add up to {amount} {currency}.")
        try:
            items = [values.line_item(line, currency) for line in lines]
        except ValueError as error:
            return Rejected("invalid_amount", str(error))
        intent = {"description": description, "metadata": dict(metadata), "transfer_group": reference}
        params: Params = {
            "mode": "payment",
            "client_reference_id": reference,
            "line_items": items,
            "payment_method_types": ["card"],
            "payment_intent_data": intent,
            "metadata": dict(metadata),
            "success_url": success_url,
            "cancel_url": cancel_url,
            "expires_at": int(expires_at.timestamp()),
        }
        params |= stripe_cards.payer(params, email=customer_email, customer_id=customer_id, saves_card=saves_card)
        return self.line.send(self.line.v1.checkout.sessions.create, params, key=key, read=values.checkout_session)

    def retrieve_checkout(self, checkout_id: str) -> CheckoutState:
        """Look a checkout up, with its latest charge."""
        call = self._on(self.line.v1.checkout.sessions.retrieve, checkout_id)
        return values.checkout_state(self.line.ask(call, {"expand": [LATEST_CHARGE]}))

    def expire_checkout(self, *, key: str, checkout_id: str) -> Outcome[CheckoutSession]:
        """Close an open page; Rejected when it is no longer open."""
        call = self._on(self.line.v1.checkout.sessions.expire, checkout_id)
        return self.line.send(call, {}, key=key, read=values.checkout_session)

    def find_checkout(self, *, reference: str, created_after: datetime) -> CheckoutState | None:
        """The newest checkout with our reference."""
        for body in self.line.each(self.line.v1.checkout.sessions.list, values.since(created_after)):
            if body.get("client_reference_id") == reference:
                return self.retrieve_checkout(body["id"])
        return None

    def retrieve_charge(self, charge_id: str) -> ChargeState:
        """Look a charge up, fee and date of availability included."""
        call = self._on(self.line.v1.charges.retrieve, charge_id)
        return values.charge(self.line.ask(call, {"expand": ["balance_transaction"]}))

    def create_refund(
        self, *, key: str, charge_id: str, amount: int, metadata: Mapping[str, str]
    ) -> Outcome[RefundState]:
        """Send money back, at most what is left of the charge."""
        currency = _currency_of(lambda: self.retrieve_charge(charge_id))
        if not isinstance(currency, str):
            return currency
        params = {"charge": charge_id, "metadata": dict(metadata)}
        return self._send_amount(self.line.v1.refunds.create, params, amount, currency, key=key, read=values.refund)

    def retrieve_refund(self, refund_id: str) -> RefundState:
        """Look a refund up."""
        return values.refund(self.line.ask(self._on(self.line.v1.refunds.retrieve, refund_id), {}))

    def find_refunds(self, *, charge_id: str) -> Sequence[RefundState]:
        """All refunds of a charge, newest first."""
        params = {"charge": self.line.own(charge_id), "limit": values.PAGE}
        return [values.refund(body) for body in self.line.each(self.line.v1.refunds.list, params)]

    def create_payee(
        self, *, key: str, country: str, currency: str, email: str, metadata: Mapping[str, str]
    ) -> Outcome[PayeeAccount]:
        """Open an account whose payouts we start ourselves and whose losses are ours."""
        params = {
            "country": country,
            "default_currency": currency,
            "email": email,
            "metadata": dict(metadata),
            "capabilities": {"transfers": {"requested": True}},
            "controller": {
                "fees": {"payer": "application"},
                "losses": {"payments": "application"},
                "requirement_collection": "stripe",
                "stripe_dashboard": {"type": "express"},
            },
            "settings": {"payouts": {"schedule": {"interval": "manual"}}},
        }
        return self.line.send(self.line.v1.accounts.create, params, key=key, read=values.payee)

    def onboarding_link(self, *, account_id: str, refresh_url: str, return_url: str) -> str:
        """Make a one-time link to the provider's onboarding form."""
        params = {
            "account": self.line.own(account_id),
            "type": "account_onboarding",
            "refresh_url": refresh_url,
            "return_url": return_url,
        }
        return str(self.line.ask(self.line.v1.account_links.create, params)["url"])

    def retrieve_payee(self, account_id: str) -> PayeeAccount:
        """Look a connected account up."""
        return values.payee(self.line.ask(self._on(self.line.v1.accounts.retrieve, account_id), {}))

    def find_payee(self, *, metadata: Mapping[str, str], created_after: datetime) -> PayeeAccount | None:
        """The newest account that carries all of this metadata."""
        for body in self.line.each(self.line.v1.accounts.list, values.since(created_after)):
            if metadata.items() <= (body.get("metadata") or {}).items():
                return values.payee(body)
        return None

    def create_transfer(
        self,
        *,
        key: str,
        amount: int,
        currency: str,
        destination: str,
        metadata: Mapping[str, str],
        transfer_group: str,
    ) -> Outcome[TransferState]:
        """Move available money to a payee; Rejected `balance_insufficient` when short."""
        params = {
            "currency": currency,
            "destination": self.line.own(destination),
            "metadata": dict(metadata),
            "transfer_group": transfer_group,
        }
        return self._send_amount(self.line.v1.transfers.create, params, amount, currency, key=key, read=values.transfer)

    def retrieve_transfer(self, transfer_id: str) -> TransferState:
        """Look a transfer up."""
        return values.transfer(self.line.ask(self._on(self.line.v1.transfers.retrieve, transfer_id), {}))

    def find_transfers(self, *, transfer_group: str) -> Sequence[TransferState]:
        """All transfers of a group, newest first."""
        params = {"transfer_group": transfer_group, "limit": values.PAGE}
        return [values.transfer(body) for body in self.line.each(self.line.v1.transfers.list, params)]

    def reverse_transfer(
        self, *, key: str, transfer_id: str, amount: int, metadata: Mapping[str, str]
    ) -> Outcome[ReversalState]:
        """Take money back from a payee, at most what is left of the transfer."""
        currency = _currency_of(lambda: self.retrieve_transfer(transfer_id))
        if not isinstance(currency, str):
            return currency
        call = self._on(self.line.v1.transfers.reversals.create, transfer_id)
        params = {"metadata": dict(metadata)}
        return self._send_amount(call, params, amount, currency, key=key, read=values.reversal)

    def create_payout(
        self, *, key: str, account_id: str, amount: int, currency: str, metadata: Mapping[str, str]
    ) -> Outcome[PayoutState]:
        """Send a payee's balance to their bank account."""
        params = {"currency": currency, "metadata": dict(metadata)}
        return self._send_amount(
            self.line.v1.payouts.create,
            params,
            amount,
            currency,
            key=key,
            read=lambda body: values.payout(body, account_id),
            account=self.line.own(account_id),
        )

    def retrieve_payout(self, *, account_id: str, payout_id: str) -> PayoutState:
        """Look a payout up."""
        call = self._on(self.line.v1.payouts.retrieve, payout_id)
        return values.payout(self.line.ask(call, {}, account=self.line.own(account_id)), account_id)

    def find_payouts(self, *, account_id: str, created_after: datetime) -> Sequence[PayoutState]:
        """A payee's payouts since a moment, newest first."""
        found = self.line.each(
            self.line.v1.payouts.list, values.since(created_after), account=self.line.own(account_id)
        )
        return [values.payout(body, account_id) for body in found]

    def platform_balance(self) -> BalanceState:
        """Our own balance."""
        return values.balance(self.line.ask(self.line.v1.balance.retrieve, {}))

    def payee_balance(self, account_id: str) -> BalanceState:
        """A payee's balance."""
        return values.balance(self.line.ask(self.line.v1.balance.retrieve, {}, account=self.line.own(account_id)))

    def balance_transactions(
        self, *, created_after: datetime, account_id: str | None = None
    ) -> Iterator[BalanceTransaction]:
        """The provider's books since a moment, newest first."""
        account = self.line.own(account_id) if account_id else None
        found = self.line.each(self.line.v1.balance_transactions.list, values.since(created_after), account=account)
        return (values.balance_transaction(body) for body in found)

    def undelivered_events(self, *, created_after: datetime) -> Iterator[GatewayEvent]:
        """Events that the provider could not hand to all our endpoints, newest first."""
        params = values.since(created_after) | {"delivery_success": False}
        return (values.event(body) for body in self.line.each(self.line.v1.events.list, params))

    def setup(self) -> PlatformSetup:
        """How the platform's own account is set up."""
        return stripe_setup.read(self.line)

    def verify_event(self, payload: bytes, signature: str, *, endpoint: Endpoint, secret: str) -> GatewayEvent:
        """Check a webhook's signature and read it; raises BadSignature, or ModeMismatch for the other world's."""
        event = values.event(self.line.event(payload, signature, secret=secret))
        self.line.own(event.id)
        values.require_endpoint(event, endpoint)
        return event


def _currency_of(look_up: Callable[[], ChargeState | TransferState]) -> str | Rejected | Unknown:
    # A command answers, it does not raise: what fails before anything was sent is an outcome as well.
    try:
        return look_up().currency
    except (NoSuchObject, GatewayRefusal) as error:
        return Rejected("resource_missing", str(error))
    except GatewayUnavailable as error:
        return Unknown(str(error))
