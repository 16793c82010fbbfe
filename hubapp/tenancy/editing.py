"""Every change of what a connector edits, whole: the hub's row is locked, and what was there before stays a version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import after_commit, db, require_hub_id
from hubapp.tenancy import audit, errors, queries
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub, HubLogo, HubPage, HubVersion
from hubapp.tenancy.packs import schema

# How long a drawing that was only looked at stays.
LOOKED_AT = timedelta(days=1)
# A change of the brand may rename the hub, which its front page follows.
_TOUCHED: Mapping[str, tuple[str, ...]] = {
    "brand": ("brand", "front"),
    "front": ("front",),
    "steps": ("steps",),
    "page": ("page",),
    "switches": ("switches",),
}


@dataclass(frozen=True, slots=True)
class Change:
    """A change under way: the locked hub, and what its parts held before."""

    hub: Hub
    part: str
    subject: str
    before: Mapping[str, Mapping[str, Any]]
    logo: bytes | None = field(default=None, repr=False)


def begin(*, part: str, subject: str = "", version: int | None = None) -> Change:
    """Lock the current hub for a change of one of its parts. `version`: the number of the version that a form shows.

    Refuses with ChangedMeanwhile where there is a newer one.
    """
    hub = _locked()
    if version is not None:
        latest = newest(part, subject)
        if version != (latest.number if latest else 0):
            raise errors.ChangedMeanwhile(latest)
    before = {touched: content(hub, touched, subject) for touched in _TOUCHED[part]}
    return Change(hub, part, subject, before, hub.logo if part == "brand" else None)


def finish(
    change: Change, *, actor: Actor, action: str, now: datetime, act: str = "edit", source: int | None = None
) -> int:
    """Write down what came of it; returns the number of the part's newest version, 0 where it never changed."""
    hub = change.hub
    db.session.flush()
    if change.part == "brand":
        for drawing in (change.logo, hub.logo):
            if drawing:
                keep_logo(drawing, now=now)
    for part, before in change.before.items():
        _keep(hub, part, change.subject, before, _Row(actor, now, act, source if part == change.part else None))
    subject = change.subject or hub.slug
    audit.record(actor=actor, action=action, hub_id=hub.id, subject=subject, now=now)
    if change.part != "page":
        hub.brand_version += 1
    db.session.flush()
    _sweep(now)
    hub_id = hub.id
    after_commit(lambda: queries.forget(hub_id))
    latest = newest(change.part, change.subject)
    return latest.number if latest else 0


def newest(part: str, subject: str = "") -> HubVersion | None:
    """The last version of a part of the current hub."""
    statement = select(HubVersion).where(HubVersion.part == part, HubVersion.subject == subject)
    return db.session.scalars(statement.order_by(HubVersion.number.desc()).limit(1)).one_or_none()


def content(hub: Hub, part: str, subject: str = "") -> dict[str, Any]:
    """What a part holds now, as a version keeps it."""
    home = hub.home
    if part == "brand":
        logo = digest(hub.logo) if hub.logo else ""
        plain = {"name": hub.name, "place": hub.place, "theme": dict(hub.theme)}
        return {**plain, "theme_css": hub.theme_css, "logo": logo}
    if part == "front":
        keys = ("sections", "texts")
        return {**{key: home[key] for key in keys if key in home}, "words": hub.words}
    if part == "steps":
        return dict(home.get("steps", {}))
    if part == "switches":
        return {name: bool(hub.features.get(name, name not in schema.OFF_AT_FIRST)) for name in schema.FEATURES}
    rows = db.session.scalars(select(HubPage).where(HubPage.slug == subject, HubPage.hub_id == hub.id))
    texts = {row.locale: {"title": row.title, "body": row.body} for row in rows}
    nav = list(home.get("nav", []))
    return {"texts": texts, "nav": nav.index(f"page:{subject}") if f"page:{subject}" in nav else None}


def digest(drawing: bytes) -> str:
    """The name that a drawing is kept under."""
    return hashlib.sha256(drawing).hexdigest()


def keep_logo(drawing: bytes, *, now: datetime) -> str:
    """Keep a checked drawing for the current hub; returns its name."""
    name = digest(drawing)
    row = {"hub_id": require_hub_id(), "id": ids.uuid7(), "digest": name, "body": drawing, "kept_at": now}
    db.session.execute(insert(HubLogo).values(row).on_conflict_do_nothing())
    return name


def kept_logo(name: str) -> bytes | None:
    """A drawing kept for the current hub."""
    return db.session.scalar(select(HubLogo.body).where(HubLogo.digest == name))


@dataclass(frozen=True, slots=True)
class _Row:
    """Who did what, when."""

    actor: Actor
    now: datetime
    act: str
    source: int | None


def _locked() -> Hub:
    statement = (
        select(Hub).where(Hub.id == require_hub_id()).with_for_update().execution_options(populate_existing=True)
    )
    return db.session.scalars(statement).one()


def _keep(hub: Hub, part: str, subject: str, before: Mapping[str, Any], row: _Row) -> None:
    """Add the version after the change, and before it what stands in no version yet."""
    after = content(hub, part, subject)
    if after == before:
        return
    latest = newest(part, subject)
    number = latest.number if latest else 0
    is_kept = latest.content == before if latest else part == "page" and not before["texts"]
    if not is_kept:
        number += 1
        since = row.now if latest else _since(hub, part, subject)
        _add(part, subject, number, before, at=since, act="found")
    act = "edit" if row.act == "restore" and row.source is None else row.act
    by = {"by_id": row.actor.id, "by_name": row.actor.name, "source": row.source}
    _add(part, subject, number + 1, after, at=row.now, act=act, **by)
    db.session.flush()


def _add(part: str, subject: str, number: int, held: Mapping[str, Any], **values: Any) -> None:
    db.session.add(HubVersion(part=part, subject=subject, number=number, content=dict(held), **values))


def _since(hub: Hub, part: str, subject: str) -> datetime:
    """Since when what was never edited is as it is."""
    if part == "page":
        before = select(func.min(HubPage.updated_at)).where(HubPage.slug == subject)
        return min(db.session.scalar(before) or hub.opened_at, hub.opened_at)
    return hub.opened_at


def _sweep(now: datetime) -> None:
    """Forget drawings that somebody looked at and did not save."""
    is_needed = select(HubVersion.id).where(
        HubVersion.part == "brand", HubVersion.content["logo"].astext == HubLogo.digest
    )
    db.session.execute(delete(HubLogo).where(HubLogo.kept_at < now - LOOKED_AT, ~is_needed.exists()))
