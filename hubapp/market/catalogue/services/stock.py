"""Stock: taken under row locks in one order, so that the last one is sold once and nobody waits in a circle."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import Select, select, text
from sqlalchemy.orm.attributes import set_committed_value

from hubapp.kernel import arrays
from hubapp.kernel.arrays import INTEGER, Columns
from hubapp.kernel.arrays import UUID as UUID_COLUMN
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.catalogue.errors import NoSuchListing, NotForSale, OutOfStock
from hubapp.market.catalogue.models import Listing

PIECES: Columns = {"listing_id": UUID_COLUMN, "pieces": INTEGER}
RESERVE = text(
    "UPDATE listing SET reserved = reserved + wanted.pieces "  # noqa: S608  names of our own
    f"FROM unnest({arrays.arrays(PIECES)}) AS wanted (listing_id, pieces) "
    "WHERE hub_id = :hub AND id = wanted.listing_id"
)


def locked(*, statement: Select[Listing]) -> Select[Listing]:
    """Make others wait for the rows; without it two buyers of the last one would both have it."""
    # KEY SHARE of foreign keys may pass: inserting a line must not wait for a checkout.
    # What another transaction has just committed must be seen, not what this session read before.
    return statement.with_for_update(key_share=True).execution_options(populate_existing=True)


def _lock(listing_ids: Mapping[UUID, int]) -> dict[UUID, Listing]:
    """The listings, locked in ascending id until the transaction ends. Raises NoSuchListing."""
    rows = db.session.scalars(
        locked(statement=select(Listing).where(Listing.id.in_(sorted(listing_ids))).order_by(Listing.id))
    ).all()
    if len(rows) != len(listing_ids):
        raise NoSuchListing
    return {row.id: row for row in rows}


def offer(*, lines: Mapping[UUID, int]) -> dict[UUID, Listing]:
    """The listings, locked, if `lines` (listing → quantity) are there. Raises OutOfStock, NotForSale, NoSuchListing."""
    locked = _lock(lines)
    for listing_id, quantity in lines.items():
        listing = locked[listing_id]
        if not listing.is_live:
            raise NotForSale(listing.title)
        if listing.left is not None and listing.left < quantity:
            raise OutOfStock(title=listing.title, left=listing.left)
    return locked


def reserve(*, offered: Mapping[UUID, Listing], lines: Mapping[UUID, int]) -> None:
    """Put `lines` of what `offer` gave aside, once nothing can refuse any more."""
    rows = {"hub": require_hub_id(), **arrays.arrays_of(PIECES, lines.items())}
    db.session.execute(RESERVE, rows)
    for listing_id, quantity in lines.items():
        listing = offered[listing_id]
        set_committed_value(listing, "reserved", listing.reserved + quantity)


def release(*, lines: Mapping[UUID, int]) -> None:
    """Give reserved `lines` back."""
    for listing_id, listing in _lock(lines).items():
        listing.reserved -= lines[listing_id]
    db.session.flush()


def commit_sale(*, lines: Mapping[UUID, int]) -> None:
    """Reserved `lines` are sold now."""
    for listing_id, listing in _lock(lines).items():
        listing.reserved -= lines[listing_id]
        listing.sold += lines[listing_id]
    db.session.flush()


def hold(*, lines: Mapping[UUID, int]) -> None:
    """Make others wait for `lines` until this transaction ends: for whoever books before knowing what to take."""
    _lock(lines)


def take_late(*, lines: Mapping[UUID, int]) -> bool:
    """Sell `lines` whose reservation was given back already; False if not all of them are there any more."""
    locked = _lock(lines)
    for listing_id, listing in locked.items():
        if listing.left is not None and listing.left < lines[listing_id]:
            return False
    for listing_id, listing in locked.items():
        listing.sold += lines[listing_id]
    db.session.flush()
    return True


def restock(*, lines: Mapping[UUID, int]) -> None:
    """Sold `lines` came back: they can be bought again."""
    for listing_id, listing in _lock(lines).items():
        listing.sold -= lines[listing_id]
    db.session.flush()
