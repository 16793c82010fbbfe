"""The values a payment gateway takes and returns, its outcomes and its errors."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

T_co = TypeVar("T_co", covariant=True)

Mode: TypeAlias = Literal["sandbox", "test", "live"]
Endpoint: TypeAlias = Literal["platform", "connect"]
CheckoutStatus: TypeAlias = Literal["open", "complete", "expired"]
PaymentStatus: TypeAlias = Literal["unpaid", "paid", "no_payment_required"]
ChargeStatus: TypeAlias = Literal["pending", "succeeded", "failed"]
RefundStatus: TypeAlias = Literal["pending", "requires_action", "succeeded", "failed", "canceled"]
PayoutStatus: TypeAlias = Literal["pending", "in_transit", "paid", "failed", "canceled"]


class GatewayError(Exception):
    """The base of everything a gateway raises."""


class GatewayUnavailable(GatewayError):
    """The provider could not be reached or answered with a fault: ask again later."""


class NoSuchObject(GatewayError):
    """The provider does not know this id."""


class GatewayRefusal(GatewayError):
    """The provider understood a read and refused it: wrong key, no permission, bad filter."""


class BadSignature(GatewayError):
    """An event was not signed with our secret, or no secret is set."""


class ModeMismatch(GatewayError):
    """Sandbox and live were about to meet: a key or an id belongs to the other one."""


@dataclass(frozen=True, slots=True)
class Ok(Generic[T_co]):
    """It happened; `value` is what the provider keeps."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Declined:
    """The bank or the network said no; another card or a later moment may work."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ActionRequired:
    """The payer has to authenticate first; `url` leads there where the provider names one."""

    message: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """The provider refused the request itself; nothing happened and nothing will."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Nobody can tell whether it happened: a timeout, a broken line, a fault at the provider."""

    message: str


Outcome: TypeAlias = Ok[T_co] | Declined | ActionRequired | Rejected | Unknown


@dataclass(frozen=True, slots=True)
class CheckoutLine:
    """One line of the hosted page; `amount` is per piece, tax included."""

    name: str
    amount: int
    quantity: int = 1
    description: str | None = None


@dataclass(frozen=True, slots=True)
class ChargeState:
    """A charge as the provider has it; fee, net and available_on are None until it settles.

    `settled_currency` is the currency of fee and net: it equals `currency` unless the provider
    converted.
    """

    id: str
    amount: int
    currency: str
    status: ChargeStatus
    refunded_amount: int
    created: datetime
    payment_intent_id: str | None = None
    fee: int | None = None
    net: int | None = None
    settled_currency: str | None = None
    available_on: datetime | None = None
    failure_code: str | None = None
    failure_message: str | None = None
    disputed: bool = False
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CheckoutSession:
    """A hosted payment page; send the buyer to `url` while it is open."""

    id: str
    url: str | None
    status: CheckoutStatus
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class SavedCard:
    """A card that may be charged again, as the provider names it; we never see its number."""

    customer_id: str
    method_id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int


@dataclass(frozen=True, slots=True)
class CheckoutState:
    """A checkout looked up: `charge` is the latest one, failed ones included; `card`: if it was to be saved."""

    id: str
    url: str | None
    status: CheckoutStatus
    expires_at: datetime
    payment_status: PaymentStatus
    amount: int
    currency: str
    reference: str | None
    charge: ChargeState | None
    metadata: Mapping[str, str] = field(default_factory=dict)
    card: SavedCard | None = None


@dataclass(frozen=True, slots=True)
class RefundState:
    """Money on its way back to the buyer; a failed refund's money returns to our balance."""

    id: str
    charge_id: str
    amount: int
    currency: str
    status: RefundStatus
    created: datetime
    failure_reason: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PayeeAccount:
    """A connected account. `requirements` names what the provider still wants to know.

    `bank_fingerprint` changes when the payee names another bank account.
    """

    id: str
    country: str
    currency: str
    details_submitted: bool
    transfers_enabled: bool
    payouts_enabled: bool
    requirements: tuple[str, ...] = ()
    disabled_reason: str | None = None
    bank_fingerprint: str | None = None
    bank_last4: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TransferState:
    """Money moved from our balance to a payee's; `payment_id`: what their books call it."""

    id: str
    amount: int
    currency: str
    destination: str
    reversed_amount: int
    created: datetime
    transfer_group: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)
    payment_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReversalState:
    """Money taken back from a payee's balance; `refund_id`: what their books call it."""

    id: str
    transfer_id: str
    amount: int
    currency: str
    created: datetime
    refund_id: str | None = None


@dataclass(frozen=True, slots=True)
class PayoutState:
    """Money leaving a payee's balance for their bank account."""

    id: str
    account_id: str
    amount: int
    currency: str
    status: PayoutStatus
    arrival_date: datetime
    created: datetime
    failure_code: str | None = None
    failure_message: str | None = None
    metadata: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BalanceState:
    """Minor units by currency; a currency that is absent has nothing."""

    available: Mapping[str, int]
    pending: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class BalanceTransaction:
    """One line of the provider's own books, ours to mirror; amount − fee = net."""

    id: str
    type: str
    source_id: str | None
    amount: int
    fee: int
    net: int
    currency: str
    created: datetime
    available_on: datetime
    status: Literal["pending", "available"]


@dataclass(frozen=True, slots=True)
class GatewayEvent:
    """A hint that something changed: re-fetch `object_id` before believing it."""

    id: str
    type: str
    object_id: str | None
    account: str | None
    created: datetime
    body: Mapping[str, Any] = field(default_factory=dict, compare=False, repr=False)
