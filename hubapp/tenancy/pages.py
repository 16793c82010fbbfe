"""Writing a hub's pages and legal texts, in all its languages at once; what was there before stays a version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from hubapp.kernel.db import db, require_hub_id
from hubapp.tenancy import editing, errors, markdown
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub, HubPage
from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.settings import SLUG

LONGEST_TITLE = 120


@dataclass(frozen=True, slots=True)
class PageText:
    """A page in one language; empty where there is neither title nor text, and readers get the hub's own language."""

    title: str
    body: str

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not self.title and not self.body


@dataclass(frozen=True, slots=True)
class Writing:
    """A page as somebody wants it: languages that are not named stay. `nav`: its place in the menu, None as it is."""

    slug: str
    texts: Mapping[str, PageText]
    nav: int | None = None


def write_page(
    *, writing: Writing, version: int | None = None, source: int | None = None, actor: Actor, now: datetime
) -> int:
    """Write a page of the current hub; returns the number of its newest version, 0 where nothing ever changed.

    `version`: the number of the version that the form was made from, 0 where there is none.
    Refuses with FieldRefused at slug, locale, title-xx or body-xx, markdown.TextTooLong, or ChangedMeanwhile.
    """
    slug, texts = writing.slug, {locale: _tidy(text) for locale, text in writing.texts.items()}
    change = editing.begin(part="page", subject=slug, version=version)
    _refuse_wrong(change.hub, slug, texts)
    rows = {row.locale: row for row in db.session.scalars(select(HubPage).where(HubPage.slug == slug))}
    _refuse_nothing(change.hub, slug, texts, set(rows))
    for locale, text in texts.items():
        row = rows.get(locale)
        if text.is_empty:
            if row is not None:
                db.session.delete(row)
        elif row is None or (row.title, row.body) != (text.title, text.body):
            _put(row or _new(slug, locale), text, actor, now)
    if writing.nav is not None:
        _put_in_nav(change.hub, slug, writing.nav)
    act = "edit" if source is None else "restore"
    return editing.finish(change, actor=actor, action="page.save", now=now, act=act, source=source)


def save_page(
    *, slug: str, locale: str, title: str, body: str, version: int | None = None, actor: Actor, now: datetime
) -> int:
    """Write a page in one language only."""
    writing = Writing(slug, {locale: PageText(title, body)})
    return write_page(writing=writing, version=version, actor=actor, now=now)


def remove_page(
    *, slug: str, version: int | None = None, source: int | None = None, actor: Actor, now: datetime
) -> int:
    """Remove a page in all languages, from the navigation too; returns the number of the version that says so.

    Refuses with PageProtected, FieldRefused or ChangedMeanwhile.
    """
    if slug in schema.LEGAL_PAGES:
        raise errors.PageProtected
    change = editing.begin(part="page", subject=slug, version=version)
    statement = delete(HubPage).where(HubPage.slug == slug, HubPage.kind == "page").returning(HubPage.id)
    if not db.session.execute(statement).all():
        raise errors.FieldRefused(_("There is no such page."), field="slug")
    hub = change.hub
    hub.home = {**hub.home, "nav": [item for item in hub.home.get("nav", []) if item != f"page:{slug}"]}
    act = "remove" if source is None else "restore"
    return editing.finish(change, actor=actor, action="page.remove", now=now, act=act, source=source)


def check_address(*, slug: str, locale: str) -> None:
    """Refuses with FieldRefused where no page of the current hub can stand."""
    _refuse_address(db.session.get_one(Hub, require_hub_id()), slug=slug, locale=locale)


def check(*, writing: Writing) -> None:
    """Refuses with FieldRefused or TextTooLong what cannot be written in the current hub."""
    texts = {locale: _tidy(text) for locale, text in writing.texts.items()}
    _refuse_wrong(db.session.get_one(Hub, require_hub_id()), writing.slug, texts)


def _refuse_wrong(hub: Hub, slug: str, texts: Mapping[str, PageText]) -> None:
    for locale, text in texts.items():
        _refuse_address(hub, slug=slug, locale=locale)
        if not text.is_empty:
            _refuse_bad(text, locale)


def _refuse_bad(text: PageText, locale: str) -> None:
    if not 0 < len(text.title) <= LONGEST_TITLE:
        raise errors.FieldRefused(
            _("Between 1 and %(most)s characters fit here.", most=LONGEST_TITLE), field=f"title-{locale}"
        )
    if schema.PLACEHOLDER.search(text.title + text.body):
        raise errors.FieldRefused(
            _("Write the text itself: {{…}} is filled in pack files only."), field=f"body-{locale}"
        )
    if len(text.body) > markdown.LONGEST:
        refusal = markdown.TextTooLong(len(text.body))
        refusal.field = f"body-{locale}"
        raise refusal


def _refuse_nothing(hub: Hub, slug: str, texts: Mapping[str, PageText], written: set[str]) -> None:
    """A page has some language; what the menu or the law needs has the hub's own."""
    left = {locale for locale in written | set(texts) if locale not in texts or not texts[locale].is_empty}
    own = hub.default_locale
    is_needed = slug in schema.LEGAL_PAGES or f"page:{slug}" in hub.home.get("nav", [])
    if not left or (is_needed and own in written and own not in left):
        where = own if own in texts else next(iter(texts), own)
        raise errors.FieldRefused(_("Enter a title."), field=f"title-{where}")


def _refuse_address(hub: Hub, *, slug: str, locale: str) -> None:
    if locale not in hub.locales:
        raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field="locale")
    if not SLUG.fullmatch(slug) or slug in set(schema.RESERVED_PAGES) - set(schema.LEGAL_PAGES):
        raise errors.FieldRefused(
            _("An address has small letters, digits and hyphens, and is not taken by the network."), field="slug"
        )


def _tidy(text: PageText) -> PageText:
    return PageText(" ".join(text.title.split()), text.body.replace("\x00", "").replace("\r\n", "\n").strip())


def _new(slug: str, locale: str) -> HubPage:
    order = schema.PAGE_ORDER
    position = order.index(slug) if slug in order else len(order)
    kind = "legal" if slug in schema.LEGAL_PAGES else "page"
    row = HubPage(slug=slug, locale=locale, kind=kind, version=0, position=position)
    db.session.add(row)
    return row


def _put(row: HubPage, text: PageText, actor: Actor, now: datetime) -> None:
    row.title, row.body = text.title, text.body
    row.version += 1
    row.updated_at, row.updated_by = now, actor.id


def _put_in_nav(hub: Hub, slug: str, place: int) -> None:
    nav = [item for item in hub.home.get("nav", []) if item != f"page:{slug}"]
    nav.insert(min(place, len(nav)), f"page:{slug}")
    hub.home = {**hub.home, "nav": nav}
