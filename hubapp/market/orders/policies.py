"""Rules of buying without I/O: tax inside a price, one order per seller, what a page has shown, legal moves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from hubapp.earnings.shares.rules import FeeBearer, Terms
from hubapp.kernel.money import allocate
from hubapp.market.catalogue.policies import LARGEST_PRICE, tax_inside
from hubapp.market.orders.models import Delivery, OrderLine, OrderStatus

MOST_PIECES = 999
MOST_LINES = 50
LARGEST_TOTAL = LARGEST_PRICE  # one payment carries no more
PAYMENT_WINDOW = timedelta(minutes=30)

# The table of moves: from a status to those it may become.
MOVES: Mapping[OrderStatus, frozenset[OrderStatus]] = {
    OrderStatus.PLACED: frozenset({OrderStatus.PAID, OrderStatus.EXPIRED}),
    # The provider had the last word: it took the money after all.
    OrderStatus.EXPIRED: frozenset({OrderStatus.PAID}),
    OrderStatus.PAID: frozenset({OrderStatus.HANDED_OVER, OrderStatus.CANCELED}),
    OrderStatus.HANDED_OVER: frozenset({OrderStatus.CANCELED}),
    # Back to where it was if the refund fails.
    OrderStatus.CANCELED: frozenset({OrderStatus.REFUNDED, OrderStatus.PAID, OrderStatus.HANDED_OVER}),
    # A card may refuse the money days after the provider called it returned.
    OrderStatus.REFUNDED: frozenset({OrderStatus.PAID, OrderStatus.HANDED_OVER}),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Some of a listing, as it is offered now; prices in minor units, tax inside, `tax_rate` in basis points.

    `listing_id` None: something that another slice sells and counts, such as seats. `plan_kind`: what the pay plan
    takes it for, with points per piece; None: it is shared at the sale.
    """

    listing_id: UUID | None
    seller_id: UUID | None
    title: str
    kind: str
    quantity: int
    unit_price: int
    has_pickup: bool
    shipping_price: int | None
    tax_category: str
    tax_rate: int
    plan_kind: str | None = None
    plan_points: int = 0


@dataclass(frozen=True, slots=True)
class PricedLine:
    """A line with its amounts: `gross` = unit price × quantity; `tax` and `shipping_tax` are inside the amounts."""

    wanted: Wanted
    delivery: Delivery
    gross: int
    tax: int
    shipping: int
    shipping_tax: int

    @property
    def total(self) -> int:
        """What the buyer pays for this line, shipping included."""
        return self.gross + self.shipping


@dataclass(frozen=True, slots=True)
class OrderDraft:
    """What one seller would deliver; gross = base + shipping + tax, all but `gross` net of tax.

    All its lines are of one regime, so that a refund never touches shares for what the pay plan pays, or the reverse.
    """

    seller_id: UUID | None
    lines: tuple[PricedLine, ...]
    gross: int
    base: int
    shipping: int
    tax: int

    @property
    def delivery(self) -> Delivery:
        """`ship` as soon as one line is sent."""
        return Delivery.SHIP if any(line.delivery == Delivery.SHIP for line in self.lines) else Delivery.PICKUP

    @property
    def shared_base(self) -> int:
        """What of the base is shared at the sale: nothing of what the pay plan pays for."""
        return 0 if self.lines[0].wanted.plan_kind else self.base


def agreed(wanted: Wanted, *, unit_price: int, shipping_price: int | None) -> Wanted:
    """The same at prices agreed on before; whether it is sent at all is for the listing to say today."""
    shipping = None if wanted.shipping_price is None else (shipping_price or 0)
    return replace(wanted, unit_price=unit_price, shipping_price=shipping)


def can_move(before: str, after: OrderStatus) -> bool:
    """Whether an order may go from one status to another."""
    return after in MOVES[OrderStatus(before)]


def delivery_of(wanted: Wanted, choice: Delivery) -> Delivery:
    """How this line reaches the buyer: as chosen where it can, else the only way there is."""
    return Delivery.SHIP if is_shipped(wanted.has_pickup, wanted.shipping_price, choice) else Delivery.PICKUP


