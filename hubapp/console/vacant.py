"""Hubs that nobody looks after run on under the core: what their connector would find under Today, for the console."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hubapp.community.moderation import queries as moderation
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.orders import queries as orders
from hubapp.market.orders import refund_queries
from hubapp.market.subscriptions import queries as subscriptions
from hubapp.money.payments import disputes
from hubapp.people.membership import network as membership
from hubapp.tenancy import network
from hubapp.tenancy.models import Hub, HubStatus
from hubapp.tenancy.platform import in_hub


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing to do there: what, how many of them, until when."""

    key: str
    count: int
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class VacantHub:
    """A hub without a connector, and what waits there, the most urgent first."""

    hub: Hub
    tasks: tuple[Waiting, ...]


def hubs(*, after: str, limit: int) -> tuple[list[VacantHub], str]:
    """A page of them by slug, and after which slug the next one begins ('': this is the last). Platform scope.

    Closed hubs have nothing to look after.
    """
    found = network.hubs(after=after, limit=limit + 1, without=membership.hubs_with_connector())
    following = found[limit - 1].slug if len(found) > limit else ""
    return [VacantHub(hub, _tasks(hub)) for hub in found[:limit] if hub.status != HubStatus.CLOSED], following


def _tasks(hub: Hub) -> tuple[Waiting, ...]:
    with in_hub(hub.id):
        tasks: Sequence[Waiting] = (
            Waiting("frozen", int(hub.status == HubStatus.FROZEN)),
            Waiting("disputes", *disputes.unanswered()),
            Waiting("refunds", *refund_queries.for_core()),
            Waiting("cases", moderation.count_open()),
            Waiting("orders", orders.open_tasks(None)),
            Waiting("behind", sum(subscriptions.count_behind())),
            Waiting("listing", int(catalogue.count_live() == 0)),
        )
    return tuple(task for task in tasks if task.count)
