"""What a hub's front page shows, gathered from the slices beneath in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.community.conversations.views import newest as conversations
from hubapp.community.conversations.views.newest import Said
from hubapp.community.gatherings import queries as gatherings
from hubapp.community.gatherings.views import cards as gathering_cards
from hubapp.community.mentoring import queries as mentoring
from hubapp.community.mentoring.queries import Plan
from hubapp.home import badges, bands, payments, replying
from hubapp.home.bands import Band
from hubapp.home.payments import Split
from hubapp.home.presentation import Site
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue.views import cards as listing_cards
from hubapp.people.membership import welcome as people
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.people.membership.welcome import Welcome
from hubapp.people.profiles import queries as profiles
from hubapp.people.profiles.queries import Sought
from hubapp.tenancy import arrangement

NEWEST = 8
NEXT = 3
NEWEST_MEMBERS = 6
SOUGHT = 4


@dataclass(frozen=True, slots=True)
class Front:
    """A hub's front page; `steps` is the member's checklist as (done, key), empty when all is done.

    `replies`: how soon the connectors answer, for those who can write to them.
    """

    member: MemberView | None
    sections: tuple[str, ...]
    cards: tuple[listing_cards.Card, ...]
    live: int
    connectors: tuple[MemberView, ...]
    replies: str
    newest: tuple[MemberView, ...]
    steps: tuple[tuple[bool, str], ...]
    plan: Plan | None
    mentor: MemberView | None
    split: Split | None
    agenda: tuple[gathering_cards.Row, ...]
    said: tuple[Said, ...]
    sought: tuple[Sought, ...]
    about: str

    @property
    def bands(self) -> tuple[Band, ...]:
        """What there is to see beneath the promise, as it stands beneath and beside each other."""
        found = {
            "gatherings": self.agenda,
            "conversations": self.said,
            "members": self.newest,
            "needs": self.sought,
            "about": self.about,
            "orders_split": self.split,
            "start": self.member is None or self.plan or self.steps,
        }
        return bands.of(name for name in self.sections if name != arrangement.FIRST and found.get(name, True))


def sections_of(site: Site) -> tuple[str, ...]:
    """The hub's choice and order of what is not switched off."""
    shown = arrangement.shown(site.view.features)
    chosen = site.view.home.get("sections") or shown
    return arrangement.in_order([section for section in chosen if section in shown])


def front(site: Site, reader_id: UUID | None, *, now: datetime) -> Front:
    """Everything on the page for a visitor (`reader_id` None), an account from elsewhere, or a member."""
    sections = sections_of(site)
    window = catalogue.window(limit=NEWEST, reader_id=reader_id)
    listings = window.listings if "listings" in sections else ()
    posts = conversations.posts(reader_id) if reader_id is not None and "conversations" in sections else ()
    plan = _plan(site, reader_id, now) if "start" in sections else None
    named = listing_cards.sellers(listings) | {post.author_id for post in posts}
    named |= {plan.mentor_id} if plan is not None and plan.mentor_id is not None else set()
    found = people.welcome(reader_id=reader_id, account_ids=named)
    member = guards.known(found.people.get(reader_id)) if reader_id is not None else None
    shows_members = "members" in sections and member is not None and site.view.features.get("members_directory", True)
    return Front(
        member=member,
        sections=sections,
        cards=tuple(listing_cards.cards(listings, members=found.people, covers=window.covers)) if listings else (),
        live=window.live,
        connectors=found.connectors if "connector" in sections else (),
        replies=_replies(site, found.connectors, now) if member is not None and "connector" in sections else "",
        newest=_newest(member) if member is not None and shows_members else (),
        said=tuple(conversations.said(posts, found.people)) if member is not None else (),
        sought=tuple(profiles.sought(viewer_id=member.account_id, limit=SOUGHT))
        if member is not None and "needs" in sections
        else (),
        split=_split(site, member, now) if "orders_split" in sections else None,
        agenda=_agenda(site, now) if "gatherings" in sections else (),
        steps=_steps(site, has_about=found.has_about, sells=window.sells, has_invited=found.has_invited)
        if member and plan is None and "start" in sections
        else (),
        plan=plan if member is not None else None,
        mentor=_mentor(plan, found),
        about=site.texts.get("about", ""),
    )


def _plan(site: Site, reader_id: UUID | None, now: datetime) -> Plan | None:
    """A newcomer's own plan of first steps, which stands where others have the usual ones."""
    features = site.view.features
    if reader_id is None or not features.get("mentors", True) or not badges.is_new():
        return None
    return mentoring.plan(reader_id, features=features, now=now)


def _mentor(plan: Plan | None, found: Welcome) -> MemberView | None:
    """Who welcomes the newcomer; where that person has left since, a connector."""
    if plan is None:
        return None
    person = found.people.get(plan.mentor_id) if plan.mentor_id is not None else None
    if person is not None and person.is_active:
        return person
    return next((one for one in found.connectors if one.account_id != plan.account_id), None)


def _replies(site: Site, connectors: Sequence[MemberView], now: datetime) -> str:
    """How soon messages are answered, where there are messages."""
    if not site.view.features.get("messages", True):
        return ""
    return replying.words([one.account_id for one in connectors], now=now)


def _newest(member: MemberView) -> tuple[MemberView, ...]:
    """The members who joined last and may be seen by this one."""
    return tuple(profiles.directory(viewer_id=member.account_id, seen=(), limit=NEWEST_MEMBERS))


def _agenda(site: Site, now: datetime) -> tuple[gathering_cards.Row, ...]:
    """The next gatherings with seats left."""
    if not site.view.features.get("events", True):
        return ()
    return tuple(gathering_cards.agenda(gatherings.next_with_seats(now=now, limit=NEXT)))


def _split(site: Site, member: MemberView | None, now: datetime) -> Split | None:
    return payments.split_for(account_id=member.account_id if member else None, currency=site.view.currency, now=now)


def _steps(site: Site, *, has_about: bool, sells: bool, has_invited: bool) -> tuple[tuple[bool, str], ...]:
    """Ticked from what the member really did here."""
    steps = [(True, "join"), (has_about, "about"), (sells, "offer")]
    if site.view.features.get("referrals", True):
        steps.append((has_invited, "invite"))
    return () if all(done for done, _key in steps) else tuple(steps)
