"""What the connector's first page shows: counts from the slices, and what to do next, ticked from data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hubapp.community.gatherings import queries as gatherings
from hubapp.community.gatherings.models import Gathering
from hubapp.home.presentation import Site
from hubapp.kernel.money import Money
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries as orders
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView

RECENTLY = timedelta(days=7)
FEW_MEMBERS = 5


@dataclass(frozen=True, slots=True)
class Today:
    """Numbers of the hub, its newest members, and the keys of what to do next."""

    members: int
    joined: int
    live: int
    orders: int
    sold: Money
    since: datetime
    newest: tuple[MemberView, ...]
    tasks: tuple[str, ...]
    gatherings: tuple[Gathering, ...]


def today(site: Site, person: MemberView, *, now: datetime) -> Today:
    """The hub as of `now`, for someone who helps to run it."""
    hub = site.view
    live = catalogue.count_live()
    sold = orders.paid_since(now - RECENTLY)
    plans = person.may("events.manage") and hub.features.get("events", True)
    soon = gatherings.coming(now=now, limit=3).gatherings if plans else ()
    tasks = (
        ("frozen", not hub.is_selling, "hub.manage"),
        ("logo", not hub.has_logo, "brand.edit"),
        ("invite", hub.member_count < FEW_MEMBERS, "invites.manage"),
        ("listing", live == 0, "listings.manage"),
        ("gathering", bool(plans) and not soon, "events.manage"),
    )
    return Today(
        members=hub.member_count,
        joined=membership.joined_since(now - RECENTLY),
        live=live,
        orders=sold[0],
        sold=Money(sold[1], hub.currency),
        since=now - RECENTLY,
        newest=tuple(membership.directory(limit=5, everyone=True)) if person.may("members.view") else (),
        tasks=tuple(key for key, is_due, permission in tasks if is_due and person.may(permission)),
        gatherings=soon,
    )
