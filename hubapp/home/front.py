"""What a hub's front page shows, gathered from the slices beneath in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hubapp.home import payments
from hubapp.home.payments import Split
from hubapp.home.presentation import Site
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.views import cards as listing_cards
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView

NEWEST = 8
SECTIONS = ("hero", "facts", "start", "listings", "needs", "orders_split", "connector", "members", "about")


@dataclass(frozen=True, slots=True)
class Front:
    """A hub's front page; `steps` is the member's checklist as (done, key), empty when all is done."""

    sections: tuple[str, ...]
    cards: tuple[listing_cards.Card, ...]
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
        cards=tuple(listing_cards.cards(listings)) if listings else (),
        live=catalogue.count_live() if "facts" in sections else 0,
        connectors=tuple(membership.connectors()) if "connector" in sections else (),
        newest=tuple(membership.newest(6)) if shows_members else (),
        split=_split(site, member, now) if "orders_split" in sections else None,
        steps=_steps(site, member) if member is not None and "start" in sections else (),
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
