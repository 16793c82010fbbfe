"""What the connector's first page shows: counts from the slices, and what to do next, ticked from data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hubapp.community.gatherings import queries as gatherings
from hubapp.community.gatherings.models import Gathering
from hubapp.community.moderation import queries as moderation
from hubapp.home.presentation import Site
from hubapp.kernel.money import Money
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries as orders
from hubapp.market.orders import refund_queries
from hubapp.market.subscriptions import queries as subscriptions
from hubapp.money.payments import disputes
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView, StandIn
from hubapp.tenancy.queries import HubView

RECENTLY = timedelta(days=7)
FEW_MEMBERS = 5


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do next: what, how often, until when; `worst`: how many of them are the worst of their kind."""

    key: str
    count: int = 1
    until: datetime | None = None
    worst: int = 0


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
    tasks: tuple[Task, ...]
    gatherings: tuple[Gathering, ...]


def today(site: Site, person: MemberView | StandIn, *, now: datetime) -> Today:
    """The hub as of `now`, for someone who helps to run it."""
    hub = site.view
    live = catalogue.count_live()
    sold = orders.paid_since(now - RECENTLY)
    plans = person.may("events.manage") and hub.features.get("events", True)
    soon = gatherings.coming(now=now, limit=3).gatherings if plans else ()
    return Today(
        members=hub.member_count,
        joined=membership.joined_since(now - RECENTLY),
        live=live,
        orders=sold[0],
        sold=Money(sold[1], hub.currency),
        since=now - RECENTLY,
        newest=tuple(membership.directory(limit=5, everyone=True)) if person.may("members.view") else (),
        tasks=tuple(
            task
            for task, permission in _tasks(hub, live, is_bare=plans and not soon)
            if task.count and person.may(permission)
        ),
        gatherings=tuple(soon),
    )


def _tasks(hub: HubView, live: int, *, is_bare: bool) -> tuple[tuple[Task, str], ...]:
    """(what there may be to do, who may do it), the most urgent first."""
    late, suspended = subscriptions.count_behind()
    return (
        (Task("frozen", not hub.is_selling), "hub.manage"),
        (Task("disputes", *disputes.unanswered()), "market.view"),
        (Task("refunds", *refund_queries.for_hub()), "refunds.grant"),
        (Task("behind", late + suspended, worst=suspended), "market.view"),
        (Task("moderation", moderation.count_open()), "moderation.view"),
        (Task("logo", not hub.has_logo), "brand.edit"),
        (Task("invite", hub.member_count < FEW_MEMBERS), "invites.manage"),
        (Task("listing", live == 0), "listings.manage"),
        (Task("gathering", is_bare), "events.manage"),
    )
