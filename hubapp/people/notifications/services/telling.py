"""Telling people: a notice each in the caller's transaction, merged with the unread one about the same thing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, delete, func, literal, literal_column, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from hubapp.jobs import queue
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.notifications import kinds, policies, queries, wording
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.models import DigestDue, Notice, NoticeOccasion
from hubapp.people.notifications.queries import Reader
from hubapp.people.notifications.services import mails

MAIL_DUE, PUSH_DUE = "notifications.mail_due", "notifications.push_due"
# Long after any job that might tell again has given up.
OCCASIONS_LAST = timedelta(days=120)
# The newest first, nobody twice, a hundred people at most.
_ACTORS: ColumnElement[Any] = literal_column(
    "CASE WHEN jsonb_array_length(excluded.actors) = 0 THEN notice.actors ELSE excluded.actors || (SELECT"
    " coalesce(jsonb_agg(one ORDER BY place), '[]') FROM jsonb_array_elements(notice.actors) WITH ORDINALITY"
    " AS old (one, place) WHERE one ->> 0 <> excluded.actors -> 0 ->> 0 AND place < 100) END"
)


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, under the name that the reader knows in this hub; they are not told of it themselves."""

    account_id: uuid.UUID
    name: str


def tell(
    *,
    kind: str,
    to_account_ids: Collection[uuid.UUID],
    hub_id: int | None,
    about: str,
    occasion: str,
    path: str,
    context: Mapping[str, Any],
    now: datetime,
    by: By | None = None,
    is_mailed: bool = False,
) -> int:
    """Tell people, in the app, by mail and on their devices as each of them wants it; returns how many were told.

    `about`: the thing, as in `topic:<id>`; unread notices of one kind about one thing are one. `occasion`: what
    happened to it, as in `comment:<id>`; telling somebody of it again does nothing. `path`: the page in the hub (on the
    central site where `hub_id` is None). `context`: plain values for the kind's template, none of them secret.
    `is_mailed`: the caller sends a mail of its own.

    Left out: who did it, who muted the hub or the thing, who is no active member of the hub; kinds that always arrive
    leave out only who did it. Raises LookupError for an unknown kind, ValueError for what a notice cannot keep.
    """
    known, plain = kinds.kind(kind), policies.plain(context)
    if len(about) > policies.LONGEST_ABOUT or not path.startswith("/"):
        raise ValueError(f"not a thing to tell about: {about!r} at {path!r}")
    people = sorted({one for one in to_account_ids if by is None or one != by.account_id})
    readers = [
        reader
        for reader in queries.readers(people, hub_id=hub_id, kind=kind, about=about)
        if known.always or reader.takes(hub_id)
    ]
    key = policies.occasion_key(hub_id=hub_id, kind=kind, about=about, occasion=occasion)
    told = _untold([reader.account_id for reader in readers], key, now)
    rows = [_Row(reader, known, now, is_mailed=is_mailed) for reader in readers if reader.account_id in told]
    wanted = [row for row in rows if row.is_wanted]
    actors = [] if by is None else [[str(by.account_id), by.name]]
    # In the order in which writing a digest locks them: it waits for its turn first, then marks what it has.
    _remember_digests(wanted, now)
    _write(wanted, hub_id=hub_id, about=about, path=path, context=plain, actors=actors, now=now)
    if any(row.mail_due_at == now for row in wanted):
        queue.enqueue(MAIL_DUE, hub_id=None)
    if any(row.push_due_at == now for row in wanted):
        queue.enqueue(PUSH_DUE, hub_id=None)
    return len(wanted)


def tell_by_letter(
    *,
    template: str,
    to_account_id: uuid.UUID,
    hub_id: int | None,
    about: str,
    path: str,
    context: Mapping[str, Any],
    now: datetime,
) -> None:
    """Send one of the letters that always arrive, and show it among the reader's notices."""
    mail_id = mails.send_mail(
        to_account_id=to_account_id, template=template, hub_id=hub_id, locale=None, context=context, now=now
    )
    few = {name: value for name, value in context.items() if name in wording.subject_names(template)}
    tell(
        kind=template,
        to_account_ids=[to_account_id],
        hub_id=hub_id,
        about=about,
        occasion=str(mail_id),
        path=path,
        context=few,
        now=now,
    )


class _Row:
    """What one reader gets."""

    def __init__(self, reader: Reader, kind: Kind, now: datetime, *, is_mailed: bool) -> None:
        self.reader, self.kind = reader, kind
        self.is_shown = True if kind.always else reader.shows(kind)
        self.mail = kinds.OFF if kind.is_letter or is_mailed else reader.mail_of(kind)
        self.mail_due_at: datetime | None = None
        self.push_due_at: datetime | None = None
        held = policies.quiet_until(now, reader.wishes)
        if self.mail == kinds.NOW:
            self.mail_due_at = now if kind.always else held or now
        if reader.pushes(kind):
            # A phone is silent in quiet hours, whatever it is about: what cannot wait is in the list and mailed.
            self.push_due_at = held or now

    @property
    def is_wanted(self) -> bool:
        """Whether it reaches them in any way."""
        return self.is_shown or self.mail != kinds.OFF or self.push_due_at is not None


