"""Who hears of a new member: the hub's team, and the one who brought them, who is thanked."""

from __future__ import annotations

from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.membership import queries
from hubapp.people.membership.events import MemberJoined
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
