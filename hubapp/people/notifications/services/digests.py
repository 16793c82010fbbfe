"""Digests: one mail a day at most, over all hubs, of what is still unread when the reader's local hour comes."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.people.notifications import kinds, policies, queries, wording
from hubapp.people.notifications.models import DigestDue, DigestSent, Notice
from hubapp.people.notifications.policies import Wishes
from hubapp.people.notifications.services import mails, outgoing
from hubapp.tenancy import queries as tenancy

DIGEST = "notifications.digest"
AT_ONCE, MOST = 500, 200
LISTED = 30


def take_due(*, now: datetime) -> int:
    """Ask for a job per person whose digest is due; returns how many (platform scope)."""
    statement = select(DigestDue.account_id).where(DigestDue.due_at <= now).order_by(DigestDue.due_at).limit(AT_ONCE)
    waiting = db.session.scalars(statement).all()
    alive = queue.alive([f"digest:{one}" for one in waiting])
    asked = [one for one in waiting if f"digest:{one}" not in alive]
    for one in asked:
        queue.enqueue(DIGEST, hub_id=None, lock=f"digest:{one}", arguments={"account_id": str(one)})
    return len(asked)


def send_digest(*, account_id: uuid.UUID, now: datetime) -> bool:
    """Write the digest that is due, if anything is left to say; whether it was written (platform scope).

    The mail, the note that the day has had its digest, and what it said are kept together or not at all.
    """
    due = due_for_change(account_id=account_id)
    if due is None or due.due_at > now:
        return False
    pending = _pending(account_id)
    wishes = queries.settings(account_id, fallback=_zone(pending))
    held = policies.quiet_until(now, wishes)
    if held is not None and held > now:
        # It was put down before quiet hours were chosen, or nobody came to send it before they began.
        due.due_at = held
        db.session.flush()
        return False
    ways = (kinds.DAILY, kinds.WEEKLY) if due.day.weekday() == wishes.weekday else (kinds.DAILY,)
    items = [one for one in pending if outgoing.is_wanted(notice=one, ways=ways)]
    is_written = bool(items) and _is_first(due, now)
    if is_written:
        _write(account_id, items, now)
    left = [one for one in pending if one.mailed_at != now and _waits(one)]
    _again(due, left, wishes, now)
    db.session.flush()
    return is_written


def due_for_change(*, account_id: uuid.UUID) -> DigestDue | None:
    """When somebody's digest is due, if anything waits for it: who tells, sends or puts it off takes turns here."""
    return db.session.scalar(select(DigestDue).where(DigestDue.account_id == account_id).with_for_update())


def _pending(account_id: uuid.UUID) -> Sequence[Notice]:
    """The newest of what waits: a digest of more says how many there are."""
    return db.session.scalars(
        select(Notice)
        .where(
            Notice.account_id == account_id,
            Notice.read_at.is_(None),
            Notice.mail.in_((kinds.DAILY, kinds.WEEKLY)),
            or_(Notice.mailed_at.is_(None), Notice.mailed_at < Notice.at),
        )
        .order_by(Notice.at.desc(), Notice.id.desc())
        .limit(MOST)
    ).all()


def _zone(pending: Sequence[Notice]) -> str:
    """The time zone of who named none: that of the hub that wrote last."""
    hub_id = next((one.hub_id for one in pending if one.hub_id is not None), None)
    return "UTC" if hub_id is None else tenancy.hub_view(hub_id).timezone


def _is_first(due: DigestDue, now: datetime) -> bool:
    """Whether the day has had no digest yet; from now on it has."""
    values = {"account_id": due.account_id, "day": due.day, "at": now}
    statement = insert(DigestSent).values(values).on_conflict_do_nothing().returning(DigestSent.account_id)
    return db.session.scalar(statement) is not None


def _waits(notice: Notice) -> bool:
    return outgoing.is_wanted(notice=notice, ways=(kinds.DAILY, kinds.WEEKLY))


def _again(due: DigestDue, left: list[Notice], wishes: Wishes, now: datetime) -> None:
    """What is left waits for the next one: weekly ones for their day, all of them if today had its digest."""
    if not left:
        db.session.delete(due)
        return
    is_weekly = all(one.mail == kinds.WEEKLY for one in left)
    due.due_at, due.day = policies.next_digest(now, wishes, weekly=is_weekly)


def _write(account_id: uuid.UUID, items: list[Notice], now: datetime) -> None:
    """In the look of the hub it is about, if that is one; what does not fit is counted."""
    hub_ids = {one.hub_id for one in items}
    only = hub_ids.pop() if len(hub_ids) == 1 else None
    shown = sorted(items[:LISTED], key=lambda one: one.hub_id or 0)
    mails.send_mail(
        to_account_id=account_id,
        template="digest",
        hub_id=only,
        context={
            "notices": [wording.item(one) for one in shown],
            "count": len(items),
            "more": len(items) - len(shown),
            "stop": {"hub_id": only, "kind": kinds.EVERYTHING},
        },
        now=now,
    )
    for one in items:
        one.mailed_at = now
