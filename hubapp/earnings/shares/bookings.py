"""How a split and a reversal look in the books: one balanced entry each, every fee and every tax its own posting."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from hubapp.earnings.shares.policies import CORE, Amounts, Part, Parties, Role
from hubapp.earnings.shares.rules import Terms
from hubapp.money.ledger.policies import Leg, NewEntry, Purpose

PROVIDER = "provider"


@dataclass(frozen=True, slots=True)
class SettledOrder:
    """An order whose money is there, with the terms frozen when it was placed. Amounts in minor units of `currency`.

    `home_hub_id`: the buyer's home hub, where it is another one. `source` is the account that the money is on: the
    provider's, or IMPORTED for history that was paid elsewhere. `held_from`: when that which was bought is over, where
    it happens at a time: the hold begins then, if that is later than the payment.
    """

    order_id: UUID
    number: str
    currency: str
    gross: int
    tax: int
    shipping: int
    base: int
    fee: int
    seller_owner: str
    terms: Terms
    occurred_at: datetime
    connectors: tuple[tuple[str, int], ...] = ()
    referrer_owner: str | None = None
    home_hub_id: int | None = None
    source: Purpose = field(default=Purpose.PROVIDER_PENDING)
    held_from: datetime | None = None

    @property
    def amounts(self) -> Amounts:
        """The amounts, checked."""
        return Amounts(gross=self.gross, base=self.base, tax=self.tax, shipping=self.shipping, fee=self.fee)

    @property
    def parties(self) -> Parties:
        """Who takes part."""
        home = None if self.home_hub_id is None else hub_owner(self.home_hub_id)
        return Parties(self.seller_owner, self.connectors, self.referrer_owner, home)

    @property
    def available_at(self) -> datetime:
        """When the hold ends."""
        begins = self.occurred_at if self.held_from is None else max(self.occurred_at, self.held_from)
        return begins + timedelta(days=self.terms.rules.hold_days)


def hub_owner(hub_id: int) -> str:
    """Another hub, as the books name it: its clearing account stands under this."""
    return f"hub:{hub_id}"


def settled_key(order_id: UUID) -> str:
    """Idempotency key of an order's settlement."""
    return f"order:{order_id}:settled"


def refunded_key(refund_id: UUID) -> str:
    """Idempotency key of a refund."""
    return f"refund:{refund_id}:settled"


def restored_key(refund_id: UUID) -> str:
    """Idempotency key of a refund that failed after it had been booked."""
    return f"refund:{refund_id}:failed"


def home_key(key: str) -> str:
    """Idempotency key of the home hub's entry that belongs to the selling hub's."""
    return f"{key}:home"


def source_owner(source: str) -> str:
    """Whose account the money is on."""
    return CORE if source == Purpose.IMPORTED else PROVIDER


def purpose_of(part: Part) -> Purpose:
    """The account a part goes to. The core's own sales and taxes are its own; everybody else is owed theirs.

    The seller remits the tax on a member's sale, so that it is owed to the seller with the rest.
    """
    if part.is_vacant:
        return Purpose.VACANT_SHARE
    if part.role == Role.CROSS_HUB:
        return Purpose.CLEARING
    if part.role == Role.CORE:
        return Purpose.PLATFORM_REVENUE
    if part.owner == CORE:
        return Purpose.TAX if part.role == Role.TAX else Purpose.SALES
    return Purpose.OWED


def settlement(order: SettledOrder, parts: tuple[Part, ...]) -> NewEntry | None:
    """The entry of a sale; None when nothing was paid.

    The provider takes its fee from the charge: that is booked as the core's cost and, as far as the price allows, at
    once as recovered from the sale, so that the balance of processor fees is what the core really bears.
    """
    recovered = sum(part.amount for part in parts if part.role == Role.FEE)
    owner = source_owner(order.source)
    legs = [
        Leg(owner, order.source, order.gross, tag="charge"),
        Leg(owner, order.source, -order.fee, tag="fee"),
        Leg(CORE, Purpose.PROCESSOR_FEES, order.fee, tag="paid"),
        Leg(CORE, Purpose.PROCESSOR_FEES, -recovered, tag="recovered"),
    ]
    for part in parts:
        if part.role != Role.FEE:
            purpose = purpose_of(part)
            held = order.available_at if purpose == Purpose.OWED else None
            legs.append(Leg(part.owner, purpose, -part.amount, held, tag=part.role))
    booked = tuple(leg for leg in legs if leg.amount)
    if not booked:
        return None
    key = settled_key(order.order_id)
    return NewEntry(
        key, "sale", f"order:{order.order_id}", order.currency, order.occurred_at, booked, memo=order.number
    )


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A part of a right that a refund takes back; held as long as the right itself."""

    owner: str
    purpose: Purpose
    role: str
    amount: int
    available_at: datetime | None


def refund(
    *,
    order_id: UUID,
    refund_id: UUID,
    number: str,
    currency: str,
    source: str,
    amount: int,
    from_core: int,
    taken: tuple[TakenBack, ...],
    now: datetime,
) -> NewEntry:
    """The entry of a refund. The money leaves the provider's usable balance, also while the charge is still pending."""
    account = Purpose.PROVIDER_BALANCE if source == Purpose.PROVIDER_PENDING else Purpose(source)
    legs = [Leg(source_owner(source), account, -amount, tag="refund")]
    if from_core:
        legs.append(Leg(CORE, Purpose.PROCESSOR_FEES, from_core, tag="kept"))
    legs += _given_back(taken)
    return NewEntry(refunded_key(refund_id), "refund", f"order:{order_id}", currency, now, tuple(legs), memo=number)


def dispute_lost(
    *,
    order_id: UUID,
    dispute_id: UUID,
    number: str,
    currency: str,
    amount: int,
    from_core: int,
    bad_debt: int,
    taken: tuple[TakenBack, ...],
    charged: TakenBack | None,
    now: datetime,
) -> NewEntry | None:
    """The entry of a lost dispute: those who earned bear what waited on the hold; None when nothing was taken.

    The provider's fee was the core's cost at once: `charged` moves it to the seller.

    Postings with the tag `lost` add up to what was taken back from the shares: reports count it beside refunds.
    """
    if not amount and charged is None:
        return None
    fee = (charged,) if charged is not None else ()
    legs = [
        Leg(CORE, Purpose.DISPUTE_HOLD, -amount, tag="lost"),
        Leg(CORE, Purpose.PROCESSOR_FEES, from_core, tag="kept"),
        Leg(CORE, Purpose.BAD_DEBT, bad_debt, tag="lost"),
        *_given_back(taken),
        *(Leg(CORE, Purpose.PROCESSOR_FEES, -back.amount, tag=back.role) for back in fee),
        *_given_back(fee),
    ]
    key = f"dispute:{dispute_id}:order:{order_id}:lost"
    booked = tuple(leg for leg in legs if leg.amount)
    return NewEntry(key, "dispute_lost", f"order:{order_id}", currency, now, booked, memo=number)


def _given_back(taken: tuple[TakenBack, ...]) -> list[Leg]:
    return [
        Leg(
            back.owner,
            back.purpose,
            back.amount,
            back.available_at if back.purpose == Purpose.OWED else None,
            tag=back.role,
        )
        for back in taken
    ]
