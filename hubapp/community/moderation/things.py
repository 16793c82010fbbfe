"""What can be reported, of all slices beneath, as one kind of thing: look at it, hide it, show it again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hubapp.community.conversations import policies as talk
from hubapp.community.conversations import queries as conversations
from hubapp.community.conversations import services as conversing
from hubapp.community.conversations.models import Comment, Post
from hubapp.community.gatherings import finding as gatherings
from hubapp.community.gatherings import services as gathering
from hubapp.community.gatherings.models import Status as GatheringStatus
from hubapp.market.catalogue import queries as catalogue
from hubapp.market.catalogue import services as selling
from hubapp.market.catalogue.models import Status as ListingStatus
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.profiles import policies as profile_rules
from hubapp.people.profiles import queries as profiles
from hubapp.people.profiles.queries import Told
from hubapp.tenancy.audit import Actor

EXCERPT = 180


@dataclass(frozen=True, slots=True)
class Thing:
    """As it stands now. `path`: its page in the hub; `post_id`: of a comment, its conversation.

    `is_there`: not deleted; `is_public`: members see it; `is_held`: it waits to be looked at before they do;
    `is_met`: of somebody who writes to members, whoever sees the page.
    """

    kind: str
    id: UUID
    title: str
    text: str
    subject_id: UUID | None
    path: str
    is_there: bool = True
    is_public: bool = True
    is_met: bool = False
    is_hidden: bool = False
    is_held: bool = False
    post_id: UUID | None = None

    @property
    def is_reportable(self) -> bool:
        """Whether members can say what is wrong with it."""
        return self.is_there and (self.is_public or self.is_met)

    @property
    def excerpt(self) -> str:
        """Its first words without Markdown's signs."""
        return talk.headline("", self.text, most=EXCERPT)

    @property
    def is_titled(self) -> bool:
        """Whether its title says more than its text begins with."""
        return bool(self.title) and self.title != talk.headline("", self.text)


def look(kind: str, thing_id: UUID) -> Thing | None:
    """A thing of this hub, whatever its state; None where there never was one."""
    return look_at([(kind, thing_id)]).get((kind, thing_id))


def look_at(wanted: Iterable[tuple[str, UUID]]) -> dict[tuple[str, UUID], Thing]:
    """The same for many, by kind and id: so many queries for each kind, however many things."""
    by_kind: dict[str, set[UUID]] = {}
    for kind, thing_id in wanted:
        by_kind.setdefault(kind, set()).add(thing_id)
    return {(kind, thing.id): thing for kind, ids in by_kind.items() if kind in _FIND for thing in _FIND[kind](ids)}


def hide(thing: Thing, *, reason: str, actor: Actor, now: datetime) -> None:
    """Out of everybody's sight but its author's, who reads why."""
    if thing.kind == "gathering":
        gathering.hide_gathering(gathering_id=thing.id, reason=reason, actor=actor, now=now)
    elif thing.kind == "listing":
        selling.take_down(listing_id=thing.id, reason=reason, actor=actor, now=now)
    elif thing.kind == "profile":
        standing.hide_profile(membership_id=thing.id, reason=reason, actor=actor, now=now)
    else:
        post_id, comment_id = _text(thing)
        conversing.hide(post_id=post_id, comment_id=comment_id, reason=reason, actor=actor, now=now)


def show(thing: Thing, *, actor: Actor, now: datetime) -> None:
    """As it was before."""
    if thing.kind == "gathering":
        gathering.show_gathering(gathering_id=thing.id, actor=actor, now=now)
    elif thing.kind == "listing":
        selling.put_back(listing_id=thing.id, actor=actor, now=now)
    elif thing.kind == "profile":
        standing.show_profile(membership_id=thing.id, actor=actor, now=now)
    else:
        post_id, comment_id = _text(thing)
        conversing.unhide(post_id=post_id, comment_id=comment_id, actor=actor, now=now)


