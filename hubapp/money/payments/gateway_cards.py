"""What we ask of a provider about saved cards: save one, charge one while its owner is away."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hubapp.money.payments.gateway_values import ChargeState, CheckoutSession, CheckoutStatus, Outcome, SavedCard

IntentStatus: TypeAlias = Literal[
    "requires_payment_method",
    "requires_confirmation",
    "requires_action",
    "processing",
    "requires_capture",
    "succeeded",
    "canceled",
]


@dataclass(frozen=True, slots=True)
class IntentState:
    """A charge asked for by us; `charge` is the latest attempt, `error_*` why it was refused."""

    id: str
    status: IntentStatus
    amount: int
    currency: str
    charge: ChargeState | None = None
    error_code: str | None = None
    error_message: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetupState:
    """A page that saves a card, looked up; `card` once it has."""

    id: str
    url: str | None
    status: CheckoutStatus
    expires_at: datetime
    reference: str | None
    card: SavedCard | None


class CardGateway(Protocol):
    """The part of a PaymentGateway that deals with saved cards."""

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

    def retrieve_setup(self, checkout_id: str) -> SetupState:
        """Look such a page up, with the card it saved."""

    def find_setup(self, *, reference: str, created_after: datetime) -> SetupState | None:
        """The newest such page with our reference."""

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
        """Charge a saved card now; Declined, or ActionRequired where the bank wants to ask its client."""

    def retrieve_intent(self, intent_id: str) -> IntentState:
        """Look such a charge up, fee and date of availability included."""

    def find_intent(
        self, *, customer_id: str, metadata: Mapping[str, str], created_after: datetime
    ) -> IntentState | None:
        """The newest charge of a customer that carries all of this metadata."""
