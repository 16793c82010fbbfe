"""Writing a hub's pages and legal texts: one row per language, a version against writing over each other."""

from __future__ import annotations

import re
from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import delete, select

from hubapp.kernel.db import after_commit, db, require_hub_id
from hubapp.tenancy import audit, errors, markdown, queries
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.models import Hub, HubPage
from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.settings import SLUG

LONGEST_TITLE = 120
# In a pack's files such a mark stands for a value; in a stored page it would mean something else after an export.
_PLACEHOLDER = re.compile(r"\{\{\s*\w+\s*\}\}")


def save_page(
    *, slug: str, locale: str, title: str, body: str, version: int | None = None, actor: Actor, now: datetime
) -> HubPage:
    """Write a page of the current hub in one language. `version`: what the form was made from, 0 for a new page.

    Refuses with FieldRefused at slug, locale, title or body, markdown.TextTooLong, or ChangedMeanwhile.
    """
    hub = db.session.get_one(Hub, require_hub_id())
    _refuse_bad(hub, slug=slug, locale=locale, title=" ".join(title.split()), body=body)
    page = db.session.scalar(select(HubPage).where(HubPage.slug == slug, HubPage.locale == locale).with_for_update())
    if version is not None and version != (page.version if page else 0):
        raise errors.ChangedMeanwhile
    if page is None:
        page = HubPage(slug=slug, locale=locale, kind=_kind(slug), version=0, position=_position(slug))
        db.session.add(page)
    page.title, page.body = " ".join(title.split()), body.replace("\r\n", "\n").strip()
    page.version += 1
    page.updated_at, page.updated_by = now, actor.id
    audit.record(actor=actor, action="page.save", hub_id=hub.id, subject=f"{locale}/{slug}", now=now)
    db.session.flush()
    hub_id = hub.id
    after_commit(lambda: queries.forget(hub_id))
    return page


def remove_page(*, slug: str, actor: Actor, now: datetime) -> None:
    """Remove a page in all languages, from the navigation too. Refuses with PageProtected or FieldRefused."""
    if slug in schema.LEGAL_PAGES:
        raise errors.PageProtected
    hub_id = require_hub_id()
    removed = db.session.execute(
        delete(HubPage).where(HubPage.slug == slug, HubPage.kind == "page").returning(HubPage.id)
    ).all()
    if not removed:
        raise errors.FieldRefused(_("There is no such page."), field="slug")
    statement = select(Hub).where(Hub.id == hub_id).with_for_update()
    hub = db.session.scalars(statement.execution_options(populate_existing=True)).one()
    hub.home = {**hub.home, "nav": [item for item in hub.home.get("nav", []) if item != f"page:{slug}"]}
    audit.record(actor=actor, action="page.remove", hub_id=hub_id, subject=slug, now=now)
    db.session.flush()
    after_commit(lambda: queries.forget(hub_id))


def check_address(*, slug: str, locale: str) -> None:
    """Refuses with FieldRefused where no page of the current hub can stand."""
    _refuse_address(db.session.get_one(Hub, require_hub_id()), slug=slug, locale=locale)


def _refuse_bad(hub: Hub, *, slug: str, locale: str, title: str, body: str) -> None:
    _refuse_address(hub, slug=slug, locale=locale)
    if not 0 < len(title) <= LONGEST_TITLE:
        raise errors.FieldRefused(_("Between 1 and %(most)s characters fit here.", most=LONGEST_TITLE), field="title")
    if _PLACEHOLDER.search(title + body):
        raise errors.FieldRefused(_("Write the text itself: {{…}} is filled in pack files only."), field="body")
    if len(body) > markdown.LONGEST:
        refusal = markdown.TextTooLong(len(body))
        refusal.field = "body"
        raise refusal


def _refuse_address(hub: Hub, *, slug: str, locale: str) -> None:
    if locale not in hub.locales:
        raise errors.FieldRefused(_("This hub does not speak %(locale)s.", locale=locale[:20]), field="locale")
    if not SLUG.fullmatch(slug) or slug in set(schema.RESERVED_PAGES) - set(schema.LEGAL_PAGES):
        raise errors.FieldRefused(
            _("An address has small letters, digits and hyphens, and is not taken by the network."), field="slug"
        )


def _kind(slug: str) -> str:
    return "legal" if slug in schema.LEGAL_PAGES else "page"


def _position(slug: str) -> int:
    return schema.PAGE_ORDER.index(slug) if slug in schema.PAGE_ORDER else len(schema.PAGE_ORDER)
