"""Notices that are mailed at once, or once quiet hours are over: each as it stands then, those read meanwhile not."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.people.notifications import kinds, queries, rights, wording
from hubapp.people.notifications.models import Notice
from hubapp.people.notifications.services import mails, telling

AT_ONCE = 50


def mail_due(*, now: datetime) -> int:
    """Write the mails of notices that are due, some at a time, and ask for another job if more are (platform scope)."""
    due = db.session.scalars(
        select(Notice)
        .where(Notice.mail_due_at <= now)
        .order_by(Notice.mail_due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    count = 0
    for notice in due:
        notice.mail_due_at = None
        if is_wanted(notice=notice, ways=(kinds.NOW,)):
            _mail(notice, now)
            count += 1
    db.session.flush()
    if len(due) == AT_ONCE:
        queue.enqueue(telling.MAIL_DUE, hub_id=None)
    return count


def is_wanted(*, notice: Notice, ways: tuple[str, ...]) -> bool:
    """Whether a notice that waited is still to be mailed: unread, not mailed, and its reader still wants it so."""
    kind = kinds.kind(notice.kind)
    if kind.always:
        return True
    if notice.read_at is not None or (notice.mailed_at is not None and notice.mailed_at >= notice.at):
        return False
    if not rights.may_see(kind, account_id=notice.account_id, hub_id=notice.hub_id):
        return False
    found = queries.readers([notice.account_id], hub_id=notice.hub_id, kind=notice.kind, about=notice.about)
    return bool(found) and found[0].takes(notice.hub_id) and found[0].mail_of(kind) in ways


def _mail(notice: Notice, now: datetime) -> None:
    stop = None
    if not kinds.kind(notice.kind).always:
        stop = {"hub_id": notice.hub_id, "kind": notice.kind}
    mails.send_mail(
        to_account_id=notice.account_id,
        template="notice",
        hub_id=notice.hub_id,
        context={"notice": wording.item(notice), "stop": stop},
        now=now,
    )
    notice.mailed_at = now
