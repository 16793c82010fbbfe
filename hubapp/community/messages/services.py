"""Beginning a thread, writing, taking back, reading, muting, leaving."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.messages import errors, policies, queries
from hubapp.community.messages.events import MessageSent
from hubapp.community.messages.models import Message, Part, Thread
from hubapp.community.messages.policies import Standing
from hubapp.jobs import events
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.people.membership.queries import MemberView
from hubapp.people.notifications import services as notifications
from hubapp.people.profiles import queries as profiles


def start(*, author_id: UUID, to: Collection[str], title: str, body_md: str, now: datetime) -> UUID:
    """Write to members by their handles: to one, in the thread of the two; to several, in a group of its own.

    Answers the thread. Refuses with MembersOnly, MembershipSuspended, NobodyChosen, NoSuchPeople, TooManyPeople,
    TakesNoMessages, BlockedByOneself, TextMissing, TextTooLong or TooManyAttempts.
    """
    _refuse_stranger(author_id)
    body, name = _checked(body_md), policies.one_line(title)
    if len(name) > policies.LONGEST_TITLE:
        raise errors.TextTooLong(policies.LONGEST_TITLE, field="title")
    others = _people(author_id, to)
    pair = policies.pair_of(author_id, others[0].account_id) if len(others) == 1 else None
    known = queries.thread_with(author_id, others[0].account_id) if pair else None
    _refuse_unreachable(author_id, others, known)
    if known is None:
        throttle.limit(kind="thread account", subject=f"{require_hub_id()}:{author_id}", now=now)
    thread_id = known or _open(pair, "" if pair else name, author_id, [one.account_id for one in others], now)
    _write(thread_id, author_id, body, now)
    return thread_id


def send(*, thread_id: UUID, author_id: UUID, body_md: str, now: datetime) -> Message:
    """Write in a thread one is in.

    Refuses with MembersOnly, MembershipSuspended, NoSuchThread, TakesNoMessages, BlockedByOneself, TextMissing,
    TextTooLong or TooManyAttempts.
    """
    _refuse_stranger(author_id)
    found = queries.thread(thread_id, reader_id=author_id)
    body = _checked(body_md)
    if not found.is_group:
        others = [one for one in found.everyone if one != author_id]
        members = membership.members_of(others)
        if not members:
            raise errors.NoSuchThread
        _refuse_unreachable(author_id, list(members.values()), thread_id)
    return _write(thread_id, author_id, body, now)


def take_back(*, thread_id: UUID, message_id: UUID, author_id: UUID, now: datetime) -> None:
    """Delete one's own words, for everybody who was to read them. Refuses with NoSuchThread or NoSuchMessage."""
    queries.thread(thread_id, reader_id=author_id)
    done = db.session.execute(
        update(Message)
        .where(Message.thread_id == thread_id, Message.id == message_id, Message.author_id == author_id)
        .values(body_md="", deleted_at=func.coalesce(Message.deleted_at, now))
    )
    if done.rowcount == 0:  # type: ignore[attr-defined]
        raise errors.NoSuchMessage


def mark_read(*, thread_id: UUID, reader_id: UUID, until: UUID, now: datetime) -> None:
    """Somebody has seen everything up to a message; what was seen stays seen."""
    db.session.execute(
        update(Part)
        .where(Part.thread_id == thread_id, Part.account_id == reader_id, Part.read_until < until)
        .values(read_until=until)
    )
    notifications.read(account_id=reader_id, about=about(thread_id=thread_id), now=now)


def mute(*, thread_id: UUID, reader_id: UUID, is_muted: bool) -> None:
    """Be told of a thread no more, or again; its messages still come. Refuses with NoSuchThread."""
    queries.thread(thread_id, reader_id=reader_id)
    db.session.execute(
        update(Part).where(Part.thread_id == thread_id, Part.account_id == reader_id).values(is_muted=is_muted)
    )


def leave(*, thread_id: UUID, reader_id: UUID, now: datetime) -> None:
    """Leave a group for good: one reads it no more. Refuses with NoSuchThread or CannotLeave."""
    if not queries.thread(thread_id, reader_id=reader_id).is_group:
        raise errors.CannotLeave
    db.session.execute(
        update(Part)
        .where(Part.thread_id == thread_id, Part.account_id == reader_id, Part.left_at.is_(None))
        .values(left_at=now)
    )
    notifications.read(account_id=reader_id, about=about(thread_id=thread_id), now=now)


