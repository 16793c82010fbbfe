"""What a hub's front page shows, gathered from the slices beneath in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.community.conversations.views import newest as conversations
from hubapp.community.conversations.views.newest import Said
from hubapp.community.gatherings import queries as gatherings
from hubapp.community.gatherings.views import cards as gathering_cards
from hubapp.home import payments
from hubapp.home.payments import Split
from hubapp.home.presentation import Site
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.views import cards as listing_cards
from hubapp.people.membership import queries as membership
from hubapp.people.membership import welcome as people
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards

NEWEST = 8
NEXT = 3
SECTIONS = (
    "hero",
    "facts",
    "start",
    "gatherings",
    "conversations",
    "listings",
    "needs",
    "orders_split",
    "connector",
    "members",
    "about",
)


@dataclass(frozen=True, slots=True)
class Front:
    """A hub's front page; `steps` is the member's checklist as (done, key), empty when all is done."""

    member: MemberView | None
    sections: tuple[str, ...]
    cards: tuple[listing_cards.Card, ...]
    live: int
    connectors: tuple[MemberView, ...]
    newest: tuple[MemberView, ...]
    steps: tuple[tuple[bool, str], ...]
    split: Split | None
    agenda: tuple[gathering_cards.Row, ...]
    said: tuple[Said, ...]


def sections_of(site: Site) -> tuple[str, ...]:
    """The hub's choice and order."""
    chosen = site.view.home.get("sections") or SECTIONS
    return tuple(section for section in chosen if section in SECTIONS)


def front(site: Site, reader_id: UUID | None, *, now: datetime) -> Front:
    """Everything on the page for a visitor (`reader_id` None), an account from elsewhere, or a member."""
    sections = sections_of(site)
    window = catalogue.window(limit=NEWEST, reader_id=reader_id)
    listings = window.listings if "listings" in sections else ()
    posts = conversations.posts() if reader_id is not None and "conversations" in sections else ()
    named = listing_cards.sellers(listings) | {post.author_id for post in posts}
    found = people.welcome(reader_id=reader_id, account_ids=named)
    member = guards.known(found.people.get(reader_id)) if reader_id is not None else None
    shows_members = "members" in sections and member is not None and site.view.features.get("members_directory", True)
    return Front(
        member=member,
        sections=sections,
        cards=tuple(listing_cards.cards(listings, members=found.people, covers=window.covers)) if listings else (),
        live=window.live,
        connectors=found.connectors if "connector" in sections else (),
        newest=tuple(membership.newest(6)) if shows_members else (),
        said=tuple(conversations.said(posts, found.people)) if member is not None else (),
        split=_split(site, member, now) if "orders_split" in sections else None,
        agenda=_agenda(site, now) if "gatherings" in sections else (),
        steps=_steps(site, member, sells=window.sells, has_invited=found.has_invited)
        if member and "start" in sections
        else (),
    )


def _agenda(site: Site, now: datetime) -> tuple[gathering_cards.Row, ...]:
    """The next gatherings with seats left."""
    if not site.view.features.get("events", True):
        return ()
    return tuple(gathering_cards.agenda(gatherings.next_with_seats(now=now, limit=NEXT)))


def _split(site: Site, member: MemberView | None, now: datetime) -> Split | None:
    return payments.split_for(account_id=member.account_id if member else None, currency=site.view.currency, now=now)


def _steps(site: Site, member: MemberView, *, sells: bool, has_invited: bool) -> tuple[tuple[bool, str], ...]:
    """Ticked from what the member really did here."""
    steps = [(True, "join"), (bool(member.about), "about"), (sells, "offer")]
    if site.view.features.get("referrals", True):
        steps.append((has_invited, "invite"))
    return () if all(done for done, _key in steps) else tuple(steps)
