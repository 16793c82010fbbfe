"""Listings as pages show them: names of sellers, addresses of pictures, words for kinds and states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from flask import url_for
from flask_babel import gettext as _

from hubapp.market.catalogue import queries
from hubapp.market.catalogue.models import Kind, Listing, Status
from hubapp.market.catalogue.queries import Cover, Picture
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.web import areas
from hubapp.web.render import money


@dataclass(frozen=True, slots=True)
class Card:
    """One listing in a list."""

    listing: Listing
    href: str
    kind: str
    price: str
    by: str
    image_url: str
    gone: str


def kinds() -> dict[str, str]:
    """Kind → its word on a card."""
    return {
        Kind.PRODUCT: _("Product"),
        Kind.OFFER: _("Offer"),
        Kind.PLACE: _("Places"),
        Kind.MEMBERSHIP: _("Membership"),
    }


def price_of(listing: Listing) -> str:
    """What one costs; a membership each month."""
    price = money(listing.money)
    return price if listing.is_sold_singly else _("%(price)s a month", price=price)


def states() -> dict[str, tuple[str, str]]:
    """Status → (word, tone)."""
    return {
        Status.DRAFT: (_("Draft"), "neutral"),
        Status.LIVE: (_("For sale"), "good"),
        Status.WITHDRAWN: (_("Withdrawn"), "warn"),
    }


def sellers(listings: Iterable[Listing]) -> set[UUID]:
    """Accounts that sell these."""
    return {listing.seller_account_id for listing in listings if listing.seller_account_id is not None}


def seller_names(
    account_ids: Iterable[UUID | None], *, members: Mapping[UUID, MemberView] | None = None
) -> dict[UUID | None, str]:
    """Seller → name in this hub; the core sells under the hub's name. `members`: if they were asked for already."""
    ids = {account_id for account_id in account_ids if account_id is not None}
    members = membership.members_of(ids) if members is None else members
    names: dict[UUID | None, str] = {account_id: member.display_name for account_id, member in members.items()}
    return {**dict.fromkeys(ids, _("Former member")), **names, None: areas.current_hub().name}


def picture_url(picture: Picture, width: int) -> str:
    """The picture in the smallest size that is at least `width` wide, else its largest."""
    fitting = next((have for have in picture.widths if have >= width), picture.widths[-1])
    return url_for("market.picture", image_id=picture.id, width=fitting)


def srcset(picture: Picture) -> str:
    """All sizes, for the browser to choose."""
    return ", ".join(
        f"{url_for('market.picture', image_id=picture.id, width=width)} {width}w" for width in picture.widths
    )


def cards(
    listings: Sequence[Listing],
    *,
    members: Mapping[UUID, MemberView] | None = None,
    covers: Mapping[UUID, Cover] | None = None,
) -> list[Card]:
    """Listings with all that a list shows of them, in two queries: for their sellers and covers, unless given."""
    covers = queries.covers(listing.id for listing in listings) if covers is None else covers
    names = seller_names(sellers(listings), members=members)
    words = kinds()
    return [
        Card(
            listing=listing,
            href=url_for("market.detail", listing_id=listing.id),
            kind=words[listing.kind],
            price=price_of(listing),
            by=names[listing.seller_account_id],
            image_url=picture_url(covers[listing.id], 320) if listing.id in covers else "",
            gone=_("Sold out") if listing.is_sold_out else "",
        )
        for listing in listings
    ]
