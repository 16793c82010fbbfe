"""A hub's generated files: stylesheet, logo, manifest, favicon; kept by browsers under the brand's version."""

from __future__ import annotations

import json

from flask import Response, abort, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from hubapp.home import appicon, look, offline, presentation
from hubapp.tenancy import queries as tenancy
from hubapp.web import areas, render, static

MOST_CARDS = 48
# A logo is shown as an image, where nothing in it can run; opened by itself it is locked in as well.
SANDBOX = "default-src 'none'; style-src 'unsafe-inline'; sandbox"

blueprint = areas.hub_blueprint("files", __name__)
central_blueprint = areas.central_blueprint("central_files", __name__)


def _kept(body: str | bytes, media_type: str, *, version: int, **headers: str) -> Response:
    response = Response(body, mimetype=media_type, headers=headers)
    # Only the version that is really served may be kept: another process may be a moment behind.
    is_current = request.args.get("v") == str(version)
    response.headers["Cache-Control"] = f"public, max-age={static.FOREVER}, immutable" if is_current else "no-cache"
    response.headers["ETag"] = f'"{version}"'
    return response.make_conditional(request)  # type: ignore[return-value]


@blueprint.get("/theme.css")
def theme() -> ResponseReturnValue:
    """The hub's look as custom properties in layer `hub`."""
    stored = tenancy.look(areas.current_hub().id)
    return _kept(look.stylesheet(stored.theme, stored.theme_css), "text/css", version=stored.version)


@blueprint.get("/logo")
def logo() -> ResponseReturnValue:
    """The hub's own drawing."""
    hub_id = areas.current_hub().id
    found = tenancy.logo_of(hub_id)
    if found is None:
        abort(404)
    version = tenancy.look(hub_id).version
    return _kept(found[0], found[1], version=version, **{"Content-Security-Policy": SANDBOX})


@blueprint.get("/favicon.ico")
def favicon() -> ResponseReturnValue:
    """What browsers ask for by themselves."""
    site = presentation.site()
    return redirect((site.logo_url if site else "") or static.static_url("network.svg"), 302)


@blueprint.get("/manifest.webmanifest")
def manifest() -> ResponseReturnValue:
    """The hub as an app on a phone's home screen."""
    site = presentation.site()
    if site is None:
        abort(404)
    palette = look.palette_of(site.view.theme)
    described = {
        "id": f"{site.root}/",
        "name": site.name,
        "short_name": site.name[:24],
        "description": site.tagline,
        "lang": site.locale,
        "dir": render.direction(),
        "start_url": f"{site.root}/",
        "scope": f"{site.root}/",
        "display": "standalone",
        "background_color": palette.light["bg"],
        "theme_color": palette.light["brand"],
        "icons": [
            {"src": site.icon_url(size), "sizes": f"{size}x{size}", "type": "image/png", "purpose": purpose}
            for size in (192, 512)
            for purpose in ("any", "maskable")
        ],
        "shortcuts": [{"name": text, "url": url} for text, url in _shortcuts(site)],
    }
    body = json.dumps(described, ensure_ascii=False)
    response = _kept(body, "application/manifest+json", version=site.view.brand_version)
    response.headers.add("Vary", "Cookie, Accept-Language")  # it is in the reader's language
    return response


def _shortcuts(site: presentation.Site) -> list[tuple[str, str]]:
    """What a long press on the icon offers: tickets, then what the menu begins with."""
    tickets = [(_("My tickets"), f"{site.root}/me/tickets")] if site.view.features.get("events", True) else []
    return tickets + [(label, url) for label, url, _icon, key in site.nav if key != "home"][:3]


@blueprint.get("/icon-<int:pixels>.png")
def icon(pixels: int) -> ResponseReturnValue:
    """The hub on a home screen, drawn from its pack."""
    site = presentation.site()
    if site is None or pixels not in appicon.SIZES:
        abort(404)
    theme = look.full(site.view.theme)
    drawing = appicon.drawn(
        name=site.view.name,
        colours=look.palette_of(theme).light,
        font_pair=theme["font_pair"],
        tile_set=theme["tile_set"],
        mosaic=theme["mosaic"],
        size=pixels,
    )
    return _kept(drawing, "image/png", version=site.view.brand_version)


@blueprint.get("/sw.js")
def worker() -> ResponseReturnValue:
    """The hub's service worker; browsers ask for it again and again, and take a new one at once."""
    site = presentation.site()
    if site is None:
        abort(404)
    response = Response(offline.worker(site), mimetype="text/javascript")
    response.headers["Cache-Control"] = "no-cache"
    return response


@blueprint.get("/offline")
def no_network() -> ResponseReturnValue:
    """What the phone shows when nothing can be reached."""
    return render_template("home/offline.html")


@central_blueprint.get("/favicon.ico")
def central_favicon() -> ResponseReturnValue:
    """The network's mark."""
    return redirect(static.static_url("network.svg"), 302)


@central_blueprint.get("/cards.css")
def cards() -> ResponseReturnValue:
    """Each hub's colours for its card: `?hubs=1-4,2-1` names hubs with the brand version that the page saw."""
    wanted = [part.partition("-")[0] for part in request.args.get("hubs", "").split(",")[:MOST_CARDS]]
    themes = tenancy.looks({int(part) for part in wanted if part.isascii() and part.isdigit() and len(part) < 16})  # noqa: PLR2004
    body = "".join(look.card(f".hub-{hub_id}", theme) for hub_id, theme in sorted(themes.items()))
    response = Response(body, mimetype="text/css")
    # The address changes with any of the versions; a stale one is put right within the hour.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