def leave_all(*, account_id: UUID, keeps_words: bool, now: datetime) -> None:
    """Somebody leaves the hub: they are in no group any more, and what they wrote goes if they want it so."""
    groups = select(Thread.id).where(Thread.pair.is_(None)).scalar_subquery()
    db.session.execute(
        update(Part)
        .where(Part.account_id == account_id, Part.left_at.is_(None), Part.thread_id.in_(groups))
        .values(left_at=now)
    )
    if not keeps_words:
        db.session.execute(
            update(Message)
            .where(Message.author_id == account_id, Message.deleted_at.is_(None))
            .values(body_md="", deleted_at=now)
        )


def about(*, thread_id: UUID) -> str:
    """What notices of a thread are about."""
    return f"messages:{thread_id}"


def _open(pair: str | None, title: str, author_id: UUID, others: list[UUID], now: datetime) -> UUID:
    hub_id, made = require_hub_id(), ids.uuid7()
    statement = insert(Thread).values(
        hub_id=hub_id, id=made, pair=pair, title=title, started_by=author_id, started_at=now
    )
    if pair is not None:
        # Both may write their first words at the same moment: there is one thread all the same.
        statement = statement.on_conflict_do_nothing(index_elements=["hub_id", "pair"])
    db.session.execute(statement)
    if pair is not None:
        made = db.session.scalars(select(Thread.id).where(Thread.pair == pair)).one()
    nothing = {"last_id": policies.NOTHING, "read_until": policies.NOTHING, "is_muted": False}
    rows = [
        {"hub_id": hub_id, "id": ids.uuid7(), "thread_id": made, "account_id": one, **nothing}
        for one in (author_id, *others)
    ]
    db.session.execute(
        insert(Part).values(rows).on_conflict_do_nothing(index_elements=["hub_id", "thread_id", "account_id"])
    )
    return made


def _write(thread_id: UUID, author_id: UUID, body: str, now: datetime) -> Message:
    hub_id = require_hub_id()
    throttle.limit(kind="message account", subject=f"{hub_id}:{author_id}", now=now)
    _wait_for_turn(thread_id)
    message = Message(id=ids.uuid7(), thread_id=thread_id, author_id=author_id, body_md=body, created_at=now)
    db.session.add(message)
    db.session.flush()
    here = (Part.thread_id == thread_id, Part.left_at.is_(None))
    db.session.execute(update(Part).where(*here).values(last_id=message.id))
    db.session.execute(update(Part).where(*here, Part.account_id == author_id).values(read_until=message.id))
    events.publish(MessageSent(hub_id, thread_id, message.id, author_id))
    return message


def _wait_for_turn(thread_id: UUID) -> None:
    """Let the messages of a thread commit in the order of their ids: who asks for newer ones must not miss one."""
    db.session.execute(select(Thread.id).where(Thread.id == thread_id).with_for_update(key_share=True))


def _refuse_stranger(account_id: UUID) -> None:
    standing.require_active(account_id, otherwise=errors.MembersOnly())


def _checked(text: str) -> str:
    body = policies.clean(text)
    if not body:
        raise errors.TextMissing
    if len(body) > policies.LONGEST_MESSAGE:
        raise errors.TextTooLong(policies.LONGEST_MESSAGE)
    return body


def _people(author_id: UUID, handles: Collection[str]) -> list[MemberView]:
    if len(set(handles)) > policies.MOST_PEOPLE:
        raise errors.TooManyPeople(policies.MOST_PEOPLE)
    found = {one.handle: one for one in membership.members_by_handle(handles)} if handles else {}
    missing = [handle for handle in handles if handle not in found]
    if missing:
        raise errors.NoSuchPeople(missing)
    others = [one for one in found.values() if one.account_id != author_id]
    if not others:
        raise errors.NobodyChosen
    if len(others) >= policies.MOST_PEOPLE:
        raise errors.TooManyPeople(policies.MOST_PEOPLE)
    return others


def _refuse_unreachable(author_id: UUID, others: list[MemberView], thread_id: UUID | None) -> None:
    accounts = [one.account_id for one in others]
    takes, mine = profiles.takes_messages(accounts), profiles.blocked_by(author_id)
    theirs = profiles.who_block(author_id, among=accounts)
    for one in others:
        standing = Standing(
            takes_messages=takes.get(one.account_id, False),
            has_blocked_author=one.account_id in theirs,
            is_blocked_by_author=one.account_id in mine,
            has_answered=one.account_id in takes
            and thread_id is not None
            and queries.has_written(thread_id, one.account_id),
        )
        if standing.is_blocked_by_author:
            raise errors.BlockedByOneself(one.display_name)
        if not policies.may_reach(standing):
            raise errors.TakesNoMessages(one.display_name)
