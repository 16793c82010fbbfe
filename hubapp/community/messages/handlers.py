"""Who hears of a message: those who have not read it when its turn comes, unless they muted it or its author."""

from __future__ import annotations

from hubapp.community.messages import queries, services
from hubapp.community.messages.events import MessageSent
from hubapp.community.messages.notices import RECEIVED
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.services import By
from hubapp.people.profiles import queries as profiles


@on(MessageSent)
def tell_of_message(event: MessageSent) -> None:
    """Each of them once; of what is said, a notice holds nothing."""
    author = membership.member(event.author_id)
    if author is None:
        return
    people = queries.recipients(event.thread_id, message_id=event.message_id, author_id=event.author_id)
    deaf = profiles.who_block(event.author_id, among=people)
    notifications.tell(
        kind=RECEIVED.name,
        to_account_ids=[one for one in people if one not in deaf],
        hub_id=event.hub_id,
        about=services.about(thread_id=event.thread_id),
        occasion=f"message:{event.message_id}",
        path=f"/messages/{event.thread_id}",
        context={},
        by=By(author.account_id, author.display_name),
        now=clock.now(),
    )
