"""Writing orders down: numbers, lines and terms, the same for baskets and for standing orders."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _

from hubapp.earnings.shares import services as shares
from hubapp.earnings.shares.rules import Terms
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.market.orders.errors import JoinFirst
from hubapp.market.orders.models import Checkout, Delivery, Order, OrderLine, OrderStatus, OrderStep, Source
from hubapp.market.orders.policies import OrderDraft
from hubapp.market.orders.services.numbers import take_numbers
from hubapp.money.payments import services as payments
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import Customer, Referral, Touch


@dataclass(frozen=True, slots=True)
class Buyer:
    """Who orders, in which currency, where it is sent to, and who brought them."""

    account_id: UUID
    currency: str
    address: Mapping[str, str] | None
    touch: Touch | None


def require_member(*, buyer_id: UUID) -> Customer:
    """Members buy here. Refuses with JoinFirst."""
    customer = membership.customer(buyer_id)
    if customer is None or not customer.is_active:
        raise JoinFirst
    return customer


@dataclass(frozen=True, slots=True)
class Prospect:
    """A buyer with what an order of theirs freezes: today's terms, and who brought them."""

    buyer: Buyer
    terms: Terms
    referral: Referral | None
    home_hub_id: int | None


def prospect(*, buyer: Buyer, customer: Customer, now: datetime) -> Prospect:
    """What to read before anything is written."""
    referral = membership.referrer_for(buyer.account_id, buyer.touch, now)
    return Prospect(buyer, shares.freeze_terms(now=now), referral, customer.home_hub_id)


def write_orders(*, checkout: Checkout, drafts: Sequence[OrderDraft], prospect: Prospect, now: datetime) -> None:
    """The orders of a checkout with their numbers, lines and first step."""
    orders = [_order(checkout, draft, prospect) for draft in drafts]
    for number, order in enumerate(orders, start=take_numbers(count=len(orders))):
        order.number, order.placed_at = number, now
    db.session.add_all(orders)
    db.session.flush()  # orders before their lines
    for order, draft in zip(orders, drafts, strict=True):
        db.session.add_all(_lines(order, draft))
        db.session.add(OrderStep(order_id=order.id, status=OrderStatus.PLACED, at=now, actor_id=order.buyer_account_id))
    db.session.flush()


def _order(checkout: Checkout, draft: OrderDraft, prospect: Prospect) -> Order:
    buyer, referral = prospect.buyer, prospect.referral
    return Order(
        id=ids.uuid7(),
        checkout_id=checkout.id,
        seller_account_id=draft.seller_id,
        buyer_account_id=buyer.account_id,
        status=OrderStatus.PLACED,
        currency=buyer.currency,
        gross=draft.gross,
        tax=draft.tax,
        shipping=draft.shipping,
        base=draft.base,
        terms=prospect.terms.as_json(),
        home_hub_id=None if prospect.home_hub_id == checkout.hub_id else prospect.home_hub_id,
        referrer_account_id=referral.account_id if referral else None,
        referral_code=referral.code if referral else None,
        channel=referral.channel if referral else "direct",
        delivery=draft.delivery,
        address=dict(buyer.address) if buyer.address and draft.delivery == Delivery.SHIP else None,
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


def card_lines(*, drafts: Sequence[OrderDraft]) -> list[payments.Line]:
    """What the card page lists."""
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
