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
from hubapp.market.catalogue import services as catalogue
from hubapp.market.orders import policies, queries
from hubapp.market.orders.errors import (
    AddressMissing,
    BasketChanged,
    BasketEmpty,
    JoinFirst,
    OwnListing,
    PriceChanged,
    TotalTooLarge,
)
from hubapp.market.orders.models import (
    Basket,
    Checkout,
    Delivery,
    Order,
    OrderLine,
    OrderStatus,
    OrderStep,
    Source,
)
from hubapp.market.orders.policies import OrderDraft
from hubapp.market.orders.services import basket as baskets
from hubapp.market.orders.services.numbers import take_numbers
from hubapp.money.payments import services as payments
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import Referral, Touch
from hubapp.tenancy import selling


@dataclass(frozen=True, slots=True)
class Purchase:
    """What the buyer confirmed: the basket as a page showed it (`basket_version`, `fingerprint`), and the delivery."""

    basket_id: UUID
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


def place_orders(*, purchase: Purchase, now: datetime) -> UUID:
    """Turn a basket into one order per seller and ask for their payment; the same click twice is one checkout.

    Refuses with HubFrozen, JoinFirst, BasketChanged, BasketEmpty, OutOfStock, NotForSale, OwnListing, PriceChanged,
    AddressMissing or TotalTooLarge; then nothing is reserved.
    """
    # A savepoint: a refusal leaves nothing reserved even where its page is rendered in the same transaction.
    with db.session.begin_nested():
        return _place(purchase, now)


def _place(purchase: Purchase, now: datetime) -> UUID:
    basket = baskets.locked_basket(basket_id=purchase.basket_id, account_id=purchase.buyer_id)
    if basket is None:
        raise BasketChanged
    if (done := _checkout_of(basket, purchase.basket_version)) is not None:
        return done
    if basket.version != purchase.basket_version:
        raise BasketChanged
    selling.refuse_if_frozen(require_hub_id())
    _refuse_strangers(purchase.buyer_id)
    drafts = _reserved_drafts(basket, purchase)
    _refuse(drafts, purchase)
    checkout = _checkout(basket, drafts, purchase, now)
    _write_orders(checkout, drafts, purchase, now)
    baskets.empty(basket=basket, now=now)
    return checkout.id


def _payment(checkout: Checkout, drafts: Sequence[OrderDraft], purchase: Purchase, now: datetime) -> UUID:
    several = _("%(count)d orders", count=len(drafts))
    return payments.request_checkout(
        reference=f"checkout:{checkout.id}",
        payer_id=purchase.buyer_id,
        payer_email=purchase.buyer_email,
        amount=checkout.money,
        lines=_card_lines(drafts),
        description=several if len(drafts) > 1 else drafts[0].lines[0].wanted.title,
        success_path=purchase.return_to(checkout.id),
        cancel_path=purchase.return_to(checkout.id),
        expires_at=checkout.expires_at,
        now=now,
    )


def _checkout_of(basket: Basket, version: int) -> UUID | None:
    found: UUID | None = db.session.scalar(
        select(Checkout.id).where(Checkout.basket_id == basket.id, Checkout.basket_version == version)
    )
    return found


def _refuse_strangers(buyer_id: UUID) -> None:
    member = membership.member(buyer_id)
    if member is None or not member.is_active:
        raise JoinFirst


def _reserved_drafts(basket: Basket, purchase: Purchase) -> list[OrderDraft]:
    quantities = queries.quantities(basket.id)
    if not quantities:
        raise BasketEmpty
    # The locked rows, not those that a page was made from: these are the prices that count.
    listings = catalogue.reserve(lines=quantities)
    wanted = [queries.wanted(listing, quantities[listing.id], purchase.tax_rates) for listing in listings.values()]
    return policies.drafts(wanted, purchase.choice)


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


def _checkout(basket: Basket, drafts: Sequence[OrderDraft], purchase: Purchase, now: datetime) -> Checkout:
    checkout = Checkout(
        id=ids.uuid7(),
        basket_id=basket.id,
        basket_version=purchase.basket_version,
        buyer_account_id=purchase.buyer_id,
        total=sum(draft.gross for draft in drafts),
        currency=purchase.currency,
        created_at=now,
        expires_at=now + policies.PAYMENT_WINDOW,
    )
    checkout.payment_id = _payment(checkout, drafts, purchase, now)  # first, so that its row is written once
    db.session.add(checkout)
    db.session.flush()  # before the orders that point at it: without a relationship the session does not know
    return checkout


def _write_orders(checkout: Checkout, drafts: Sequence[OrderDraft], purchase: Purchase, now: datetime) -> None:
    terms = shares.freeze_terms(now=now)
    referral = membership.referrer_for(purchase.buyer_id, purchase.touch, now)
    first = take_numbers(count=len(drafts))
    orders = [_order(checkout, draft, purchase, referral) for draft in drafts]
    home = membership.home_hub_of(purchase.buyer_id)
    for number, order in enumerate(orders, start=first):
        order.number, order.placed_at, order.terms = number, now, terms.as_json()
        order.home_hub_id = None if home == checkout.hub_id else home
    db.session.add_all(orders)
    db.session.flush()  # orders before their lines
    for order, draft in zip(orders, drafts, strict=True):
        db.session.add_all(_lines(order, draft))
        db.session.add(OrderStep(order_id=order.id, status=OrderStatus.PLACED, at=now, actor_id=purchase.buyer_id))
    db.session.flush()


def _order(checkout: Checkout, draft: OrderDraft, purchase: Purchase, referral: Referral | None) -> Order:
    return Order(
        id=ids.uuid7(),
        checkout_id=checkout.id,
        seller_account_id=draft.seller_id,
        buyer_account_id=purchase.buyer_id,
        status=OrderStatus.PLACED,
        currency=purchase.currency,
        gross=draft.gross,
        tax=draft.tax,
        shipping=draft.shipping,
        base=draft.base,
        referrer_account_id=referral.account_id if referral else None,
        referral_code=referral.code if referral else None,
        channel=referral.channel if referral else "direct",
        delivery=draft.delivery,
        address=dict(purchase.address) if purchase.address and draft.delivery == Delivery.SHIP else None,
        source=Source.SHOP,
    )


def _lines(order: Order, draft: OrderDraft) -> list[OrderLine]:
    return [
        OrderLine(
            order_id=order.id,
            listing_id=line.wanted.listing_id,
            position=position,
            title=line.wanted.title,
            kind=line.wanted.kind,
            quantity=line.wanted.quantity,
            unit_price=line.wanted.unit_price,
            gross=line.gross,
            tax_category=line.wanted.tax_category,
            tax_rate=line.wanted.tax_rate,
            tax=line.tax,
            shipping=line.shipping,
            shipping_tax=line.shipping_tax,
            delivery=line.delivery,
        )
        for position, line in enumerate(draft.lines, start=1)
    ]


def _card_lines(drafts: Sequence[OrderDraft]) -> list[payments.Line]:
    lines = []
    for draft in drafts:
        lines += [
            payments.Line(line.wanted.title, line.wanted.quantity, line.wanted.unit_price) for line in draft.lines
        ]
        lines += [
            payments.Line(_("Shipping: %(title)s", title=line.wanted.title), 1, line.shipping)
            for line in draft.lines
            if line.shipping
        ]
    return lines
