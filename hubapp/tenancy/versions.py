"""Earlier versions of what a connector edits: listed newest first, and brought back as a new version."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import arrangement, brand, editing, errors, pages
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub, HubVersion
from hubapp.tenancy.packs import schema

PART_PERMISSIONS = {
    "brand": "brand.edit",
    "front": "pages.edit",
    "steps": "mentors.manage",
    "page": "pages.edit",
    "switches": "switches.edit",
}
PAGE = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """A version with the one before it, None for the first."""

    version: HubVersion
    before: HubVersion | None


def versions(part: str, subject: str = "", *, below: int | None = None, limit: int = PAGE) -> Sequence[Pair]:
    """A part's versions, newest first, paged by their number."""
    statement = select(HubVersion).where(HubVersion.part == part, HubVersion.subject == subject)
    if below is not None:
        statement = statement.where(HubVersion.number < below)
    rows = db.session.scalars(statement.order_by(HubVersion.number.desc()).limit(limit + 1)).all()
    return [Pair(row, before) for row, before in zip(rows, [*rows[1:], None], strict=False)][:limit]


def version(version_id: uuid.UUID) -> Pair:
    """One version with the one before it. Refuses with NoSuchVersion."""
    row = db.session.scalar(select(HubVersion).where(HubVersion.id == version_id))
    if row is None:
        raise errors.NoSuchVersion
    return Pair(row, _numbered(row, row.number - 1))


def newest(part: str, subject: str = "") -> Pair | None:
    """The version of now, None where a part was never changed."""
    row = editing.newest(part, subject)
    return Pair(row, _numbered(row, row.number - 1)) if row else None


def number(part: str, subject: str = "") -> int:
    """What a form carries, so that nobody writes over what they have not seen."""
    row = editing.newest(part, subject)
    return row.number if row else 0


def removed_pages() -> list[str]:
    """Pages that were removed and not written again, by address."""
    later = aliased(HubVersion)
    newest_of = select(func.max(later.number)).where(later.part == "page", later.subject == HubVersion.subject)
    statement = select(HubVersion.subject).where(
        HubVersion.part == "page",
        HubVersion.act.in_(("remove", "restore")),
        HubVersion.content["texts"] == {},
        HubVersion.number == newest_of.scalar_subquery(),
    )
    return list(db.session.scalars(statement.order_by(HubVersion.subject).limit(PAGE)))


def present(part: str, subject: str = "") -> dict[str, Any]:
    """What a part of the current hub holds now."""
    return editing.content(db.session.get_one(Hub, require_hub_id()), part, subject)


def bring_back(*, version_id: uuid.UUID, seen: int | None = None, actor: Actor, now: datetime) -> int:
    """Make a part what it was in this version, which is a new version itself; returns its number.

    `seen`: the newest version that the person saw. Refuses with NoSuchVersion, ChangedMeanwhile, and whatever would
    not be accepted today.
    """
    row = version(version_id).version
    given: dict[str, Any] = {"version": seen, "source": row.number, "actor": actor, "now": now}
    held = row.content
    if row.part == "brand":
        return brand.edit_brand(brand=brand_of(held), **given)
    hub = db.session.get_one(Hub, require_hub_id())
    if row.part == "front":
        return brand.edit_front(front=front_of(hub, held), **given)
    if row.part == "steps":
        steps = {locale: {key: held.get(locale, {}).get(key, "") for key in schema.STEPS} for locale in hub.locales}
        return brand.edit_steps(steps=steps, **given)
    if row.part == "switches":
        # From before a switch needed another: what was on alone showed nothing.
        known = {name: arrangement.is_on(held, name) for name in schema.FEATURES if name in held}
        return brand.edit_switches(switches=known, **given)
    if not held["texts"]:
        return pages.remove_page(slug=row.subject, **given)
    return pages.write_page(writing=writing_of(hub, row.subject, held), **given)


def brand_of(held: Mapping[str, Any]) -> brand.Brand:
    """A version of the brand, as the service takes it, with its drawing."""
    drawing = (editing.kept_logo(held["logo"]) or b"") if held["logo"] else b""
    return brand.Brand(held["name"], held["place"], held["theme"], held["theme_css"], drawing)


def front_then(held: Mapping[str, Any]) -> brand.Front:
    """A version of the front page as it was."""
    sections = tuple(held.get("sections") or schema.SECTIONS)
    return brand.Front(sections, held.get("texts", {}), held.get("words", {}))


def front_of(hub: Hub, held: Mapping[str, Any]) -> brand.Front:
    """A version of the front page, without languages that the hub has no longer."""
    chosen = held.get("sections") or schema.SECTIONS
    sections = tuple(name for name in chosen if name in schema.SECTIONS)
    texts, words = (
        {locale: table for locale, table in held.get(key, {}).items() if locale in hub.locales}
        for key in ("texts", "words")
    )
    return brand.Front(sections, texts, words)


def writing_of(hub: Hub, slug: str, held: Mapping[str, Any]) -> pages.Writing:
    """A version of a page, as the service takes it: languages it was not written in are empty again."""
    none = {"title": "", "body": ""}
    texts = {locale: pages.PageText(**held["texts"].get(locale, none)) for locale in hub.locales}
    return pages.Writing(slug, texts, nav=held.get("nav"))


def _numbered(row: HubVersion, wanted: int) -> HubVersion | None:
    return db.session.scalar(
        select(HubVersion).where(
            HubVersion.part == row.part, HubVersion.subject == row.subject, HubVersion.number == wanted
        )
    )
