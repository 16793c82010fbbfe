"""Placing orders: stock put aside, one order per seller, one payment for all of them, in one transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.shares import services as shares
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import basket_queries, policies
from hubapp.market.orders.errors import (
    AddressMissing,
    BasketChanged,
    BasketEmpty,
    OwnListing,
    PriceChanged,
    TotalTooLarge,
)
from hubapp.market.orders.models import (
    Basket,
    Checkout,
    Delivery,
)
from hubapp.market.orders.policies import OrderDraft
from hubapp.market.orders.services import basket as baskets
from hubapp.market.orders.services import placing, writing
from hubapp.market.orders.services.placing import Buyer, Prospect
from hubapp.market.orders.services.writing import NewCheckout
from hubapp.money.payments import services as payments
from hubapp.people.membership.invite_queries import Touch
from hubapp.tenancy import selling


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the buyer confirmed: the basket as a page showed it (`basket_version`, `fingerprint`), and the delivery."""

    basket_version: int
    fingerprint: str
    buyer_id: UUID
    buyer_email: str
    choice: Delivery
    address: Mapping[str, str] | None
    touch: Touch | None
    currency: str
    tax_rates: Mapping[str, int]
    return_to: Callable[[UUID], str]

    @property
    def buyer(self) -> Buyer:
        """Who it is for."""
        return Buyer(self.buyer_id, self.currency, self.address, self.touch)


def place_orders(*, purchase: Purchase, now: datetime) -> UUID:
    """Turn a basket into one order per seller and ask for their payment; the same click twice is one checkout.

    Refuses with HubFrozen, JoinFirst, BasketChanged, BasketEmpty, OutOfStock, NotForSale, OwnListing, PriceChanged,
    AddressMissing or TotalTooLarge; then nothing is reserved.
    """
    found = baskets.locked_basket(account_id=purchase.buyer_id)
    if found is None:
        raise BasketEmpty
    basket, quantities = found
    if basket.version != purchase.basket_version:  # ordering emptied it: this may be the second click
        return _checkout_of(basket, purchase.basket_version)
    selling.refuse_if_frozen(require_hub_id())
    customer = placing.require_member(buyer=purchase.buyer, now=now)
    if not quantities:
        raise BasketEmpty
    # The locked rows, not those that a page was made from: these are the prices that count.
    listings = catalogue.offer(lines=quantities)
    wanted = [
        basket_queries.wanted(listing, quantities[listing.id], purchase.tax_rates) for listing in listings.values()
    ]
    drafts = policies.drafts(wanted, purchase.choice)
    _refuse(drafts, purchase)
    prospect = Prospect(purchase.buyer, customer, shares.freeze_terms(now=now))
    # Nothing was written so far: who is refused sees the shop as it is, even in this transaction.
    checkout = _checkout(basket.id, drafts, purchase, now)
    catalogue.reserve(offered=listings, lines=quantities)
    baskets.empty(basket=basket, now=now)
    writing.write_orders(checkout=checkout, drafts=drafts, prospect=prospect)
    return checkout.id


def _checkout(basket_id: UUID, drafts: Sequence[OrderDraft], purchase: Purchase, now: datetime) -> NewCheckout:
    checkout_id, expires_at = ids.uuid7(), now + policies.PAYMENT_WINDOW
    total = Money(sum(draft.gross for draft in drafts), purchase.currency)
    several = _("%(count)d orders", count=len(drafts))
    payment_id = payments.request_checkout(
        reference=f"checkout:{checkout_id}",
        payer_id=purchase.buyer_id,
        payer_email=purchase.buyer_email,
        amount=total,
        lines=placing.card_lines(drafts=drafts),
        description=several if len(drafts) > 1 else drafts[0].lines[0].wanted.title,
        success_path=purchase.return_to(checkout_id),
        cancel_path=purchase.return_to(checkout_id),
        expires_at=expires_at,
        now=now,
    )
    return NewCheckout(checkout_id, basket_id, purchase.basket_version, total, payment_id, now, expires_at)


def _checkout_of(basket: Basket, version: int) -> UUID:
    found: UUID | None = db.session.scalar(
        select(Checkout.id).where(Checkout.basket_id == basket.id, Checkout.basket_version == version)
    )
    if found is None:
        raise BasketChanged
    return found


def _refuse(drafts: Sequence[OrderDraft], purchase: Purchase) -> None:
    for draft in drafts:
        if draft.seller_id == purchase.buyer_id:
            raise OwnListing(draft.lines[0].wanted.title)
    if policies.fingerprint(drafts) != purchase.fingerprint:
        raise PriceChanged
    if any(draft.delivery == Delivery.SHIP for draft in drafts) and not purchase.address:
        raise AddressMissing
    if sum(draft.gross for draft in drafts) > policies.LARGEST_TOTAL:
        raise TotalTooLarge
