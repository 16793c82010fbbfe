"""Listings by their sellers: written, changed, published, withdrawn; and taken down by the hub."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.catalogue import policies
from hubapp.market.catalogue.errors import (
    HubsOnly,
    MembersOnly,
    NoSuchListing,
    NotByPlan,
    NotChargeable,
    NotMonthly,
    TakenDown,
    TooFew,
    UnknownTaxCategory,
)
from hubapp.market.catalogue.models import Kind, Listing, Status
from hubapp.market.catalogue.policies import ListingText
from hubapp.money.payments import queries as payments
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

# What places and memberships cost is shared at the sale.
BY_PLAN = frozenset({Kind.PRODUCT, Kind.OFFER})


def create_listing(
    *, seller_id: UUID | None, text: ListingText, tax_rates: Mapping[str, int], now: datetime
) -> Listing:
    """Write down a draft of this seller (None: the core).

    Refuses with MembersOnly, HubsOnly, NotMonthly, UnknownTaxCategory, NotChargeable or TooManyAttempts.
    """
    _refuse(seller_id, text, tax_rates)
    if seller_id is not None:
        throttle.limit(kind="listing account", subject=f"{require_hub_id()}:{seller_id}", now=now)
    listing = Listing(
        id=ids.uuid7(),
        seller_account_id=seller_id,
        kind=text.kind,
        currency=text.price.currency,
        stock=text.left,
        reserved=0,
        sold=0,
        status=Status.DRAFT,
        cover_seed=text.title,  # its picture goes with its name, wherever and whenever it is written
        created_at=now,
        updated_at=now,
        **_words(text),
    )
    db.session.add(listing)
    db.session.flush()
    return listing


def edit_listing(
    *,
    listing_id: UUID,
    seller_id: UUID | None,
    text: ListingText,
    left_was: int | None,
    tax_rates: Mapping[str, int],
    now: datetime,
) -> Listing:
    """Change a listing; orders placed before keep what they were placed with.

    `left_was` is what the form showed as left. Refuses with NoSuchListing, MembersOnly, TooFew,
    UnknownTaxCategory or NotChargeable.
    """
    listing = _own(listing_id, seller_id)
    _refuse(seller_id, text, tax_rates)
    taken = listing.reserved + listing.sold
    stock = policies.stock_after_edit(stock=listing.stock, taken=taken, left=text.left, left_was=left_was)
    if stock is not None and stock < taken:
        raise TooFew
    listing.stock = stock
    listing.kind = text.kind
    for name, value in _words(text).items():
        setattr(listing, name, value)
    listing.updated_at = now
    db.session.flush()
    return listing


def publish(*, listing_id: UUID, seller_id: UUID | None, now: datetime) -> Listing:
    """Put a listing up for sale. Refuses with NoSuchListing, MembersOnly, or TakenDown by the hub."""
    if seller_id is not None:
        standing.keep_active(seller_id, otherwise=MembersOnly())
    listing = _own(listing_id, seller_id)
    if listing.withdrawn_reason is not None:
        raise TakenDown(listing.withdrawn_reason)
    listing.status, listing.barred_at = Status.LIVE, None
    listing.updated_at = now
    db.session.flush()
    return listing


def withdraw(*, listing_id: UUID, seller_id: UUID | None, now: datetime) -> Listing:
    """Take one's own listing off the market; open checkouts keep what they reserved."""
    listing = _own(listing_id, seller_id)
    listing.status, listing.barred_at = Status.WITHDRAWN, None
    listing.updated_at = now
    db.session.flush()
    return listing


def take_down(*, listing_id: UUID, reason: str, actor: Actor, now: datetime) -> Listing:
    """Take anybody's listing off the market, with the reason its seller reads. Refuses with NoSuchListing."""
    listing = _locked(listing_id)
    if listing.status == Status.DRAFT:
        raise NoSuchListing
    if listing.withdrawn_reason is None:
        listing.taken_from = Status.LIVE if listing.barred_at is not None else listing.status
    listing.status = Status.WITHDRAWN
    listing.withdrawn_reason = reason.strip()
    listing.updated_at = now
    audit.record(
        actor=actor,
        action="listing.take_down",
        now=now,
        hub_id=require_hub_id(),
        subject=f"listing:{listing_id}",
        reason=listing.withdrawn_reason,
    )
    db.session.flush()
    return listing


def put_back(*, listing_id: UUID, actor: Actor, now: datetime) -> Listing:
    """Undo taking it down; it is not for sale while its seller is suspended, or gone. Refuses with NoSuchListing."""
    listing = _locked(listing_id)
    if listing.withdrawn_reason is None:
        return listing
    was_live, listing.withdrawn_reason, listing.taken_from = listing.taken_from == Status.LIVE, None, None
    seller = membership.member(listing.seller_account_id) if listing.seller_account_id else None
    if was_live and seller is not None and seller.is_suspended:
        listing.barred_at = listing.barred_at or now  # back on sale when they are
    elif was_live and listing.barred_at is None and (listing.seller_account_id is None or _is_here(seller)):
        listing.status = Status.LIVE
    listing.updated_at = now
    subject = f"listing:{listing_id}"
    audit.record(actor=actor, action="listing.put_back", now=now, hub_id=require_hub_id(), subject=subject)
    db.session.flush()
    return listing


def _is_here(seller: MemberView | None) -> bool:
    return seller is not None and seller.is_active


def _words(text: ListingText) -> dict[str, object]:
    return {
        "title": text.title.strip(),
        "slug": policies.slug_of(text.title),
        "body_md": text.body_md.strip(),
        "price": text.price.amount,
        "has_pickup": text.has_pickup,
        "shipping_price": None if text.shipping_price is None else text.shipping_price.amount,
        "tax_category": text.tax_category,
        "is_monthly": text.is_monthly or text.kind == Kind.MEMBERSHIP,
        "plan_kind": text.plan_kind,
        "plan_points": text.plan_points if text.plan_kind else 0,
    }


def _locked(listing_id: UUID) -> Listing:
    statement = select(Listing).where(Listing.id == listing_id).with_for_update(key_share=True)
    listing: Listing | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if listing is None:
        raise NoSuchListing
    return listing


def _own(listing_id: UUID, seller_id: UUID | None) -> Listing:
    listing = _locked(listing_id)
    if listing.seller_account_id != seller_id:
        raise NoSuchListing
    return listing


def _refuse(seller_id: UUID | None, text: ListingText, tax_rates: Mapping[str, int]) -> None:
    """Refuses with MembersOnly, HubsOnly, NotMonthly, NotByPlan, UnknownTaxCategory or NotChargeable."""
    _refuse_strangers(seller_id)
    if text.kind == Kind.MEMBERSHIP and seller_id is not None:
        raise HubsOnly
    if text.kind == Kind.PLACE and text.is_monthly:
        raise NotMonthly
    if text.plan_kind and (seller_id is not None or text.kind not in BY_PLAN):
        raise NotByPlan
    if text.tax_category not in tax_rates:
        raise UnknownTaxCategory
    for field, amount in (("price", text.price), ("shipping_price", text.shipping_price)):
        step = 1 if amount is None else payments.chargeable_step(amount.currency)
        if amount is not None and amount.amount % step:
            raise NotChargeable(currency=amount.currency, step=step, field=field)


def _refuse_strangers(seller_id: UUID | None) -> None:
    if seller_id is None:
        return
    standing.require_active(seller_id, otherwise=MembersOnly())
