"""Writing a broadcast, its time, and sending it batch by batch: resumable, and nobody twice."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from itertools import product

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.broadcasts import policies, queries
from hubapp.community.broadcasts.errors import AlreadyGoing, NoSuchBroadcast, NotLater
from hubapp.community.broadcasts.models import Broadcast, BroadcastRecipient, Outcome, Status, Words
from hubapp.community.broadcasts.notices import NEWS
from hubapp.jobs import queue
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.membership import queries as membership
from hubapp.people.notifications import kinds
from hubapp.people.notifications import policies as quiet
from hubapp.people.notifications import queries as notices
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.queries import Reader
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

BATCH = "broadcasts.batch"


def write(
    *,
    broadcast_id: uuid.UUID | None,
    subject: str,
    body_md: str,
    segment: str,
    author_id: uuid.UUID,
    now: datetime,
    words: Mapping[str, Words] | None = None,
) -> uuid.UUID:
    """Write a new one, or change a draft; `words`: the same in further languages of the hub, if any.

    Refuses with NoSuchBroadcast or AlreadyGoing.
    """
    if broadcast_id is None:
        row = Broadcast(author_account_id=author_id, created_at=now)
        db.session.add(row)
    else:
        row = _locked(broadcast_id)
        if row.status != Status.DRAFT:
            raise AlreadyGoing
    row.subject, row.body_md, row.segment = subject, body_md, segment
    row.words = {code: asdict(said) for code, said in (words or {}).items()}
    db.session.flush()
    return row.id


def _locked(broadcast_id: uuid.UUID) -> Broadcast:
    asked = select(Broadcast).where(Broadcast.id == broadcast_id).with_for_update()
    row: Broadcast | None = db.session.scalar(asked)
    if row is None:
        raise NoSuchBroadcast
    return row


def schedule(*, broadcast_id: uuid.UUID, send_at: datetime | None, actor: Actor, now: datetime) -> None:
    """Send a draft, at once (no time) or later. Refuses with AlreadyGoing or NotLater."""
    row = _locked(broadcast_id)
    if row.status != Status.DRAFT:
        raise AlreadyGoing
    if send_at is not None and send_at <= now:
        raise NotLater
    row.status, row.send_at = Status.SCHEDULED, send_at or now
    audit.record(actor=actor, action="broadcast.schedule", hub_id=row.hub_id, subject=row.subject, now=now)
    db.session.flush()
    if send_at is None:
        ask_for_batch(hub_id=row.hub_id, broadcast_id=row.id)


def take_back(*, broadcast_id: uuid.UUID, actor: Actor, now: datetime) -> None:
    """Make what has not begun to go a draft again. Refuses with AlreadyGoing."""
    row = _locked(broadcast_id)
    if row.status != Status.SCHEDULED:
        raise AlreadyGoing
    row.status, row.send_at = Status.DRAFT, None
    audit.record(actor=actor, action="broadcast.take_back", hub_id=row.hub_id, subject=row.subject, now=now)
    db.session.flush()


def send_test(*, broadcast_id: uuid.UUID, to_account_id: uuid.UUID, now: datetime) -> None:
    """The mail as it would come, to its writer only. Refuses with NoSuchBroadcast."""
    row = queries.broadcast(broadcast_id)
    _mail(row, to_account_id, queries.read_in(row, [to_account_id])[to_account_id], now)


def ask_for_batch(*, hub_id: int, broadcast_id: uuid.UUID) -> None:
    """One more batch, unless one is waiting or running."""
    lock = f"broadcast:{broadcast_id}"
    if lock not in queue.alive([lock]):
        queue.enqueue(BATCH, hub_id=hub_id, lock=lock, arguments={"broadcast_id": str(broadcast_id)})


def send_batch(*, broadcast_id: uuid.UUID, now: datetime) -> bool:
    """Send the next batch of what is due; whether more is left. Run again after a crash, it goes on where it was."""
    row = _locked(broadcast_id)
    if row.status not in {Status.SCHEDULED, Status.SENDING} or row.send_at is None or row.send_at > now:
        return False
    row.status = Status.SENDING
    # Who joins while it goes is not one of those it was written to.
    people = membership.active_after(
        row.cursor, limit=policies.BATCH, joined_after=policies.joined_after(row.segment, row.send_at)
    )
    _send_to(row, sorted(queries.reached(row.segment, [account for _id, account in people])), now)
    if people:
        row.cursor = people[-1][0]
    is_over = len(people) < policies.BATCH
    if is_over:
        row.status, row.finished_at = Status.SENT, now
    db.session.flush()
    return not is_over


def _send_to(row: Broadcast, account_ids: list[uuid.UUID], now: datetime) -> None:
    about, author = f"broadcast:{row.id}", queries.author_name(row)
    readers = notices.readers(account_ids, hub_id=row.hub_id, kind=NEWS.name, about=about)
    found = {reader.account_id: _outcome(reader, now) for reader in readers}
    said = queries.read_in(row, list(found))
    fresh = _note(row, found, said, now)
    # Who wants no mail of it still finds it in the app, unless they want it nowhere: that is for `tell` to know.
    for is_mailed, subject in product((True, False), sorted({said[one].subject for one in fresh})):
        people = [one for one in fresh if said[one].subject == subject]
        notifications.tell(
            kind=NEWS.name,
            to_account_ids=[one for one in people if (found[one] is Outcome.MAILED) is is_mailed],
            hub_id=row.hub_id,
            about=about,
            occasion="sent",
            path=f"/news/{row.id}",
            context={"subject": subject, "author": author},
            is_mailed=is_mailed,
            now=now,
        )


def _outcome(reader: Reader, now: datetime) -> Outcome:
    """A mail of its own for who wants news at once; in their quiet hours a short one follows later."""
    mail = reader.mail_of(NEWS)
    if reader.is_muted or mail == kinds.OFF:
        return Outcome.LEFT_OUT
    is_now = mail == kinds.NOW and quiet.quiet_until(now, reader.wishes) is None
    return Outcome.MAILED if is_now else Outcome.TOLD


def _note(
    row: Broadcast, found: dict[uuid.UUID, Outcome], said: Mapping[uuid.UUID, Words], now: datetime
) -> list[uuid.UUID]:
    """Write down who gets it how, and the mails; those who had it already are not among the answer."""
    if not found:
        return []
    values = [
        {
            "hub_id": require_hub_id(),
            "id": ids.uuid7(),
            "broadcast_id": row.id,
            "account_id": account,
            "outcome": outcome,
        }
        for account, outcome in found.items()
    ]
    statement = insert(BroadcastRecipient).values(values).on_conflict_do_nothing().returning(BroadcastRecipient)
    recipients = list(db.session.scalars(statement))
    for one in recipients:
        if one.outcome == Outcome.MAILED:
            one.mail_id = _mail(row, one.account_id, said[one.account_id], now)
    row.mailed += sum(one.outcome == Outcome.MAILED for one in recipients)
    row.told += sum(one.outcome == Outcome.TOLD for one in recipients)
    row.left_out += sum(one.outcome == Outcome.LEFT_OUT for one in recipients)
    return [one.account_id for one in recipients]


def _mail(row: Broadcast, account_id: uuid.UUID, said: Words, now: datetime) -> uuid.UUID:
    context = mail_context(broadcast=row, said=said)
    return notifications.send_mail(
        to_account_id=account_id, template="broadcast", hub_id=row.hub_id, context=context, now=now
    )


def mail_context(*, broadcast: Broadcast, said: Words) -> dict[str, object]:
    """What the mail's template needs, with the words of its reader's language."""
    return {
        "title": said.subject,
        "body_md": said.body_md,
        "broadcast_id": str(broadcast.id),
        "stop": {"hub_id": broadcast.hub_id, "kind": NEWS.name},
    }
