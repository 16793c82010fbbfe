"""Reading the catalogue: the market's pages, a seller's listings, pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    Uuid,
    bindparam,
    exists,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.orm import aliased, load_only

from hubapp.kernel.db import db, standing
from hubapp.market.catalogue.errors import NoSuchListing
from hubapp.market.catalogue.models import Kind, Listing, ListingImage, Status

PAGE = 24
# More are not counted one by one: a number on a front page says as much, and costs the same in a hub of any size.
MOST_COUNTED = 1_000


@dataclass(frozen=True, slots=True)
class Page:
    """Some listings, newest first; `next_before` continues after them."""

    listings: Sequence[Listing]
    next_before: UUID | None


def sellers_among(account_ids: Iterable[UUID]) -> set[UUID]:
    """Those of some accounts who sell something here now."""
    statement = select(Listing.seller_account_id).where(
        Listing.seller_account_id.in_(list(account_ids)), Listing.status == Status.LIVE
    )
    return {account_id for account_id in db.session.scalars(statement) if account_id is not None}


def count_sellers() -> int:
    """How many people sell something here now."""
    counted = select(func.count(Listing.seller_account_id.distinct())).where(Listing.status == Status.LIVE)
    return db.session.scalar(counted) or 0


class Picture(Protocol):
    """A stored picture: its id, and the widths in which there are files (pixels, ascending)."""

    @property
    def id(self) -> UUID:
        """Of the stored picture."""

    @property
    def widths(self) -> Sequence[int]:
        """At least one."""


class Cover(NamedTuple):
    """The first picture of a listing."""

    id: UUID
    widths: Sequence[int]


@dataclass(frozen=True, slots=True)
class Window:
    """What a front page shows of the market: the newest listings, how many are live, whether the reader has any.

    `live` is at most MOST_COUNTED + 1, which stands for any number above.
    """

    listings: Sequence[Listing]
    covers: dict[UUID, Cover]
    live: int
    sells: bool


_SHELF, _OWN = aliased(Listing), aliased(Listing)
_COUNTED = select(_SHELF.id).where(_SHELF.status == Status.LIVE).limit(MOST_COUNTED + 1)
_COVER = (
    select(ListingImage.id, ListingImage.widths)
    .where(ListingImage.hub_id == Listing.hub_id, ListingImage.listing_id == Listing.id)
    .order_by(ListingImage.position, ListingImage.id)
    .limit(1)
    .lateral("cover")
)
# What a card shows; a text may be long, and none is shown.
_ON_A_CARD = load_only(
    Listing.seller_account_id,
    Listing.kind,
    Listing.title,
    Listing.price,
    Listing.currency,
    Listing.stock,
    Listing.reserved,
    Listing.sold,
    Listing.cover_seed,
    raiseload=True,
)
_WINDOW = standing(
    select(
        Listing,
        _COVER.c.id.label("cover_id"),
        _COVER.c.widths.label("cover_widths"),
        select(func.count()).select_from(_COUNTED.subquery()).scalar_subquery().label("live"),
        exists().where(_OWN.seller_account_id == bindparam("seller", type_=Uuid())).label("sells"),
    )
    .outerjoin(_COVER, true())
    .options(_ON_A_CARD)
    .where(Listing.status == Status.LIVE)
    .order_by(Listing.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


def market(*, kind: str | None = None, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Live listings, newest first, paged by key."""
    statement = select(Listing).where(Listing.status == Status.LIVE)
    if kind in set(Kind):
        statement = statement.where(Listing.kind == kind)
    return _newest(statement, before, limit)


def window(*, limit: int, reader_id: UUID | None) -> Window:
    """The market on a front page, in one query (two where nothing is for sale)."""
    rows = db.session.execute(_WINDOW, {"limit": limit, "seller": reader_id}).all()
    if rows:
        covers = {row.Listing.id: Cover(row.cover_id, row.cover_widths) for row in rows if row.cover_id is not None}
        return Window([row.Listing for row in rows], covers, rows[0].live, rows[0].sells)
    return Window((), {}, 0, reader_id is not None and bool(listings_of(seller_id=reader_id, limit=1).listings))


def _page(rows: Sequence[Listing], limit: int) -> Page:
    shown = rows[:limit]
    return Page(shown, shown[-1].id if len(rows) > limit else None)


def listing(listing_id: UUID) -> Listing:
    """A listing of this hub, whatever its state. Raises NoSuchListing."""
    found: Listing | None = db.session.scalar(select(Listing).where(Listing.id == listing_id))
    if found is None:
        raise NoSuchListing
    return found


def listings(ids: Iterable[UUID]) -> dict[UUID, Listing]:
    """Listings by id; those of other hubs are missing."""
    rows = db.session.scalars(select(Listing).where(Listing.id.in_(list(ids)))).all()
    return {row.id: row for row in rows}


def listings_of(*, seller_id: UUID | None, before: UUID | None = None, limit: int = PAGE) -> Page:
    """A seller's listings in every state, newest first (None: the core's)."""
    statement = select(Listing).where(Listing.seller_account_id == seller_id)
    return _newest(statement, before, limit)


def all_listings(*, status: str | None = None, before: UUID | None = None, limit: int = PAGE) -> Page:
    """Every listing of the hub, for those who manage them; members' drafts stay their own business."""
    statement = select(Listing).where(or_(Listing.status != Status.DRAFT, Listing.seller_account_id.is_(None)))
    if status in set(Status):
        statement = statement.where(Listing.status == status)
    return _newest(statement, before, limit)


def _newest(statement: Select[Listing], before: UUID | None, limit: int) -> Page:
    if before is not None:
        statement = statement.where(Listing.id < before)
    rows = db.session.scalars(statement.order_by(Listing.id.desc()).limit(limit + 1)).all()
    return _page(rows, limit)


def pictures(listing_ids: Iterable[UUID]) -> dict[UUID, list[ListingImage]]:
    """Pictures by listing, in their order."""
    rows = db.session.scalars(
        select(ListingImage)
        .where(ListingImage.listing_id.in_(list(listing_ids)))
        .order_by(ListingImage.listing_id, ListingImage.position, ListingImage.id)
    )
    grouped: dict[UUID, list[ListingImage]] = defaultdict(list)
    for row in rows:
        grouped[row.listing_id].append(row)
    return grouped


def covers(listing_ids: Iterable[UUID]) -> dict[UUID, Cover]:
    """The first picture of each listing that has any."""
    return {key: Cover(found[0].id, found[0].widths) for key, found in pictures(listing_ids).items()}


def picture(image_id: UUID) -> ListingImage | None:
    """A picture of this hub."""
    return db.session.scalar(select(ListingImage).where(ListingImage.id == image_id))


def count_live() -> int:
    """How many listings are for sale; at most MOST_COUNTED + 1."""
    return db.session.scalar(select(func.count()).select_from(_COUNTED.subquery())) or 0


def by_external_ref() -> dict[str, UUID]:
    """Listings that an import brought along, by their code in the system they came from."""
    rows = db.session.execute(select(Listing.external_ref, Listing.id).where(Listing.external_ref.is_not(None)))
    return {str(row.external_ref): row.id for row in rows}


def has_offered(account: Any) -> ColumnElement[bool]:
    """Whether an account (or each of a column) sells something now; to be asked along with other things."""
    return exists().where(Listing.seller_account_id == account, Listing.status == Status.LIVE)
