"""Who hears of a new member: the team, and who brought them, with thanks. And suspensions whose time is over."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.kernel.db import db
from hubapp.people.membership import queries, standing
from hubapp.people.membership.events import MemberJoined
from hubapp.people.membership.models import Membership
from hubapp.people.membership.notices import BROUGHT, JOINED
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.services import By


@on(MemberJoined)
def tell_of_new_member(event: MemberJoined) -> None:
    """Once per membership: whoever leaves and comes back is no news."""
    member = queries.member(event.account_id)
    if member is None or not member.is_active:
        return
    by, occasion, now = By(member.account_id, member.display_name), f"member:{member.id}", clock.now()
    path = f"/members/@{member.handle}" if member.is_listed else "/members"
    sponsor = queries.member_by_id(member.invited_by) if member.invited_by else None
    notifications.tell(
        kind=JOINED.name,
        to_account_ids=[
            one.account_id
            for one in queries.team()
            if one.may("members.view") and (sponsor is None or one.id != sponsor.id)
        ],
        hub_id=event.hub_id,
        about="members",
        occasion=occasion,
        path="/manage/members",
        context={},
        by=by,
        now=now,
    )
    if sponsor is not None:
        notifications.tell(
            kind=BROUGHT.name,
            to_account_ids=[sponsor.account_id],
            hub_id=event.hub_id,
            about="brought",
            occasion=occasion,
            path=path,
            context={},
            by=by,
            now=now,
        )


END = "membership.end_suspension"
BATCH = 500


@queue.task(END)
def end_suspension(membership_id: str) -> None:
    """Let somebody in again whose time is over."""
    standing.end_suspension(membership_id=UUID(membership_id), now=clock.now())


@queue.periodic("35 * * * * *", "membership.sweep_suspensions", platform="suspensions that are over, in all hubs")
def sweep_suspensions() -> None:
    """Find those that are over; a job each, in its hub."""
    over = select(Membership.hub_id, Membership.id).where(Membership.suspended_until <= clock.now()).limit(BATCH)
    rows = [(int(hub_id), str(one)) for hub_id, one in db.session.execute(over)]
    alive = queue.alive([f"{END}:{one}" for _hub, one in rows])
    for hub_id, one in rows:
        if f"{END}:{one}" not in alive:
            queue.enqueue(END, hub_id=hub_id, lock=f"{END}:{one}", arguments={"membership_id": one})
