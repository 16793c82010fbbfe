"""The basket: filled before signing in, claimed by the account that signs in, emptied by ordering."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, delete, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm.attributes import set_committed_value

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.errors import NotForSale, OutOfStock
from hubapp.market.catalogue.models import Listing
from hubapp.market.orders import policies
from hubapp.market.orders.errors import BasketFull, NoSuchCheckout, OwnListing, QuantityOutOfRange
from hubapp.market.orders.models import Basket, BasketLine, Checkout, Order, OrderLine

# Made once: every order asks.
_LINES = select(func.jsonb_object_agg(BasketLine.listing_id, BasketLine.quantity)).where(
    BasketLine.hub_id == Basket.hub_id, BasketLine.basket_id == Basket.id
)
_WITH_LINES = (
    select(Basket, _LINES.scalar_subquery())
    .where(Basket.account_id == bindparam("account", type_=Uuid()))
    .execution_options(populate_existing=True)
)
_EMPTY = text(
    "WITH emptied AS (DELETE FROM basket_line WHERE hub_id = :hub AND basket_id = :basket) "
    "UPDATE basket SET version = :version, updated_at = :now WHERE hub_id = :hub AND id = :basket"
)


def open_basket(*, account_id: UUID | None, basket_id: UUID | None, now: datetime) -> Basket:
    """The basket of a person, made if there is none: the account's, else the session's own (`basket_id`)."""
    if account_id is not None:
        if basket_id is not None:
            return claim_basket(basket_id=basket_id, account_id=account_id, now=now)
        return _of_account(account_id, now)
    if basket_id is not None:
        found: Basket | None = db.session.scalar(
            select(Basket).where(Basket.id == basket_id, Basket.account_id.is_(None))
        )
        if found is not None:
            return found
    basket = Basket(id=ids.uuid7(), account_id=None, version=1, updated_at=now)
    db.session.add(basket)
    db.session.flush()
    return basket


def claim_basket(*, basket_id: UUID, account_id: UUID, now: datetime) -> Basket:
    """Pour what was put aside before signing in into the account's basket; the session's basket is gone then."""
    mine = _of_account(account_id, now)
    loose = db.session.scalar(
        select(Basket).where(Basket.id == basket_id, Basket.account_id.is_(None)).with_for_update()
    )
    if loose is None:
        return mine
    lines = db.session.scalars(select(BasketLine).where(BasketLine.basket_id == loose.id)).all()
    listings = catalogue.listings(line.listing_id for line in lines)
    for line in lines:
        listing = listings[line.listing_id]
        if listing.seller_account_id != account_id:
            _add(mine, listing, line.quantity, most=policies.MOST_PIECES)
    db.session.execute(delete(BasketLine).where(BasketLine.basket_id == loose.id))
    db.session.delete(loose)
    _touch(mine, now)
    return mine


def put_in_basket(*, basket_id: UUID, listing_id: UUID, quantity: int, now: datetime) -> None:
    """Add some of a listing.

    Refuses with NoSuchListing, NotForSale, OwnListing, OutOfStock, QuantityOutOfRange or BasketFull.
    """
    basket = _locked(basket_id)
    listing = catalogue.listing(listing_id)
    if not listing.is_live or not listing.is_sold_singly:
        raise NotForSale(listing.title)
    if basket.account_id is not None and listing.seller_account_id == basket.account_id:
        raise OwnListing(listing.title)
    line = _line(basket_id, listing_id)
    if line is None and _count(basket_id) >= policies.MOST_LINES:
        raise BasketFull(policies.MOST_LINES)
    _refuse_quantity(listing, quantity + (line.quantity if line else 0))
    _add(basket, listing, quantity, most=policies.MOST_PIECES)
    _touch(basket, now)


def change_quantity(*, basket_id: UUID, listing_id: UUID, quantity: int, now: datetime) -> None:
    """Set how many are wanted; 0 removes the line. Refuses with OutOfStock or QuantityOutOfRange."""
    basket = _locked(basket_id)
    line = _line(basket_id, listing_id)
    if line is None:
        return
    if quantity == 0:
        db.session.delete(line)
    else:
        _refuse_quantity(catalogue.listing(listing_id), quantity)
        line.quantity = quantity
    _touch(basket, now)


def restore_basket(*, checkout_id: UUID, buyer_id: UUID, now: datetime) -> None:
    """Put what a checkout was about back into the buyer's basket, once. Refuses with NoSuchCheckout."""
    checkout = db.session.scalar(
        select(Checkout).where(Checkout.id == checkout_id, Checkout.buyer_account_id == buyer_id).with_for_update()
    )
    if checkout is None:
        raise NoSuchCheckout
    if checkout.is_restored or checkout.basket_id is None:
        return
    checkout.is_restored = True
    basket = _of_account(buyer_id, now)
    lines = db.session.scalars(
        select(OrderLine)
        .join(Order, (Order.hub_id == OrderLine.hub_id) & (Order.id == OrderLine.order_id))
        .where(Order.checkout_id == checkout_id)
    ).all()
    listings = catalogue.listings(line.listing_id for line in lines if line.listing_id is not None)
    for line in lines:
        listing = listings.get(line.listing_id) if line.listing_id is not None else None
        if listing is not None and listing.is_live:
            _add(basket, listing, line.quantity, most=policies.MOST_PIECES)
    _touch(basket, now)


