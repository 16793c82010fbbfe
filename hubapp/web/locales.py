"""Which language a page speaks: what the visitor chose, or the account, or the hub; without a hub the browser."""

from __future__ import annotations

from flask import g, has_request_context, request
from flask_login import current_user

NETWORK = ("en", "fr", "ar")
COOKIE = "locale"


def offered() -> tuple[str, ...]:
    """Languages of the current site: the hub's own, or the network's."""
    hub = g.get("hub")
    return tuple(hub.locales) if hub is not None else NETWORK


def select_locale() -> str | None:
    """Locale for the current request; a choice that the site does not offer is ignored."""
    if not has_request_context():
        return None
    languages = offered()
    chosen = request.cookies.get(COOKIE)
    if chosen in languages:
        return chosen
    if g.get("scope_stack") is not None and current_user.is_authenticated and current_user.locale in languages:
        return str(current_user.locale)
    hub = g.get("hub")
    if hub is not None and hub.default_locale in languages:
        # A hub speaks its own language unless asked otherwise: that is part of being its own place.
        return str(hub.default_locale)
    return request.accept_languages.best_match(languages) or languages[0]


def select_timezone() -> str | None:
    """The hub's time zone; UTC on the central domain."""
    hub = g.get("hub") if has_request_context() else None
    return hub.timezone if hub is not None else None
