"""What we ask of a payment provider: plain values in, plain values and outcomes out.

Amounts are ints in the currency's minor units, currencies are lower-case ISO codes, times are
aware and in UTC. A command returns an `Outcome`; a read returns its value or raises one of the
errors below. Only a definite failure (`Declined`, `Rejected`) permits a new idempotency key;
after `Unknown` send the same key again, or, once it is older than about 20 hours, look it up
with a finder.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from hubapp.money.payments.dispute_values import DisputeState, FileState
from hubapp.money.payments.gateway_cards import CardGateway, IntentState, SetupState
from hubapp.money.payments.gateway_values import (
    ActionRequired,
    BadSignature,
    BalanceState,
    BalanceTransaction,
    ChargeState,
    ChargeStatus,
    CheckoutLine,
    CheckoutSession,
    CheckoutState,
    CheckoutStatus,
    Declined,
    Endpoint,
    GatewayError,
    GatewayEvent,
    GatewayRefusal,
    GatewayUnavailable,
    Mode,
    ModeMismatch,
    NoSuchObject,
    Ok,
    Outcome,
    PayeeAccount,
    PaymentStatus,
    PayoutState,
    PayoutStatus,
    RefundState,
    RefundStatus,
    Rejected,
    ReversalState,
    SavedCard,
    TransferState,
    Unknown,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from hubapp.money.payments.platform_setup import PlatformSetup

__all__ = [
    "ActionRequired",
    "BadSignature",
    "BalanceState",
    "BalanceTransaction",
    "CardGateway",
    "ChargeState",
    "ChargeStatus",
    "CheckoutLine",
    "CheckoutSession",
    "CheckoutState",
    "CheckoutStatus",
    "Declined",
    "DisputeState",
    "Endpoint",
    "FileState",
    "GatewayError",
    "GatewayEvent",
    "GatewayRefusal",
    "GatewayUnavailable",
    "IntentState",
    "Mode",
    "ModeMismatch",
    "NoSuchObject",
    "Ok",
    "Outcome",
    "PayeeAccount",
    "PaymentGateway",
    "PaymentStatus",
    "PayoutState",
    "PayoutStatus",
    "RefundState",
    "RefundStatus",
    "Rejected",
    "ReversalState",
    "SavedCard",
    "SetupState",
    "TransferState",
    "Unknown",
]


class PaymentGateway(CardGateway, Protocol):
    """A provider of payments. `key` is always the idempotency key, derived from a domain row."""

    @property
    def mode(self) -> Mode:
        """Which world this gateway talks to."""

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
        """Open a hosted payment page; the lines must add up to `amount` (else Rejected).

        `saves_card`: the card may be charged again while its owner is away, for `customer_id` or a new customer.
        """

    def retrieve_checkout(self, checkout_id: str) -> CheckoutState:
        """Look a checkout up, with its latest charge."""

    def expire_checkout(self, *, key: str, checkout_id: str) -> Outcome[CheckoutSession]:
        """Close an open page; Rejected when it is no longer open."""

    def find_checkout(self, *, reference: str, created_after: datetime) -> CheckoutState | None:
        """The newest checkout with our reference, for an outcome that stayed unknown."""

    def retrieve_charge(self, charge_id: str) -> ChargeState:
        """Look a charge up, fee and date of availability included."""

    def create_refund(
        self, *, key: str, charge_id: str, amount: int, metadata: Mapping[str, str]
    ) -> Outcome[RefundState]:
        """Send money back, at most what is left of the charge."""

    def retrieve_refund(self, refund_id: str) -> RefundState:
        """Look a refund up."""

    def find_refunds(self, *, charge_id: str) -> Sequence[RefundState]:
        """All refunds of a charge, newest first."""

    def retrieve_dispute(self, dispute_id: str) -> DisputeState:
        """Look a dispute up, with what it moved on the provider's books."""

    def disputes(self, *, created_after: datetime) -> Iterator[DisputeState]:
        """All disputes opened since a moment, newest first."""

    def submit_evidence(self, *, key: str, dispute_id: str, evidence: Mapping[str, str]) -> Outcome[DisputeState]:
        """Hand evidence to the bank, which cannot be changed afterwards; Rejected when it is too late."""

    def close_dispute(self, *, key: str, dispute_id: str) -> Outcome[DisputeState]:
        """Accept the loss; Rejected when the bank decides already."""

    def upload_evidence(self, *, key: str, filename: str, content: bytes) -> Outcome[FileState]:
        """Hand a file in as evidence, under a name that no other file has."""

    def find_evidence(self, *, filename: str, created_after: datetime) -> FileState | None:
        """The newest evidence file of that name."""

    def create_payee(
        self, *, key: str, country: str, currency: str, email: str, metadata: Mapping[str, str]
    ) -> Outcome[PayeeAccount]:
        """Open an account that money can be transferred to; onboarding makes it usable."""

    def onboarding_link(self, *, account_id: str, refresh_url: str, return_url: str) -> str:
        """Make a one-time link to the provider's onboarding form."""

    def retrieve_payee(self, account_id: str) -> PayeeAccount:
        """Look a connected account up."""

    def find_payee(self, *, metadata: Mapping[str, str], created_after: datetime) -> PayeeAccount | None:
        """The newest account that carries all of this metadata."""

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

    def retrieve_transfer(self, transfer_id: str) -> TransferState:
        """Look a transfer up."""

    def find_transfers(self, *, transfer_group: str) -> Sequence[TransferState]:
        """All transfers of a group, newest first."""

    def reverse_transfer(
        self, *, key: str, transfer_id: str, amount: int, metadata: Mapping[str, str]
    ) -> Outcome[ReversalState]:
        """Take money back from a payee, at most what is left of the transfer."""

    def create_payout(
        self,
        *,
        key: str,
        account_id: str,
        amount: int,
        currency: str,
        metadata: Mapping[str, str],
    ) -> Outcome[PayoutState]:
        """Send a payee's balance to their bank account."""

    def retrieve_payout(self, *, account_id: str, payout_id: str) -> PayoutState:
        """Look a payout up."""

    def find_payouts(self, *, account_id: str, created_after: datetime) -> Sequence[PayoutState]:
        """A payee's payouts since a moment, newest first."""

    def platform_balance(self) -> BalanceState:
        """Our own balance."""

    def payee_balance(self, account_id: str) -> BalanceState:
        """A payee's balance."""

    def balance_transactions(
        self, *, created_after: datetime, account_id: str | None = None
    ) -> Iterator[BalanceTransaction]:
        """The provider's books since a moment, newest first."""

    def undelivered_events(self, *, created_after: datetime) -> Iterator[GatewayEvent]:
        """Events that the provider could not hand to all our endpoints, newest first."""

    def setup(self) -> PlatformSetup:
        """How the platform's own account is set up; raises GatewayRefusal when the key is refused."""

    def verify_event(self, payload: bytes, signature: str, *, endpoint: Endpoint, secret: str) -> GatewayEvent:
        """Check a webhook's signature and read it; raises BadSignature."""
