"""Which addresses belong to a hub: for coming back to it, and for handing out codes to it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from hubapp.web.areas import HubFlask
from hubapp.web.redirects import safe_path

MAX = 2000
STRANGE = re.compile(r"[\\\s\x00-\x1f\x7f]")  # browsers and urlsplit disagree about these


@dataclass(frozen=True, slots=True)
class Place:
    """An address inside a hub: `base` has no slash at its end, `path` begins with one; `is_custom`: its own domain."""

    hub_id: int
    base: str
    path: str
    is_custom: bool


def place_of(app: HubFlask, url: str) -> Place | None:
    """The place in a hub that an absolute address names, or None if it is not one of a hub's own addresses.

    Its own are the subdomain, a verified custom domain, and the path form on the central host; scheme and port
    must be ours.
    """
    if len(url) > MAX or STRANGE.search(url):
        return None
    parts = urlsplit(url)
    if (
        parts.scheme != app.addresses.scheme
        or parts.fragment
        or "@" in parts.netloc
        or parts.netloc != parts.netloc.lower()
    ):
        return None
    path = safe_path(parts.path or "/", "")
    if not path or _port(parts.netloc) != _port(app.addresses.domain):
        return None
    found = app.resolver.resolve(parts.netloc, path)
    if found.area != "hub" or found.hub_id is None:
        return None
    if found.prefix and parts.netloc != app.addresses.domain:
        return None
    rest = path[len(found.prefix) :] or "/"
    is_custom = not found.prefix and not parts.netloc.endswith("." + app.addresses.domain)
    query = f"?{parts.query}" if parts.query else ""
    return Place(found.hub_id, f"{parts.scheme}://{parts.netloc}{found.prefix}", rest + query, is_custom)


def hub_of(app: HubFlask, path: str) -> int | None:
    """The hub that a central path such as `/enter?to=…` leads back to."""
    parts = urlsplit(path)
    target = parse_qs(parts.query).get("to", [""])[0] if parts.path == "/enter" else ""
    place = place_of(app, target) if target else None
    return place.hub_id if place else None


def _port(netloc: str) -> str:
    return netloc.rpartition(":")[2] if ":" in netloc else ""
