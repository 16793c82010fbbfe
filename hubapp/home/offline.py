"""What a hub keeps on a phone for when there is no network: its shell, under a version that changes with it."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache

from hubapp.home import presentation
from hubapp.home.presentation import Site
from hubapp.kernel.paths import TEMPLATES
from hubapp.people.notifications import pushes
from hubapp.web import interface, static
from hubapp.web.lean import lean

# Pages whose words are kept: a deployment that changes them replaces what phones have.
_PAGES = ("home/offline.html", "layouts/base.html", "layouts/plain.html")
# The door of a gathering goes on without a network; with a new shell it is drawn anew.
_DOOR = ("door.css", "door.js")
_FILES = ("fonts.css", "core.css", "components.css", "data.css", "vendor/htmx/htmx.min.js", "app.js", *_DOOR)


def shell(site: Site) -> list[str]:
    """Addresses of all that a page needs besides itself."""
    pair, direction = site.view.theme.get("font_pair", "plain"), presentation.direction_of(site.locale)
    fonts = interface.font_addresses(pair, static.static_url, direction=direction)
    own = [address for address in (site.theme_url, site.logo_url) if address]
    return [*(static.static_url(name) for name in _FILES), *fonts, *own]


def worker(site: Site) -> str:
    """The service worker of this hub, whose text differs when anything that it keeps does."""
    kept = shell(site)
    named = "\n".join((*kept, site.locale, static.fingerprint("worker.js"), _pages()))
    version = hashlib.sha256(named.encode()).hexdigest()[:12]
    values = {"ROOT": site.root, "VERSION": version, "SHELL": kept, "KEY": pushes.server_key()}
    return f"const {', '.join(f'{name} = {json.dumps(value)}' for name, value in values.items())};\n{_script()}"


@lru_cache(maxsize=1)
def _script() -> str:
    return lean((static.FOLDER / "worker.js").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _pages() -> str:
    return hashlib.sha256(b"".join((TEMPLATES / name).read_bytes() for name in _PAGES)).hexdigest()
