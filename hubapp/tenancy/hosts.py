"""From a Host header to a hub: custom domain, subdomain, or `/h/<slug>`; and from a hub to its addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from hubapp.kernel.remembered import Remembered

HOST = re.compile(r"^(?=.{1,253}(?::\d+)?$)[a-z0-9]([a-z0-9.-]*[a-z0-9])?(:\d{1,5})?$")
SLUG = re.compile(r"^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$")
PATH_FORM = re.compile(r"^/h/([^/]*)(/.*)?$")
CACHE_SECONDS = 5.0
CACHE_SIZE = 4096


@dataclass(frozen=True, slots=True)
class Found:
    """Where a request goes. `slug` is set for area hub; `prefix` is what the path form takes off the path."""

    area: Literal["hub", "central", "unknown", "bad"]
    hub_id: int | None = None
    slug: str = ""
    prefix: str = ""


class Resolver:
    """Resolves hosts, remembering answers for a few seconds (a hub opened elsewhere shows up by itself)."""

    def __init__(
        self, *, domain: str, by_slug: Callable[[str], int | None], by_domain: Callable[[str], tuple[int, str] | None]
    ) -> None:
        self._domain = domain.lower()
        self._by_slug = by_slug
        self._by_domain = by_domain
        self._known: Remembered[tuple[str, str], tuple[int, str] | None] = Remembered(CACHE_SECONDS, size=CACHE_SIZE)

    def resolve(self, host: str, path: str) -> Found:
        """Find out what a request is for. A bad Host is `bad`; a hub that does not exist is `unknown`."""
        host = host.lower().rstrip(".")
        if not HOST.match(host) or ".." in host:
            return Found("bad")
        if host == self._domain or host.split(":")[0] == "127.0.0.1":
            return self._in_path(path)
        if host.endswith(f".{self._domain}"):
            slug = host[: -len(self._domain) - 1]
            return self._hub(slug)
        name = host.split(":")[0]
        found = self._known.get(("domain", name), lambda: self._by_domain(name))
        return Found("hub", hub_id=found[0], slug=found[1]) if found else Found("bad")

    def _in_path(self, path: str) -> Found:
        match = PATH_FORM.match(path)
        if not match:
            return Found("central")
        return self._hub(match[1], prefix=f"/h/{match[1]}")

    def _hub(self, slug: str, prefix: str = "") -> Found:
        found = self._known.get(("slug", slug), lambda: self._of_slug(slug)) if SLUG.match(slug) else None
        if found is None:
            return Found("unknown", slug=slug)
        return Found("hub", hub_id=found[0], slug=slug, prefix=prefix)

    def _of_slug(self, slug: str) -> tuple[int, str] | None:
        hub_id = self._by_slug(slug)
        return None if hub_id is None else (hub_id, slug)

    def forget(self) -> None:
        """Drop what is remembered, after a hub or domain changed in this process."""
        self._known.forget()


@dataclass(frozen=True, slots=True)
class Addresses:
    """Makes absolute addresses: `scheme` http or https, `domain` the central host with its port."""

    scheme: str
    domain: str

    def central(self, path: str = "/") -> str:
        """An address on the central site."""
        return f"{self.scheme}://{self.domain}{path}"

    def hub(self, slug: str, path: str = "/") -> str:
        """An address in a hub, on its subdomain."""
        return f"{self.scheme}://{slug}.{self.domain}{path}"
