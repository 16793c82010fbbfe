"""Bringing a catalogue along: many listings at once, by the central role only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from slugify import slugify

from hubapp.kernel import bulk, ids
from hubapp.kernel.db import require_hub_id
from hubapp.market.catalogue import queries
from hubapp.market.catalogue.models import Kind, Status

COLUMNS = {
    "hub_id": "int8",
    "id": "uuid",
    "kind": "text",
    "title": "text",
    "slug": "text",
    "body_md": "text",
    "price": "int8",
    "currency": "text",
    "reserved": "int4",
    "sold": "int4",
    "has_pickup": "bool",
    "tax_category": "text",
    "status": "text",
    "cover_seed": "text",
    "external_ref": "text",
    "created_at": "timestamptz",
    "updated_at": "timestamptz",
}


@dataclass(frozen=True, slots=True)
class Article:
    """An article of another system: `ref` is its code there, `price` in minor units (0: not for sale any more)."""

    ref: str
    title: str
    price: int
    sold: int


def bring_articles(*, articles: Sequence[Article], currency: str, tax_category: str, now: datetime) -> dict[str, UUID]:
    """Add the articles that the hub does not have yet, sold by the core; returns the listing of every reference."""
    known = queries.by_external_ref()
    hub_id = require_hub_id()
    fresh = {article.ref: ids.uuid7() for article in articles if article.ref not in known}
    bulk.copy_rows(
        "listing",
        tuple(COLUMNS),
        tuple(COLUMNS.values()),
        (
            (
                hub_id,
                fresh[article.ref],
                Kind.PRODUCT.value,
                article.title,
                slugify(article.title) or "article",
                "",
                article.price,
                currency,
                0,
                article.sold,
                True,
                tax_category,
                (Status.LIVE if article.price > 0 else Status.WITHDRAWN).value,
                article.ref,
                article.ref,
                now,
                now,
            )
            for article in articles
            if article.ref in fresh
        ),
    )
    return known | fresh
