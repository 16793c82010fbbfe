"""Notices on devices: a job for each notice and device, as the notice stands when it goes, those read meanwhile not."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs import queue
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts
from hubapp.people.notifications import kinds, policies, pushes, queries, rights
from hubapp.people.notifications.models import Notice, PushDevice, PushPause
from hubapp.people.notifications.queries import Reader
from hubapp.people.notifications.services import telling
from hubapp.people.notifications.webpush import courier
from hubapp.people.notifications.webpush.courier import Answer, NotPublic, Unreachable
from hubapp.tenancy import queries as tenancy

log = structlog.get_logger(__name__)

PUSH = "notifications.push"
AT_ONCE = 50


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
        if _reader(notice, now) is None:
            continue
        for device in queries.targets(notice.account_id, hub_id=notice.hub_id, now=wall):
            _ask(device, notice)
            count += 1
    db.session.flush()
    if len(due) == AT_ONCE:
        queue.enqueue(telling.PUSH_DUE, hub_id=None)
    return count


def push(*, notice_id: uuid.UUID, device_id: uuid.UUID, tries: int = 0, now: datetime, wall: datetime) -> bool:
    """Show a notice on a device; whether it went (platform scope). One that goes twice replaces itself there.

    What cannot go now is asked for again, `tries` counted, until it went or says nothing new any more; what would ring
    in quiet hours, because it waited or was tried before, waits for their end.
    """
    notice = db.session.get(Notice, notice_id)
    reader = _reader(notice, now) if notice is not None else None
    if notice is None or reader is None:
        return False
    device = _device(notice, device_id, wall)
    if device is None or _is_put_off(device, notice, reader, tries, now, wall):
        return False
    try:
        answer = _send(device, notice, wall)
    except NotPublic:
        _forget(device, "its address is not public")
        return False
    except Unreachable as error:
        log.warning("push not taken", device=str(device.id), why=str(error))
        if not _is_given_up(device, wall):
            _again(device, notice, tries, wall + policies.pause_after(tries))
        return False
    return _note(device, notice, answer, tries, wall)


def _is_put_off(device: PushDevice, notice: Notice, reader: Reader, tries: int, now: datetime, wall: datetime) -> bool:
    """Whether it waits, asked for again: for the end of quiet hours, or of a pause of the service."""
    held = policies.quiet_until(now, reader.wishes)
    if held is not None and held > now:
        # Quiet hours go by business time, the queue by wall time.
        _ask(device, notice, tries=tries, at=wall + (held - now))
        return True
    until = queries.pause_of(courier.host_of(device.endpoint), now=wall)
    if until is not None:
        _again(device, notice, tries, until)
    return until is not None


def _device(notice: Notice, device_id: uuid.UUID, wall: datetime) -> PushDevice | None:
    """The device, if it is still to be reached."""
    found = queries.targets(notice.account_id, hub_id=notice.hub_id, now=wall)
    device = next((one for one in found if one.id == device_id), None)
    if device is not None and device.server_key != pushes.server_key():
        # It subscribed for a key that is no longer ours: no push service takes anything from us for it.
        _forget(device, "made for another key")
        return None
    return device


def _reader(notice: Notice, now: datetime) -> Reader | None:
    """Who it is for, if it still says something new to them, and they may see it and want it so."""
    if notice.read_at is not None or notice.at < now - policies.PUSH_LIFE:
        return None
    kind = kinds.kind(notice.kind)
    if not rights.may_see(kind, account_id=notice.account_id, hub_id=notice.hub_id):
        return None
    found = queries.readers([notice.account_id], hub_id=notice.hub_id, kind=notice.kind, about=notice.about)
    is_wanted = found and found[0].pushes(kind) and (kind.always or found[0].takes(notice.hub_id))
    return found[0] if is_wanted else None


def _send(device: PushDevice, notice: Notice, wall: datetime) -> Answer:
    hub = tenancy.hub_view(notice.hub_id) if notice.hub_id is not None else None
    account = accounts.account(notice.account_id)
    locale = account.locale if account else "en"
    payload = pushes.message(notice, hub=hub, locale=locale)
    kind = kinds.kind(notice.kind)
    is_urgent = kind.always or kind.mail == kinds.NOW
    return pushes.send(device, payload, topic=notice.id.hex, is_urgent=is_urgent, now=wall)


def _note(device: PushDevice, notice: Notice, answer: Answer, tries: int, wall: datetime) -> bool:
    """What the push service's answer means for the device, and for this notice on it."""
    match policies.push_outcome(answer.status):
        case policies.SENT:
            device.used_at, device.failing_since = wall, None
            db.session.flush()
            return True
        case policies.GONE:
            log.info("device gone", device=str(device.id), why="its subscription ended")
            device.gone_at = wall
            db.session.flush()
        case policies.REFUSED:
            log.error("push refused", device=str(device.id), status=answer.status, words=answer.words)
        case _:
            log.warning("push not taken", device=str(device.id), status=answer.status, words=answer.words)
            if policies.is_failing(answer.status) and _is_given_up(device, wall):
                return False
            asked = policies.pause_asked(answer.retry_after, now=wall)
            if asked is not None and policies.is_for_all(answer.status):
                _leave_alone(courier.host_of(device.endpoint), until=wall + asked)
            _again(device, notice, tries, wall + (asked or policies.pause_after(tries)))
    return False


def _is_given_up(device: PushDevice, wall: datetime) -> bool:
    """Note that it failed once more; whether that has gone on for so long that the device is forgotten."""
    device.failing_since = device.failing_since or wall
    if wall - device.failing_since >= policies.FAILING_LASTS:
        _forget(device, f"not reached for {policies.FAILING_LASTS // timedelta(days=1)} days")
        return True
    db.session.flush()
    return False


def _again(device: PushDevice, notice: Notice, tries: int, at: datetime) -> None:
    """Once more, at this time or little later: all that wait for a service must not come to it in the same second."""
    _ask(device, notice, tries=tries + 1, at=at + policies.spread(notice.id, device.id))


def _ask(device: PushDevice, notice: Notice, *, tries: int = 0, at: datetime | None = None) -> None:
    """Ask for the job. A first try does not name its number: the worker before this one, which may take it, knows none.

    It fails at a number, and the queue keeps the job for a worker that knows it.
    """
    names = {"notice_id": str(notice.id), "device_id": str(device.id)}
    queue.enqueue(PUSH, hub_id=notice.hub_id, at=at, arguments={**names, "tries": tries} if tries else names)


def _leave_alone(host: str, *, until: datetime) -> None:
    """Ask nothing of a push service before then, for any device: it said that it does not work."""
    statement = insert(PushPause).values(host=host, until=until)
    later = func.greatest(PushPause.until, statement.excluded.until)
    db.session.execute(statement.on_conflict_do_update(index_elements=["host"], set_={"until": later}))


def forget_pauses(*, now: datetime) -> int:
    """Drop those that are over (platform scope). `now`: wall time."""
    over = delete(PushPause).where(PushPause.until <= now).returning(PushPause.host)
    return len(db.session.scalars(over).all())


def _forget(device: PushDevice, why: str) -> None:
    log.info("device forgotten", device=str(device.id), why=why)
    db.session.execute(delete(PushDevice).where(PushDevice.id == device.id))
