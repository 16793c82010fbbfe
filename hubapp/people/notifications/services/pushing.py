"""Notices on devices: a job for each notice and device, as the notice stands when it goes, those read meanwhile not."""

from __future__ import annotations

import uuid
from datetime import datetime

import structlog
from sqlalchemy import delete, select

from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts
from hubapp.people.notifications import kinds, policies, pushes, queries
from hubapp.people.notifications.models import Notice, PushDevice
from hubapp.people.notifications.services import telling
from hubapp.people.notifications.webpush.courier import Answer, NotPublic
from hubapp.tenancy import queries as tenancy

log = structlog.get_logger(__name__)

PUSH = "notifications.push"
AT_ONCE = 50


class NotTaken(Exception):
    """The push service would not take it now; the job tries again, and shows itself when it gives up."""


def push_due(*, now: datetime, wall: datetime) -> int:
    """Ask for a job per device for notices that are due, some at a time (platform scope); returns how many jobs."""
    due = db.session.scalars(
        select(Notice)
        .where(Notice.push_due_at <= now)
        .order_by(Notice.push_due_at)
        .limit(AT_ONCE)
        .with_for_update(skip_locked=True)
    ).all()
    count = 0
    for notice in due:
        notice.push_due_at = None
        if not _is_wanted(notice, now):
            continue
        for device in queries.targets(notice.account_id, hub_id=notice.hub_id, now=wall):
            names = {"notice_id": str(notice.id), "device_id": str(device.id)}
            queue.enqueue(PUSH, hub_id=notice.hub_id, arguments=names)
            count += 1
    db.session.flush()
    if len(due) == AT_ONCE:
        queue.enqueue(telling.PUSH_DUE, hub_id=None)
    return count


def push(*, notice_id: uuid.UUID, device_id: uuid.UUID, now: datetime, wall: datetime) -> bool:
    """Show a notice on a device; whether it went (platform scope). One that goes twice replaces itself there.

    Raises NotTaken or Unreachable, after which trying again is right.
    """
    notice = db.session.get(Notice, notice_id)
    if notice is None or not _is_wanted(notice, now):
        return False
    found = queries.targets(notice.account_id, hub_id=notice.hub_id, now=wall)
    device = next((one for one in found if one.id == device_id), None)
    if device is None:
        return False
    if device.server_key != pushes.server_key():
        # It subscribed for a key that is no longer ours: no push service takes anything from us for it.
        _forget(device, "made for another key")
        return False
    try:
        answer = _send(device, notice, wall)
    except NotPublic:
        _forget(device, "its address is not public")
        return False
    return _note(device, answer, wall)


def _is_wanted(notice: Notice, now: datetime) -> bool:
    """Whether it still says something new to somebody who may see it and wants it so."""
    if notice.read_at is not None or notice.at < now - policies.PUSH_LIFE:
        return False
    kind = kinds.kind(notice.kind)
    found = queries.readers([notice.account_id], hub_id=notice.hub_id, kind=notice.kind, about=notice.about)
    return bool(found) and found[0].pushes(kind) and (kind.always or found[0].takes(notice.hub_id))


def _send(device: PushDevice, notice: Notice, wall: datetime) -> Answer:
    hub = tenancy.hub_view(notice.hub_id) if notice.hub_id is not None else None
    account = accounts.account(notice.account_id)
    locale = account.locale if account else "en"
    payload = pushes.message(notice, hub=hub, locale=locale)
    kind = kinds.kind(notice.kind)
    is_urgent = kind.always or kind.mail == kinds.NOW
    return pushes.send(device, payload, topic=notice.id.hex, is_urgent=is_urgent, now=wall)


def _note(device: PushDevice, answer: Answer, wall: datetime) -> bool:
    """What the push service's answer means for the device."""
    match policies.push_outcome(answer.status):
        case policies.SENT:
            device.used_at = wall
            db.session.flush()
            return True
        case policies.GONE:
            _forget(device, "its browser unsubscribed")
        case policies.REFUSED:
            log.error("push refused", device=str(device.id), status=answer.status, words=answer.words)
        case _:
            raise NotTaken(f"{answer.status}: {answer.words}")
    return False


def _forget(device: PushDevice, why: str) -> None:
    log.info("device forgotten", device=str(device.id), why=why)
    db.session.execute(delete(PushDevice).where(PushDevice.id == device.id))