def locked_basket(*, account_id: UUID) -> tuple[Basket, dict[UUID, int]] | None:
    """The account's basket with its lines (listing → pieces), locked until the transaction ends: a second click waits.

    Whoever had to wait gets the basket's version as it is and its lines as they were: only with the version that a page
    showed do they belong together.
    """
    row = db.session.execute(_WITH_LINES.with_for_update(of=Basket), {"account": account_id}).one_or_none()
    return (
        None if row is None else (row[0], {UUID(listing_id): pieces for listing_id, pieces in (row[1] or {}).items()})
    )


def empty(*, basket: Basket, now: datetime) -> None:
    """Take everything out of a locked basket, whose version grows."""
    changed = {"hub": basket.hub_id, "basket": basket.id, "version": basket.version + 1, "now": now}
    db.session.execute(_EMPTY, changed)
    set_committed_value(basket, "version", changed["version"])
    set_committed_value(basket, "updated_at", now)


def _of_account(account_id: UUID, now: datetime) -> Basket:
    # ON CONFLICT: two windows may open the first basket of an account at once.
    statement = insert(Basket).values(
        hub_id=require_hub_id(), id=ids.uuid7(), account_id=account_id, version=1, updated_at=now
    )
    db.session.execute(statement.on_conflict_do_nothing(index_elements=["hub_id", "account_id"]))
    return db.session.scalars(select(Basket).where(Basket.account_id == account_id).with_for_update()).one()


def _locked(basket_id: UUID) -> Basket:
    return db.session.scalars(select(Basket).where(Basket.id == basket_id).with_for_update()).one()


def _line(basket_id: UUID, listing_id: UUID) -> BasketLine | None:
    found: BasketLine | None = db.session.scalar(
        select(BasketLine).where(BasketLine.basket_id == basket_id, BasketLine.listing_id == listing_id)
    )
    return found


def _count(basket_id: UUID) -> int:
    return db.session.scalar(select(func.count()).select_from(BasketLine).where(BasketLine.basket_id == basket_id)) or 0


def _refuse_quantity(listing: Listing, quantity: int) -> None:
    if not 1 <= quantity <= policies.MOST_PIECES:
        raise QuantityOutOfRange(policies.MOST_PIECES)
    if listing.left is not None and quantity > listing.left:
        raise OutOfStock(title=listing.title, left=listing.left)


def _add(basket: Basket, listing: Listing, quantity: int, *, most: int) -> None:
    line = _line(basket.id, listing.id)
    if line is None:
        line = BasketLine(id=ids.uuid7(), basket_id=basket.id, listing_id=listing.id, quantity=0)
        db.session.add(line)
    line.quantity = min(most, line.quantity + quantity)
    # Whoever puts something in has just been shown what it costs.
    line.price_seen, line.shipping_seen = listing.price, listing.shipping_price
    db.session.flush()


def _touch(basket: Basket, now: datetime) -> None:
    basket.version += 1
    basket.updated_at = now
    db.session.flush()
