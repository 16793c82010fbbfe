"""The network's own site: what it is, its hubs, how money is shared, its legal pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import abort, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue

from hubapp.home import look, payments
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import Hub
from hubapp.web import areas

FIRST = 6
PAGE = 24
PAGES = ("terms", "privacy", "imprint")

blueprint = areas.central_blueprint("central", __name__)


@blueprint.get("/")
def front() -> ResponseReturnValue:
    """What this is, in ten seconds."""
    hubs = tenancy.directory(limit=FIRST)
    return render_template("home/central/front.html", split=payments.network_split(clock.now()), **_listed(hubs))


@blueprint.get("/hubs")
def hubs() -> ResponseReturnValue:
    """All hubs, by address, with search."""
    search = request.args.get("q", "").strip()
    found = tenancy.directory(search=search, after=request.args.get("after", "")[:40], limit=PAGE + 1)
    shown = found[:PAGE]
    following = url_for("central.hubs", after=shown[-1].slug, q=search or None) if len(found) > PAGE else ""
    return render_template(
        "home/central/hubs.html",
        search=search,
        next_url=following,
        **_listed(shown),
    )


@blueprint.get("/p/<slug>")
def page(slug: str) -> ResponseReturnValue:
    """The network's terms, privacy notice and imprint."""
    if slug not in PAGES:
        abort(404)
    settings: Settings = current_app.extensions["hubapp.settings"]
    return render_template(f"home/central/{slug}.html", contact=settings.mail_from)


def tile_of(hub: Hub) -> tuple[str, str]:
    """(tile set, seed) of a hub's cover art."""
    theme = look.full(hub.theme)
    return theme["tile_set"], f"{hub.slug}/{theme['mosaic']}"


def _listed(hubs: Sequence[Hub]) -> dict[str, Any]:
    versions = ",".join(f"{hub.id}-{hub.brand_version}" for hub in hubs)
    return {
        "hubs": hubs,
        "cards_url": url_for("central_files.cards", hubs=versions) if hubs else "",
        "tile_of": tile_of,
        "addresses": current_app.addresses,  # type: ignore[attr-defined]
    }
