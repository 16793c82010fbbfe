"""Standing orders: placed for somebody who agreed to them before, paid on a page or with the card they saved.

One order, however often its payment is tried: each try is a payment of its own, and only after the last one is dead.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from hubapp.earnings.shares import services as shares
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import basket_queries, policies, queries
from hubapp.market.orders.errors import AddressMissing, NoSuchCheckout, OwnListing, PaymentUnderWay, TotalTooLarge
from hubapp.market.orders.models import Checkout, CheckoutStatus, Delivery
from hubapp.market.orders.services import placing, steps, writing
from hubapp.market.orders.services.placing import Buyer, Prospect
from hubapp.market.orders.services.settlement import locked_checkout
from hubapp.market.orders.services.writing import NewCheckout
from hubapp.money.payments import cards
from hubapp.money.payments import queries as paid
from hubapp.money.payments import services as payments
from hubapp.money.payments.models import PaymentStatus
from hubapp.tenancy import selling

DEAD = frozenset({PaymentStatus.FAILED, PaymentStatus.EXPIRED, PaymentStatus.CANCELED})


@dataclass(frozen=True, slots=True)
class StandingOrder:
    """What is due: so many of a listing at the prices agreed on, in minor units with the tax inside."""

    listing_id: UUID
    quantity: int
    unit_price: int
    shipping_price: int | None
    choice: Delivery
    tax_rates: Mapping[str, int]
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Page:
    """A hosted page for a standing order: who pays there, and the page of ours that it leads back to.

    `saves_card`: whether the card is kept, to be charged again.
    """

    email: str
    path: str
    expires_at: datetime
    saves_card: bool = True


def place_standing_order(*, wanted: StandingOrder, buyer: Buyer, now: datetime) -> UUID:
    """Reserve the stock and write the order, unpaid; answers its checkout.

    Refuses with HubFrozen, JoinFirst, NoSuchListing, NotForSale, OutOfStock, OwnListing, AddressMissing or
    TotalTooLarge; then nothing is reserved.
    """
    with db.session.begin_nested():
        selling.refuse_if_frozen(require_hub_id())
        customer = placing.require_member(buyer=buyer, now=now)
        lines = {wanted.listing_id: wanted.quantity}
        offered = catalogue.offer(lines=lines)
        listing = offered[wanted.listing_id]
        if listing.seller_account_id == buyer.account_id:
            raise OwnListing(listing.title)
        line = policies.agreed(
            basket_queries.wanted(listing, wanted.quantity, wanted.tax_rates),
            unit_price=wanted.unit_price,
            shipping_price=wanted.shipping_price,
        )
        drafts = policies.drafts([line], wanted.choice)
        total = sum(draft.gross for draft in drafts)
        if drafts[0].delivery == Delivery.SHIP and not buyer.address:
            raise AddressMissing
        if total > policies.LARGEST_TOTAL:
            raise TotalTooLarge
        prospect = Prospect(buyer, customer, shares.freeze_terms(now=now))
        catalogue.reserve(offered=offered, lines=lines)
        money = Money(total, buyer.currency)
        checkout = NewCheckout(ids.uuid7(), None, 0, money, None, now, wanted.expires_at)
        writing.write_orders(checkout=checkout, drafts=drafts, prospect=prospect)
    return checkout.id


def charge_card(*, checkout_id: UUID, card_id: UUID, attempt: int, path: str, now: datetime) -> UUID:
    """Charge a saved card for a standing order; answers the payment.

    Refuses with HubFrozen, NoSuchCheckout, PaymentUnderWay or CardNotFound.
    """
    checkout = _to_be_paid(checkout_id)
    checkout.payment_id = cards.request_charge(
        reference=f"checkout:{checkout_id}:{attempt}",
        payer_id=checkout.buyer_account_id,
        card_id=card_id,
        amount=checkout.money,
        description=_title(checkout_id),
        path=path,
        now=now,
    )
    db.session.flush()
    return checkout.payment_id


def open_page(*, checkout_id: UUID, attempt: int, page: Page, now: datetime) -> UUID:
    """Have a hosted page made where a standing order is paid and, unless said otherwise, the card saved; answers it.

    Refuses with HubFrozen, NoSuchCheckout or PaymentUnderWay.
    """
    checkout = _to_be_paid(checkout_id)
    checkout.payment_id = payments.request_checkout(
        reference=f"checkout:{checkout_id}:{attempt}",
        payer_id=checkout.buyer_account_id,
        payer_email=page.email,
        amount=checkout.money,
        lines=[payments.Line(_title(checkout_id), 1, checkout.total)],
        description=_title(checkout_id),
        success_path=page.path,
        cancel_path=page.path,
        expires_at=page.expires_at,
        now=now,
        saves_card=page.saves_card,
    )
    db.session.flush()
    return checkout.payment_id


def is_payment_dead(*, payment_id: UUID | None) -> bool:
    """Whether a payment can no longer succeed."""
    return payment_id is None or paid.payment(payment_id).status in DEAD


def _to_be_paid(checkout_id: UUID) -> Checkout:
    selling.refuse_if_frozen(require_hub_id())
    checkout = locked_checkout(checkout_id=checkout_id)
    if checkout is None or checkout.basket_id is not None:
        raise NoSuchCheckout
    # Under the lock: two payments of one order that both succeed would take the money twice.
    if checkout.status == CheckoutStatus.PAID or not is_payment_dead(payment_id=checkout.payment_id):
        raise PaymentUnderWay
    return checkout


def _title(checkout_id: UUID) -> str:
    order = steps.locked_orders(checkout_id=checkout_id)[0]
    line = queries.lines_of(order.id)[0]
    if line.quantity == 1:
        return line.title
    return str(_("%(quantity)d × %(name)s", quantity=line.quantity, name=line.title))
