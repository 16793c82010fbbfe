"""What somebody wants to be told: per kind and hub, when, and what not at all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from zoneinfo import available_timezones

from flask_babel import gettext as _
from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel.db import db
from hubapp.people.notifications import kinds, queries
from hubapp.people.notifications.errors import QuietAllDay, UnknownZone
from hubapp.people.notifications.models import NoticeChoice, NoticeMute, NoticeSettings
from hubapp.people.notifications.policies import next_digest
from hubapp.people.notifications.queries import Choice
from hubapp.people.notifications.services import digests


def choose(
    *,
    account_id: uuid.UUID,
    hub_id: int | None,
    wanted: Mapping[str, tuple[bool, str]],
    pushed: Mapping[str, bool] | None = None,
) -> None:
    """Set kind → (in the app, how by mail), in one hub or (no hub) wherever nothing else was chosen.

    `pushed`: kind → whether devices show it; those of `wanted` that it leaves out stay as they are. What equals what
    would hold anyway is not kept, so that it follows later changes. Raises LookupError for a kind that is unknown or
    always arrives, ValueError for a way that does not exist.
    """
    inherited = _inherited(account_id, hub_id)
    for name, (in_app, mail) in wanted.items():
        if name not in inherited:
            raise LookupError(f"nobody can choose {name!r}")
        if mail not in kinds.MAILS:
            raise ValueError(f"there is no mail {mail!r}")
        usual, row = inherited[name], _row(account_id, hub_id, name)
        row.in_app = None if in_app == usual.in_app else in_app
        row.mail, row.mail_before = None if mail == usual.mail else mail, None
        if pushed and name in pushed:
            row.push = None if pushed[name] == usual.push else pushed[name]
        _keep(row)
    db.session.flush()


def _keep(row: NoticeChoice) -> None:
    """A choice of nothing is none."""
    if not row.is_empty:
        db.session.add(row)
    elif row in db.session:
        db.session.delete(row)


def _inherited(account_id: uuid.UUID, hub_id: int | None) -> dict[str, Choice]:
    if hub_id is not None:
        return {one.kind.name: one for one in queries.choices(account_id, hub_id=None)}
    rhythm = queries.settings(account_id, fallback="UTC").rhythm
    return {
        kind.name: Choice(kind, kind.in_app, rhythm if kind.mail == kinds.DAILY else kind.mail, kind.is_pushed)
        for kind in kinds.choosable()
    }


def _row(account_id: uuid.UUID, hub_id: int | None, kind: str) -> NoticeChoice:
    """The choice made at this place, or a new one that is not kept yet."""
    at = NoticeChoice.hub_id.is_(None) if hub_id is None else NoticeChoice.hub_id == hub_id
    statement = select(NoticeChoice).where(NoticeChoice.account_id == account_id, at, NoticeChoice.kind == kind)
    return db.session.scalar(statement) or NoticeChoice(account_id=account_id, hub_id=hub_id, kind=kind)


def unsubscribe(*, account_id: uuid.UUID, hub_id: int | None, kind: str) -> None:
    """No more mails of a kind (`*`: of any that can be switched off) from a hub; in no hub, from all."""
    row = _row(account_id, hub_id, kind)
    if row.mail != kinds.OFF:
        row.mail_before, row.mail = row.mail, kinds.OFF
        db.session.add(row)
        db.session.flush()


def unsubscribe_undone(*, account_id: uuid.UUID, hub_id: int | None, kind: str) -> None:
    """As before unsubscribing."""
    row = _row(account_id, hub_id, kind)
    if row.mail != kinds.OFF:
        return
    row.mail, row.mail_before = row.mail_before, None
    _keep(row)
    db.session.flush()


def mute(*, account_id: uuid.UUID, hub_id: int, about: str = "", now: datetime) -> None:
    """Nothing more about a thing of a hub, or (no thing) about the hub, but what always arrives."""
    values = {"account_id": account_id, "hub_id": hub_id, "about": about, "at": now}
    db.session.execute(insert(NoticeMute).values(values).on_conflict_do_nothing())


def unmute(*, account_id: uuid.UUID, hub_id: int, about: str = "") -> None:
    """Be told again."""
    db.session.execute(
        delete(NoticeMute).where(
            NoticeMute.account_id == account_id, NoticeMute.hub_id == hub_id, NoticeMute.about == about
        )
    )


def save_settings(
    *,
    account_id: uuid.UUID,
    rhythm: str,
    weekday: int,
    hour: int,
    timezone: str | None,
    quiet: tuple[int, int] | None,
    now: datetime,
) -> None:
    """When digests come and when no mail does. Refuses with UnknownZone or QuietAllDay."""
    if timezone is not None and timezone not in available_timezones():
        raise UnknownZone(_("Choose a time zone of the list."))
    if quiet is not None and quiet[0] == quiet[1]:
        raise QuietAllDay(_("Quiet hours must end at another hour than they begin."))
    row = db.session.get(NoticeSettings, account_id) or NoticeSettings(account_id=account_id)
    row.rhythm, row.weekday, row.hour, row.timezone = rhythm, weekday, hour, timezone
    row.quiet_from, row.quiet_to = quiet or (None, None)
    db.session.add(row)
    db.session.flush()
    due = digests.due_for_change(account_id=account_id)
    if due is not None:
        # What waits goes at the new hour; the job itself looks whether that is the day of the weekly one.
        wishes = queries.settings(account_id, fallback="UTC")
        due.due_at, due.day = next_digest(now, wishes, weekly=False)
        db.session.flush()
