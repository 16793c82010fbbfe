"""Reading notices: who wants what how, a person's list and count, and what they chose."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import BindParameter, ColumnElement, func, select, text

from hubapp.kernel.db import db
from hubapp.people.notifications import kinds, policies
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.models import Notice, NoticeChoice, NoticeMute, NoticeSettings, PushDevice, PushPause
from hubapp.people.notifications.policies import Wishes
from hubapp.tenancy import queries as tenancy

LATEST = (datetime(9999, 1, 1, tzinfo=UTC), uuid.UUID(int=2**128 - 1))
_READERS = text("SELECT * FROM notice_readers(:accounts, :hub, :kind, :about) ORDER BY account_id")


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody who could be told of one kind of notice about one thing, and how they want it."""

    account_id: uuid.UUID
    is_member: bool
    is_muted: bool
    in_app: bool | None
    mail: str | None
    is_mail_off: bool
    push: bool | None
    has_device: bool
    wishes: Wishes

    def takes(self, hub_id: int | None) -> bool:
        """Whether they are to hear of it at all."""
        return not self.is_muted and (hub_id is None or self.is_member)

    def shows(self, kind: Kind) -> bool:
        """Whether it stands in their list."""
        return kind.in_app if self.in_app is None else self.in_app

    def mail_of(self, kind: Kind) -> str:
        """How it is mailed."""
        if kind.always:
            return kind.mail
        return policies.mail_of(default=kind.mail, chosen=self.mail, is_off=self.is_mail_off, rhythm=self.wishes.rhythm)

    def pushes(self, kind: Kind) -> bool:
        """Whether it goes to their devices. What always arrives does, once somebody has switched one on."""
        return self.has_device and (kind.always or (kind.is_pushed if self.push is None else self.push))


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody gets of one kind: as chosen, or as inherited."""

    kind: Kind
    in_app: bool
    mail: str
    push: bool


@dataclass(frozen=True, slots=True)
class HubState:
    """One of somebody's hubs, and whether they want anything of it."""

    hub_id: int
    is_muted: bool
    is_mail_off: bool


@dataclass(frozen=True, slots=True)
class Device:
    """A browser that shows somebody the notices of a hub. `used_at`: when one last went there."""

    id: uuid.UUID
    hub_id: int
    session_id: uuid.UUID
    browser: str
    system: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a person's notices: first all unread ones, then the others, each the newest first."""

    unread: list[Notice]
    read: list[Notice]
    after: tuple[str, datetime, uuid.UUID] | None


def readers(account_ids: Collection[uuid.UUID], *, hub_id: int | None, kind: str, about: str) -> list[Reader]:
    """Those of the accounts that exist, by their ids, in one query; works in every scope."""
    if not account_ids:
        return []
    rows = db.session.execute(
        _READERS, {"accounts": list(account_ids), "hub": hub_id, "kind": kind, "about": about}
    ).all()
    fallback = _zone(hub_id)
    return [
        Reader(
            row.account_id,
            row.is_member,
            row.is_muted,
            row.in_app,
            row.mail,
            row.is_mail_off,
            row.push,
            row.has_device,
            policies.wishes_of(
                timezone=row.timezone,
                fallback=fallback,
                rhythm=row.rhythm,
                weekday=row.weekday,
                hour=row.hour,
                quiet_from=row.quiet_from,
                quiet_to=row.quiet_to,
            ),
        )
        for row in rows
    ]


def _zone(hub_id: int | None) -> str:
    return "UTC" if hub_id is None else tenancy.hub_view(hub_id).timezone


def unread(account_id: uuid.UUID | BindParameter[uuid.UUID]) -> ColumnElement[int]:
    """How many notices of the current hub (in none: of all) are unread, 100 for more; to be asked with other things."""
    return func.notices_unread(account_id)


def count_unread(account_id: uuid.UUID) -> int:
    """The same, asked alone."""
    return int(db.session.scalar(select(unread(account_id))) or 0)


def notices(account_id: uuid.UUID, *, after: tuple[str, datetime, uuid.UUID] | None = None, limit: int = 30) -> Page:
    """A page of somebody's notices in the current hub, in none: of all hubs. `after`: where the last page ended."""
    stage, at, last = after or ("unread", *LATEST)
    fresh = _some(account_id, is_unread=True, at=at, last=last, limit=limit + 1) if stage == "unread" else []
    if len(fresh) > limit:
        return Page(fresh[:limit], [], ("unread", fresh[limit - 1].at, fresh[limit - 1].id))
    at, last = LATEST if stage == "unread" else (at, last)
    room = limit - len(fresh)
    older = _some(account_id, is_unread=False, at=at, last=last, limit=room + 1)
    if len(older) <= room:
        return Page(fresh, older, None)
    shown = older[:room]
    return Page(fresh, shown, ("read", shown[-1].at, shown[-1].id) if shown else ("read", *LATEST))


def _some(account_id: uuid.UUID, *, is_unread: bool, at: datetime, last: uuid.UUID, limit: int) -> list[Notice]:
    asked = text("SELECT * FROM notices_of(:account, :unread, :at, :last, :limit)")
    values = {"account": account_id, "unread": is_unread, "at": at, "last": last, "limit": limit}
    return list(db.session.scalars(select(Notice).from_statement(asked), values))


