"""What payments tell the tiers above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ChargeSettled:
    """The buyer's money is the provider's to give; `amount` and `fee` in minor units."""

    hub_id: int
    payment_id: UUID
    reference: str
    amount: int
    fee: int
    currency: str


@dataclass(frozen=True, slots=True)
class ChargeFailed:
    """The payment can no longer succeed; `message` is for people."""

    hub_id: int
    payment_id: UUID
    reference: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PaymentExpired:
    """The time to pay is over and nothing was paid."""

    hub_id: int
    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class RefundSettled:
    """Money went back to the buyer."""

    hub_id: int
    refund_id: UUID
    payment_id: UUID
    reference: str
    amount: int
    currency: str


@dataclass(frozen=True, slots=True)
class RefundFailed:
    """Money did not reach the buyer; `was_settled`: RefundSettled was told before and has to be taken back."""

    hub_id: int
    refund_id: UUID
    payment_id: UUID
    reference: str
    amount: int
    currency: str
    message: str
    was_settled: bool


@dataclass(frozen=True, slots=True)
class CardSaved:
    """Somebody put a card in place of another; `reference` says what for."""

    hub_id: int
    card_id: UUID
    account_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class DisputeOpened:
    """A buyer's bank disputes a payment, or inquires about it; an inquiry that becomes a dispute is told again."""

    hub_id: int
    dispute_id: UUID
    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class DisputeWon:
    """A dispute is over and nothing is taken."""

    hub_id: int
    dispute_id: UUID
    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class DisputeLost:
    """A dispute is over and the buyer's bank keeps the money."""

    hub_id: int
    dispute_id: UUID
    payment_id: UUID
    reference: str


@dataclass(frozen=True, slots=True)
class CommandFinished:
    """A command of a tier above is done or has failed for good; its row has the answer."""

    hub_id: int | None
    command_id: UUID
    kind: str
    subject: str


@dataclass(frozen=True, slots=True)
class AccountChanged:
    """The provider hints that a connected account changed."""

    hub_id: int | None
    account: str


@dataclass(frozen=True, slots=True)
class PayoutChanged:
    """The provider hints that a payout to a connected account changed."""

    hub_id: int | None
    account: str
    provider_id: str
