"""Whoever joins is welcomed; and each night, plans that nobody followed are put away."""

from __future__ import annotations

from hubapp.community.mentoring import services
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import require_hub_id
from hubapp.people.membership.events import ConnectorChanged, MemberJoined
from hubapp.tenancy import queries as tenancy

LAPSE = "mentoring.lapse"


@on(MemberJoined)
def welcome(event: MemberJoined) -> None:
    """Once per person and hub, where the hub wants it."""
    if tenancy.hub_view(require_hub_id()).features.get("mentors", True):
        services.welcome(account_id=event.account_id, now=clock.now())


@on(ConnectorChanged)
def hand_on(event: ConnectorChanged) -> None:  # noqa: ARG001  the hub is in scope
    """Whoever stood in as a mentor because of a role that they have no more."""
    services.hand_on(now=clock.now())


@queue.periodic("0 20 4 * * *", LAPSE, platform="plans of all hubs")
def lapse() -> None:
    """Put old plans away."""
    services.lapse(now=clock.now())
