"""Orders of what is no listing: another slice sells it, keeps count of it, has it paid on a page and gives it up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.earnings.shares import services as shares
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.market.orders import policies
from hubapp.market.orders.errors import OwnListing, TotalTooLarge
from hubapp.market.orders.models import Delivery
from hubapp.market.orders.policies import Wanted
from hubapp.market.orders.services import placing, writing
from hubapp.market.orders.services.placing import Buyer, Prospect
from hubapp.market.orders.services.writing import NewCheckout
from hubapp.tenancy import selling


@dataclass(frozen=True, slots=True)
class DirectOrder:
    """Some of one thing at a price in minor units with the tax inside; `seller_id` None: the core sells.

    `takes_place_at`: when it is over, from which its earnings are held. `expires_at`: until when it may be paid.
    """

    title: str
    kind: str
    seller_id: UUID | None
    quantity: int
    unit_price: int
    tax_category: str
    tax_rate: int
    takes_place_at: datetime
    expires_at: datetime


def place_direct_order(*, wanted: DirectOrder, buyer: Buyer, now: datetime) -> UUID:
    """Write the order, unpaid; answers its checkout. Refuses with HubFrozen, JoinFirst, OwnListing or TotalTooLarge."""
    with db.session.begin_nested():
        selling.refuse_if_frozen(require_hub_id())
        customer = placing.require_member(buyer=buyer, now=now)
        if wanted.seller_id == buyer.account_id:
            raise OwnListing(wanted.title)
        drafts = policies.drafts([_line(wanted)], Delivery.PICKUP)
        total = Money(drafts[0].gross, buyer.currency)
        if total.amount > policies.LARGEST_TOTAL:
            raise TotalTooLarge
        checkout = NewCheckout(ids.uuid7(), None, 0, total, None, now, wanted.expires_at, wanted.takes_place_at)
        prospect = Prospect(buyer, customer, shares.freeze_terms(now=now))
        writing.write_orders(checkout=checkout, drafts=drafts, prospect=prospect)
    return checkout.id


def _line(wanted: DirectOrder) -> Wanted:
    return Wanted(
        listing_id=None,
        seller_id=wanted.seller_id,
        title=wanted.title,
        kind=wanted.kind,
        quantity=wanted.quantity,
        unit_price=wanted.unit_price,
        has_pickup=True,
        shipping_price=None,
        tax_category=wanted.tax_category,
        tax_rate=wanted.tax_rate,
    )
