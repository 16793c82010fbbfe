"""Who hears of what is written; and each night drafts that nobody came back for are forgotten."""

from __future__ import annotations

from uuid import UUID

from hubapp.community.conversations import policies, queries, services, told
from hubapp.community.conversations.events import CommentWritten, MemberMentioned
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.conversations.notices import ANSWERED, NAMED
from hubapp.jobs import queue
from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.services import By
from hubapp.people.profiles import queries as profiles

SWEEP = "conversations.sweep_drafts"


@queue.periodic("0 50 3 * * *", SWEEP, platform="old drafts of all hubs")
def sweep() -> None:
    """Forget old drafts."""
    services.sweep_drafts(now=clock.wall())


@on(CommentWritten)
def tell_of_answer(event: CommentWritten) -> None:
    """Whoever wrote in this conversation, and is not named in the answer: they hear of that."""
    post, comment = queries.post(event.post_id), queries.comment(event.comment_id, post_id=event.post_id)
    by = _by(event.author_id)
    if by is None or not post.is_readable or not comment.is_readable:
        return
    concerned = queries.writers(event.post_id) - queries.named_in(post_id=event.post_id, comment_id=event.comment_id)
    notifications.tell(
        kind=ANSWERED.name,
        to_account_ids=concerned - profiles.who_block(event.author_id, among=concerned),
        hub_id=event.hub_id,
        about=told.about(event.post_id),
        occasion=f"comment:{event.comment_id}",
        path=told.path(event.post_id, event.comment_id),
        context={"title": _title(post), "words": _words(comment)},
        by=by,
        now=clock.now(),
    )


@on(MemberMentioned)
def tell_who_is_named(event: MemberMentioned) -> None:
    """At once, unless they choose otherwise: somebody speaks to them."""
    post = queries.post(event.post_id)
    said = post if event.comment_id is None else queries.comment(event.comment_id, post_id=event.post_id)
    by = _by(event.author_id)
    if by is None or not post.is_readable or not said.is_readable:
        return
    notifications.tell(
        kind=NAMED.name,
        to_account_ids={event.account_id} - profiles.who_block(event.author_id, among=[event.account_id]),
        hub_id=event.hub_id,
        about=told.about(event.post_id),
        occasion=f"named:{said.id}",
        path=told.path(event.post_id, event.comment_id),
        context={"title": _title(post), "words": _words(said)},
        by=by,
        now=clock.now(),
    )


def _by(account_id: UUID) -> By | None:
    """Under which name readers know them; None: gone meanwhile."""
    member = membership.member(account_id)
    return By(member.account_id, member.display_name) if member is not None and member.is_active else None


def _title(post: Post) -> str:
    return policies.headline(post.title, post.body_md)


def _words(said: Post | Comment) -> str:
    return policies.headline("", said.body_md, most=200)
