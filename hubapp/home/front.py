"""What a hub's front page shows, gathered from the slices beneath in a fixed number of queries."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hubapp.home import payments
from hubapp.home.payments import Split
from hubapp.home.presentation import Site
from hubapp.kernel.money import Money
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.models import Listing
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView

NEWEST = 8
SECTIONS = ("hero", "facts", "start", "listings", "needs", "orders_split", "connector", "members", "about")


@dataclass(frozen=True, slots=True)
class Card:
    """A listing on the front page; `image` is a picture's id or None."""

    id: uuid.UUID
    title: str
    kind: str
    price: Money
    seller: str
    image: uuid.UUID | None
    seed: str
    is_sold_out: bool

    def image_url(self, root: str) -> str:
        """Where the picture is served; '' where there is none, and the card draws a tile."""
        return f"{root}/market/pictures/{self.image}" if self.image else ""


@dataclass(frozen=True, slots=True)
class Front:
    """A hub's front page; `steps` is the member's checklist as (done, key), empty when all is done."""

    sections: tuple[str, ...]
    cards: tuple[Card, ...]
    live: int
    connectors: tuple[MemberView, ...]
    newest: tuple[MemberView, ...]
    steps: tuple[tuple[bool, str], ...]
    split: Split | None


def sections_of(site: Site) -> tuple[str, ...]:
    """The hub's choice and order."""
    chosen = site.view.home.get("sections") or SECTIONS
    return tuple(section for section in chosen if section in SECTIONS)


def front(site: Site, member: MemberView | None, *, now: datetime) -> Front:
    """Everything on the page for a visitor (`member` None) or a member."""
    sections = sections_of(site)
    listings = catalogue.market(limit=NEWEST).listings if "listings" in sections else ()
    shows_members = "members" in sections and member is not None and site.view.features.get("members_directory", True)
    return Front(
        sections=sections,
        cards=_cards(listings),
        live=catalogue.count_live() if "facts" in sections else 0,
        connectors=tuple(membership.connectors()) if "connector" in sections else (),
        newest=tuple(membership.newest(6)) if shows_members else (),
        split=_split(site, member, now) if "orders_split" in sections else None,
        steps=_steps(site, member) if member is not None and "start" in sections else (),
    )


def _cards(listings: Sequence[Listing]) -> tuple[Card, ...]:
    if not listings:
        return ()
    pictures = catalogue.pictures(listing.id for listing in listings)
    sellers = membership.members_of({row.seller_account_id for row in listings if row.seller_account_id is not None})
    return tuple(
        Card(
            id=row.id,
            title=row.title,
            kind=row.kind,
            price=Money(row.price, row.currency),
            seller=sellers[row.seller_account_id].display_name if row.seller_account_id in sellers else "",
            image=pictures[row.id][0].id if pictures.get(row.id) else None,
            seed=str(row.cover_seed),
            is_sold_out=row.stock is not None and row.stock - row.reserved - row.sold <= 0,
        )
        for row in listings
    )


def _split(site: Site, member: MemberView | None, now: datetime) -> Split | None:
    return payments.split_for(account_id=member.account_id if member else None, currency=site.view.currency, now=now)


def _steps(site: Site, member: MemberView) -> tuple[tuple[bool, str], ...]:
    """Ticked from what the member really did here, in one query each."""
    steps = [
        (True, "join"),
        (bool(member.about), "about"),
        (bool(catalogue.listings_of(seller_id=member.account_id, limit=1).listings), "offer"),
    ]
    if site.view.features.get("referrals", True):
        steps.append((bool(membership.invited_by(member.id, limit=1)), "invite"))
    return () if all(done for done, _key in steps) else tuple(steps)