def _untold(account_ids: list[uuid.UUID], key: bytes, now: datetime) -> set[uuid.UUID]:
    """Those who were not told of this occasion before; from now on they were."""
    if not account_ids:
        return set()
    statement = (
        insert(NoticeOccasion)
        .values([{"account_id": one, "key": key, "at": now} for one in account_ids])
        .on_conflict_do_nothing()
        .returning(NoticeOccasion.account_id)
    )
    return set(db.session.scalars(statement))


def _told() -> Any:
    statement = insert(Notice)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id", "hub_id", "kind", "about"],
        index_where=text("read_at IS NULL"),
        set_={
            "count": Notice.count + 1,
            "actors": _ACTORS,
            "context": fresh.context,
            "path": fresh.path,
            "is_shown": fresh.is_shown,
            "mail": fresh.mail,
            "at": func.greatest(Notice.at, fresh.at),
            "mailed_at": None,  # what came on top of it was in no mail yet
            # The first that is due takes all of them along.
            "mail_due_at": func.least(Notice.mail_due_at, fresh.mail_due_at),
            "push_due_at": func.least(Notice.push_due_at, fresh.push_due_at),
        },
    )


def _due() -> Any:
    statement = insert(DigestDue)
    fresh = statement.excluded
    return statement.on_conflict_do_update(
        index_elements=["account_id"],
        set_={"due_at": fresh.due_at, "day": fresh.day},
        where=DigestDue.due_at > fresh.due_at,
    )


# Made once: a statement with the rows in it would be compiled anew for each number of them.
_TOLD, _DUE = _told(), _due()


def _write(
    rows: list[_Row],
    *,
    hub_id: int | None,
    about: str,
    path: str,
    context: dict[str, Any],
    actors: list[list[str]],
    now: datetime,
) -> None:
    if not rows:
        return
    values = [
        {
            "id": ids.uuid7(),
            "hub_id": hub_id,
            "account_id": row.reader.account_id,
            "kind": row.kind.name,
            "about": about,
            "path": path,
            "context": context,
            "actors": actors,
            "count": 1,
            "is_shown": row.is_shown,
            "mail": row.mail,
            "at": now,
            "mail_due_at": row.mail_due_at,
            "push_due_at": row.push_due_at,
        }
        for row in rows
    ]
    db.session.execute(_TOLD, values)


def _remember_digests(rows: list[_Row], now: datetime) -> None:
    """Note when each of them gets the digest that this waits for; an earlier one that is due already stays."""
    values = []
    for row in rows:
        if row.mail in {kinds.DAILY, kinds.WEEKLY}:
            due, day = policies.next_digest(now, row.reader.wishes, weekly=row.mail == kinds.WEEKLY)
            values.append({"account_id": row.reader.account_id, "due_at": due, "day": day})
    if not values:
        return
    db.session.execute(_DUE, values)


def read(*, account_id: uuid.UUID, now: datetime, notice_id: uuid.UUID | None = None, about: str | None = None) -> int:
    """Mark one, those about a thing, or all of somebody's notices read, here or, in no hub, everywhere; how many."""
    return int(db.session.scalar(select(func.notices_read(account_id, notice_id, about, now))) or 0)


def unsay(*, hub_id: int, about: str, instead: Mapping[str, str], path: str | None = None) -> int:
    """Replace values of what people were told about a thing (of `path` only), because they are not to be read any more.

    Returns how many notices had them. Mails that went out are out; digests and mails that wait are written from these.
    """
    statement = update(Notice).where(Notice.hub_id == hub_id, Notice.about == about)
    if path is not None:
        statement = statement.where(Notice.path == path)
    found = statement.values(context=Notice.context.op("||")(literal(dict(instead), JSONB))).returning(Notice.id)
    return len(db.session.scalars(found.execution_options(synchronize_session=False)).all())


def withdraw(*, account_id: uuid.UUID, hub_id: int, lost: Collection[str], now: datetime) -> None:
    """Take back what somebody was told of the kinds `lost`, which are not for them any more, wherever it waits."""
    db.session.execute(
        update(Notice)
        .where(Notice.account_id == account_id, Notice.hub_id == hub_id, Notice.kind.in_(lost))
        .values(
            is_shown=False,
            read_at=func.coalesce(Notice.read_at, now),
            mail_due_at=None,
            push_due_at=None,
        )
        .execution_options(synchronize_session=False)
    )


def forget_occasions(*, now: datetime) -> None:
    """Drop what nobody will tell again (platform scope)."""
    db.session.execute(delete(NoticeOccasion).where(NoticeOccasion.at < now - OCCASIONS_LAST))