def release(thing: Thing, *, actor: Actor, now: datetime) -> None:
    """Let out a text that waited."""
    post_id, comment_id = _text(thing)
    conversing.release(post_id=post_id, comment_id=comment_id, actor=actor, now=now)


def refuse(thing: Thing, *, reason: str, actor: Actor, now: datetime) -> None:
    """Keep it out of sight."""
    post_id, comment_id = _text(thing)
    conversing.refuse(post_id=post_id, comment_id=comment_id, reason=reason, actor=actor, now=now)


def hold_again(thing: Thing, *, actor: Actor, now: datetime) -> None:
    """Undo either of these."""
    post_id, comment_id = _text(thing)
    conversing.hold_again(post_id=post_id, comment_id=comment_id, actor=actor, now=now)


def _text(thing: Thing) -> tuple[UUID, UUID | None]:
    return (thing.id, None) if thing.post_id is None else (thing.post_id, thing.id)


def _posts(ids: Collection[UUID]) -> Iterator[Thing]:
    for row in conversations.posts_by_id(ids).values():
        yield _written(row, "post", talk.headline(row.title, row.body_md), f"/feed/{row.id}")


def _comments(ids: Collection[UUID]) -> Iterator[Thing]:
    for row in conversations.comments_by_id(ids).values():
        path = f"/feed/{row.post_id}?start={row.id}#c-{row.id}"
        yield _written(row, "comment", talk.headline("", row.body_md), path)


def _written(row: Post | Comment, kind: str, title: str, path: str) -> Thing:
    return Thing(
        kind=kind,
        id=row.id,
        title=title,
        text=row.body_md,
        subject_id=row.author_id,
        path=path,
        is_there=row.deleted_at is None,
        is_public=row.is_readable,
        is_hidden=row.hidden_at is not None and not row.is_held,
        is_held=row.is_held,
        post_id=row.post_id if isinstance(row, Comment) else None,
    )


def _gatherings(ids: Collection[UUID]) -> Iterator[Thing]:
    for row in gatherings.gatherings(ids).values():
        yield Thing(
            kind="gathering",
            id=row.id,
            title=row.title,
            text=row.body_md,
            subject_id=row.host_account_id,
            path=f"/events/{row.slug}",
            is_public=row.status in {GatheringStatus.PUBLISHED, GatheringStatus.CANCELED},
            is_hidden=row.is_hidden,
        )


def _listings(ids: Collection[UUID]) -> Iterator[Thing]:
    for row in catalogue.listings(ids).values():
        yield Thing(
            kind="listing",
            id=row.id,
            title=row.title,
            text=row.body_md,
            subject_id=row.seller_account_id,
            path=f"/market/{row.id}",
            # A draft is its seller's own business, and the hub cannot take down what nobody sees.
            is_there=row.status != ListingStatus.DRAFT,
            is_public=row.is_live,
            is_hidden=row.withdrawn_reason is not None,
        )


def _profiles(ids: Collection[UUID]) -> Iterator[Thing]:
    # What members tell to all others; the rest is not for those who moderate either.
    seen = profile_rules.seen_by(is_self=False, is_member=True, is_connector=False, is_blocked=False)
    told = profiles.told_by(ids, seen=seen)
    for person in membership.members_by_id(ids):
        is_shown = person.is_listed or person.role is not None
        yield Thing(
            kind="profile",
            id=person.id,
            title=person.display_name,
            text=_text_of(told.get(person.id, Told())) if is_shown else "",
            subject_id=person.account_id,
            path=f"/members/@{person.handle}",
            is_public=person.is_active and person.hidden_reason is None and is_shown,
            is_met=person.is_active,
            is_hidden=person.hidden_reason is not None,
        )


def _text_of(told: Told) -> str:
    tags = (", ".join(tags) for tags in told.tags.values())
    return "\n\n".join(part for part in (told.about, told.place, *tags, *told.links) if part)


_FIND: dict[str, Callable[[Collection[UUID]], Iterator[Thing]]] = {
    "post": _posts,
    "comment": _comments,
    "gathering": _gatherings,
    "listing": _listings,
    "profile": _profiles,
}
