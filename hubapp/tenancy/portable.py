"""A stored hub as a pack again: what was edited on the web leaves as files, and opens elsewhere as the same hub."""

from __future__ import annotations

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.tenancy import packed, queries
from hubapp.tenancy.models import Hub, HubPage
from hubapp.tenancy.packs import schema
from hubapp.tenancy.packs.schema import Pack


def pack_of(hub_id: int) -> Pack:
    """The hub's pack as it is now (platform scope, which may read its domains and all its pages).

    Raises KeyError for a hub that never had a whole pack, such as one made by a test.
    """
    hub = db.session.get_one(Hub, hub_id)
    legal = {key: value for key, value in hub.legal.items() if key != "tax"}
    rows = db.session.scalars(select(HubPage).where(HubPage.hub_id == hub_id))
    pages = sorted(rows, key=lambda page: (page.locale, page.kind, page.position, page.slug))
    topics, first_held = packed.conversations().read(hub_id=hub_id)
    return Pack(
        slug=hub.slug,
        name=hub.name,
        place=hub.place,
        locales=tuple(hub.locales),
        default_locale=hub.default_locale,
        currency=hub.currency,
        timezone=hub.timezone,
        country=hub.country,
        theme=schema.Theme(**hub.theme),
        nav=tuple(hub.home["nav"]),
        features=hub.features,
        domains=tuple(domain.host for domain in queries.domains(hub_id)),
        legal=schema.Legal(**legal),
        tax=schema.Tax(rates=hub.tax_rates, **hub.legal["tax"]),
        home=schema.Home(tuple(hub.home["sections"])),
        texts={locale: schema.Text(**text) for locale, text in hub.home["texts"].items()},
        words=hub.words,
        steps=hub.home.get("steps", {}),
        pages=tuple(
            schema.Page(
                kind="legal" if page.kind == "legal" else "page",
                locale=page.locale,
                slug=page.slug,
                title=page.title,
                body=page.body,
                position=page.position,
            )
            for page in pages
        ),
        topics=topics,
        first_held=first_held,
        theme_css=hub.theme_css,
        logo=hub.logo,
    )
