"""Reading hubs: the view that every page gets, the directory, pages and legal texts."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select

from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.remembered import Remembered
from hubapp.tenancy.models import AuditEvent, Hub, HubDomain, HubPage, HubStatus

CACHE_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class HubView:
    """What pages know of a hub; plain values, safe to keep between requests."""

    id: int
    slug: str
    name: str
    place: str
    status: str
    frozen_reason: str | None
    country: str
    currency: str
    timezone: str
    default_locale: str
    locales: tuple[str, ...]
    theme: dict[str, Any]
    home: dict[str, Any]
    words: dict[str, Any]
    features: dict[str, Any]
    legal: dict[str, Any]
    tax_rates: dict[str, int]
    has_logo: bool
    brand_version: int
    member_count: int
    opened_at: datetime

    @property
    def is_selling(self) -> bool:
        """Whether orders may be placed here."""
        return self.status == HubStatus.OPEN

    @property
    def zone(self) -> ZoneInfo:
        """The hub's time zone; days and months of its books follow it."""
        return ZoneInfo(self.timezone)

    def word(self, key: str, locale: str) -> str | None:
        """The hub's own noun for `key` in `locale`, or in its default language."""
        text = self.words.get(locale, {}).get(key) or self.words.get(self.default_locale, {}).get(key)
        return str(text) if text else None


_FIELDS = tuple(name for name in HubView.__slots__ if name != "has_logo")
_views: Remembered[int, HubView] = Remembered(CACHE_SECONDS)
_titles: Remembered[tuple[int, str], dict[str, str]] = Remembered(CACHE_SECONDS)


def view_of(hub: Hub) -> HubView:
    """A hub row as plain values."""
    values = {name: getattr(hub, name) for name in _FIELDS}
    values["locales"] = tuple(hub.locales)
    return HubView(has_logo=hub.logo_type is not None, **values)


def hub_view(hub_id: int) -> HubView:
    """The hub's view, remembered for two seconds. What must be exact (is it frozen?) is asked again where it counts."""
    return _views.get(hub_id, lambda: view_of(db.session.get_one(Hub, hub_id)))


def page_titles(locale: str, fallback: str) -> dict[str, str]:
    """Slug → title of the current hub's pages, for menus; remembered for two seconds like the hub itself."""
    return _titles.get((require_hub_id(), locale), lambda: _titles_in(locale, fallback))


def _titles_in(locale: str, fallback: str) -> dict[str, str]:
    statement = select(HubPage.slug, HubPage.title, HubPage.locale).where(HubPage.locale.in_((locale, fallback)))
    rows = db.session.execute(statement.order_by(HubPage.position, HubPage.slug)).all()
    return {row.slug: row.title for row in sorted(rows, key=lambda row: row.locale == locale)}


def forget(hub_id: int | None = None) -> None:
    """Drop what is remembered, of one hub or of all, after a change in this process."""
    _views.forget(lambda key: hub_id in {None, key})
    _titles.forget(lambda key: hub_id in {None, key[0]})


def hub_id_of(slug: str) -> int | None:
    """Id of a hub by slug, unless it is closed."""
    return db.session.scalar(select(Hub.id).where(Hub.slug == slug, Hub.status != HubStatus.CLOSED))


def hub_of_domain(host: str) -> tuple[int, str] | None:
    """(id, slug) of the hub that a verified custom domain belongs to."""
    row = db.session.execute(
        select(Hub.id, Hub.slug)
        .join(HubDomain, HubDomain.hub_id == Hub.id)
        .where(HubDomain.host == host, HubDomain.verified_at.is_not(None), Hub.status != HubStatus.CLOSED)
    ).one_or_none()
    return (row.id, row.slug) if row else None


def directory(*, search: str = "", after: str = "", limit: int = 24) -> Sequence[Hub]:
    """Hubs that visitors can see, by slug, paged by key; `search` looks into name, place and slug."""
    statement = select(Hub).where(Hub.status != HubStatus.CLOSED, Hub.slug > after).order_by(Hub.slug).limit(limit)
    if search:
        statement = statement.where(Hub.called(search))
    return db.session.scalars(statement).all()


@dataclass(frozen=True, slots=True)
class Look:
    """What a hub's stylesheet is made of."""

    theme: dict[str, Any]
    theme_css: str
    version: int


def look(hub_id: int) -> Look:
    """A hub's look as stored now, never remembered: addresses that carry a version must tell the truth about it."""
    row = db.session.execute(select(Hub.theme, Hub.theme_css, Hub.brand_version).where(Hub.id == hub_id)).one()
    return Look(row.theme, row.theme_css, row.brand_version)


def looks(hub_ids: Collection[int]) -> dict[int, dict[str, Any]]:
    """Themes of several hubs, for their cards."""
    rows = db.session.execute(select(Hub.id, Hub.theme).where(Hub.id.in_(hub_ids)))
    return {row.id: row.theme for row in rows}


def domains(hub_id: int) -> Sequence[HubDomain]:
    """A hub's own domains, verified or not."""
    return db.session.scalars(select(HubDomain).where(HubDomain.hub_id == hub_id).order_by(HubDomain.host)).all()


def slugs() -> list[tuple[int, str]]:
    """(id, slug) of every hub, closed ones included, by slug."""
    return [(row.id, row.slug) for row in db.session.execute(select(Hub.id, Hub.slug).order_by(Hub.slug))]


def by_slug(slug: str) -> Hub | None:
    """A hub by slug, whatever its state."""
    return db.session.scalar(select(Hub).where(Hub.slug == slug))


def logo_of(hub_id: int) -> tuple[bytes, str] | None:
    """(bytes, media type) of a hub's logo."""
    row = db.session.execute(select(Hub.logo, Hub.logo_type).where(Hub.id == hub_id)).one_or_none()
    return (row.logo, row.logo_type) if row and row.logo and row.logo_type else None


def page(slug: str, locale: str, fallback: str) -> HubPage | None:
    """A page of the current hub in `locale`, else in `fallback`."""
    rows = db.session.scalars(select(HubPage).where(HubPage.slug == slug, HubPage.locale.in_((locale, fallback)))).all()
    return min(rows, key=lambda row: row.locale != locale, default=None)


def pages(locale: str) -> Sequence[HubPage]:
    """The current hub's pages in one language, in their order."""
    return db.session.scalars(
        select(HubPage).where(HubPage.locale == locale).order_by(HubPage.kind.desc(), HubPage.position, HubPage.slug)
    ).all()


def audit_log(*, hub_id: int | None = None, before: datetime | None = None, limit: int = 50) -> Sequence[AuditEvent]:
    """Newest acts first, paged by time (platform scope)."""
    statement = select(AuditEvent).order_by(AuditEvent.at.desc()).limit(limit)
    if hub_id is not None:
        statement = statement.where(AuditEvent.hub_id == hub_id)
    if before is not None:
        statement = statement.where(AuditEvent.at < before)
    return db.session.scalars(statement).all()