def is_shipped(has_pickup: bool, shipping_price: int | None, choice: Delivery) -> bool:  # noqa: FBT001  a listing's own word
    """Whether something offered like this would be sent."""
    return not has_pickup or (choice == Delivery.SHIP and shipping_price is not None)


def price_line(wanted: Wanted, choice: Delivery) -> PricedLine:
    """Amounts of a line. Shipping is paid once per listing, whatever the quantity, at the listing's tax rate."""
    delivery = delivery_of(wanted, choice)
    gross = wanted.unit_price * wanted.quantity
    shipping = (wanted.shipping_price or 0) if delivery == Delivery.SHIP else 0
    tax = tax_inside(gross, wanted.tax_rate)
    return PricedLine(wanted, delivery, gross, tax, shipping, tax_inside(shipping, wanted.tax_rate))


def drafts(wanted: Iterable[Wanted], choice: Delivery) -> list[OrderDraft]:
    """One order per seller, the core first, then in order of the sellers' ids; lines in order of listing ids.

    What of the core's the pay plan pays for is an order of its own, after its other one.
    """
    by_seller: dict[tuple[UUID | None, bool], list[PricedLine]] = {}
    for item in sorted(wanted, key=lambda item: str(item.listing_id)):
        by_seller.setdefault((item.seller_id, item.plan_kind is not None), []).append(price_line(item, choice))
    keys = sorted(by_seller, key=lambda key: (key[0] is not None, str(key[0]), key[1]))
    return [_draft(key[0], tuple(by_seller[key])) for key in keys]


def _draft(seller_id: UUID | None, lines: tuple[PricedLine, ...]) -> OrderDraft:
    return OrderDraft(
        seller_id=seller_id,
        lines=lines,
        gross=sum(line.gross + line.shipping for line in lines),
        base=sum(line.gross - line.tax for line in lines),
        shipping=sum(line.shipping - line.shipping_tax for line in lines),
        tax=sum(line.tax + line.shipping_tax for line in lines),
    )


def fingerprint(orders: Sequence[OrderDraft]) -> str:
    """What a page showed, in short: listings, quantities, prices and delivery. Other amounts, other fingerprint."""
    rows = (
        f"{line.wanted.listing_id}:{line.wanted.quantity}:{line.gross}:{line.shipping}:{line.tax + line.shipping_tax}"
        for order in orders
        for line in order.lines
    )
    return hashlib.sha256("\n".join(rows).encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class RateSum:
    """What of an order is taxed at one rate (basis points; None: not known), in minor units; `net` is without `tax`."""

    rate: int | None
    net: int
    tax: int


def taxes_by_rate(lines: Iterable[OrderLine], *, gross: int, tax: int) -> list[RateSum]:
    """An order's tax by rate, shipping included; the sums are the order's own, or there is one without a rate."""
    found: dict[int, tuple[int, int]] = {}
    for line in lines:
        paid, taxed = found.get(line.tax_rate, (0, 0))
        found[line.tax_rate] = (paid + line.gross + line.shipping, taxed + line.tax + line.shipping_tax)
    if sum(paid for paid, _ in found.values()) != gross or sum(taxed for _, taxed in found.values()) != tax:
        return [RateSum(None, gross - tax, tax)] if tax else []
    return [RateSum(rate, paid - taxed, taxed) for rate, (paid, taxed) in sorted(found.items()) if rate or taxed]


def dispute_fees(fee: int, *, taken: Mapping[UUID, int], gross: Mapping[UUID, int]) -> dict[UUID, int]:
    """What each order of a disputed payment has of the provider's fee: by what the bank took of it, else by its price.

    The parts sum to `fee`, in minor units.
    """
    weights = taken if any(taken.values()) else gross
    return allocate(fee, weights) if fee > 0 and any(weights.values()) else dict.fromkeys(gross, 0)


def fee_bearer(terms: Mapping[str, Any]) -> FeeBearer:
    """Who bears what the provider charges for a lost dispute, by the terms that an order was placed under."""
    return Terms.from_json(dict(terms)).rules.dispute_fee_bearer