def notice(account_id: uuid.UUID, notice_id: uuid.UUID) -> Notice | None:
    """One of somebody's notices, as far as the current site shows it."""
    asked = text("SELECT * FROM notice_one(:account, :id)")
    return db.session.scalars(select(Notice).from_statement(asked), {"account": account_id, "id": notice_id}).first()


def choices(account_id: uuid.UUID, *, hub_id: int | None) -> list[Choice]:
    """What somebody gets of each kind that can be chosen: in a hub, or wherever they chose nothing else."""
    rows = _chosen(account_id, hub_id)
    rhythm = settings(account_id, fallback="UTC").rhythm
    return [
        Choice(
            kind,
            bool(_first(rows, kind.name, "in_app", kind.in_app)),
            str(_first(rows, kind.name, "mail", rhythm if kind.mail == kinds.DAILY else kind.mail)),
            bool(_first(rows, kind.name, "push", kind.is_pushed)),
        )
        for kind in kinds.choosable()
    ]


def _first(rows: dict[tuple[str, bool], NoticeChoice], kind: str, field: str, default: object) -> object:
    """The hub's choice, else the one for everywhere, else the default."""
    for is_hub in (True, False):
        row = rows.get((kind, is_hub))
        value = getattr(row, field) if row is not None else None
        if value is not None:
            return value
    return default


def _chosen(account_id: uuid.UUID, hub_id: int | None) -> dict[tuple[str, bool], NoticeChoice]:
    statement = select(NoticeChoice).where(
        NoticeChoice.account_id == account_id,
        (NoticeChoice.hub_id.is_(None)) | (NoticeChoice.hub_id == hub_id),
    )
    return {(row.kind, row.hub_id is not None): row for row in db.session.scalars(statement)}


def chosen(account_id: uuid.UUID, *, hub_id: int) -> list[NoticeChoice]:
    """What somebody chose themselves, in a hub and everywhere; kind `*`: all of them."""
    found = _chosen(account_id, hub_id).values()
    return sorted(found, key=lambda row: (row.hub_id is not None, row.kind))


def is_mail_off(account_id: uuid.UUID, *, hub_id: int | None) -> bool:
    """Whether somebody wants no mails of a hub, or (no hub) none at all, but those that always arrive."""
    row = _chosen(account_id, hub_id).get((kinds.EVERYTHING, hub_id is not None))
    return row is not None and row.mail == kinds.OFF


def mail_choice(account_id: uuid.UUID, *, hub_id: int | None, kind: str) -> str | None:
    """What was chosen at exactly this place."""
    row = _chosen(account_id, hub_id).get((kind, hub_id is not None))
    return None if row is None else row.mail


def settings(account_id: uuid.UUID, *, fallback: str) -> Wishes:
    """When somebody wants digests and when quiet; `fallback`: the time zone of who named none."""
    row = db.session.get(NoticeSettings, account_id)
    return policies.wishes_of(
        timezone=row.timezone if row else None,
        fallback=fallback,
        rhythm=row.rhythm if row else None,
        weekday=row.weekday if row else None,
        hour=row.hour if row else None,
        quiet_from=row.quiet_from if row else None,
        quiet_to=row.quiet_to if row else None,
    )


def named_zone(account_id: uuid.UUID) -> str | None:
    """The time zone somebody named."""
    row = db.session.get(NoticeSettings, account_id)
    return row.timezone if row else None


def hubs(account_id: uuid.UUID) -> list[HubState]:
    """The hubs somebody belongs to; works in every scope."""
    rows = db.session.execute(text("SELECT * FROM notice_hubs(:account)"), {"account": account_id})
    return [HubState(row.hub_id, row.is_muted, row.is_mail_off) for row in rows]


def mutes(account_id: uuid.UUID, *, hub_id: int) -> Sequence[str]:
    """What somebody muted in a hub, '' for the hub itself."""
    statement = select(NoticeMute.about).where(NoticeMute.account_id == account_id, NoticeMute.hub_id == hub_id)
    return db.session.scalars(statement).all()


def devices(account_id: uuid.UUID, *, now: datetime) -> list[Device]:
    """The devices that show somebody the notices of this hub, or in no hub those of any. `now`: wall time."""
    rows = db.session.execute(
        text("SELECT * FROM push_devices(:account, :now)"), {"account": account_id, "now": now}
    ).all()
    return [Device(*tuple(row)) for row in rows]


def targets(account_id: uuid.UUID, *, hub_id: int | None, now: datetime) -> list[PushDevice]:
    """Where a notice of a hub, or of none, is to be shown now (platform scope). `now`: wall time."""
    asked = select(PushDevice).from_statement(text("SELECT * FROM push_targets(:account, :hub, :now)"))
    return list(db.session.scalars(asked, {"account": account_id, "hub": hub_id, "now": now}))


def pause_of(host: str, *, now: datetime) -> datetime | None:
    """Until when a push service wants to be left alone; None: it does not (platform scope). `now`: wall time."""
    return db.session.scalar(select(PushPause.until).where(PushPause.host == host, PushPause.until > now))
