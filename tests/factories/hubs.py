"""Hubs for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.models import Hub
from hubapp.tenancy.platform import platform_scope

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def make_hub(slug: str = "lyon", **values: Any) -> int:
    """Create a hub in a transaction of its own and return its id (needs an application context)."""
    defaults: dict[str, Any] = {
        "name": slug.title(),
        "place": "Somewhere",
        "status": "open",
        "country": "FR",
        "currency": "EUR",
        "timezone": "Europe/Paris",
        "default_locale": "en",
        "locales": ["en", "fr"],
        "theme": {},
        "home": {},
        "words": {},
        "features": {},
        "legal": {},
        "tax_rates": {"standard": 2000, "reduced": 550, "zero": 0},
        "theme_css": "",
        "opened_at": NOW,
    }
    with platform_scope(reason="test"), unit_of_work():
        hub = Hub(slug=slug, **{**defaults, **values})
        db.session.add(hub)
        db.session.flush()
        return hub.id
