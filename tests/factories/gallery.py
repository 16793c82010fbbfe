"""The style page and the layouts with made-up people and places, without a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import segno
from flask import Flask, render_template
from flask_babel import Babel
from markupsafe import Markup

from hubapp.kernel.paths import TEMPLATES
from hubapp.web import interface
from hubapp.web.static import FOLDER

NAV = [
    ("Home", "/", "house", "home"),
    ("Dates", "/events", "calendar", "events"),
    ("Market", "/market", "store", "market"),
    ("Members", "/members", "users", "members"),
    ("Learn", "/learn", "book-open", "learn"),
]
SAMPLE = {
    "title": "Here we mend before we buy.",
    "lead": "Every Saturday 38 volunteers open the workshop. Bring what no longer works, leave with what does.",
    "join": "Book a place",
    "browse": "Offer a hand",
    "people": ["Salomé", "Idriss", "Amina", "Noé"],
    "proof_strong": "Salomé, Idriss and 9 neighbours",
    "proof": "joined the workshop this month",
    "facts": [("things repaired", "1,940"), ("success", "71 %"), ("waste avoided", "6.2 t"), ("members", "412")],
    "tile_set": "workshop",
    "seed": "7",
}


@dataclass
class Place:
    name: str = "L'Établi"
    place: str = "Lyon 7e"
    slug: str = "lyon"
    status: str = "open"
    frozen_reason: str = ""
    logo_url: str = "/static/network.svg"
    theme_url: str = ""
    nav: list[tuple[str, str, str, str]] = field(default_factory=lambda: NAV)
    theme: dict[str, Any] = field(default_factory=lambda: {"font_pair": "grotesque", "tile_set": "workshop"})


LINKS = SimpleNamespace(
    sign_in="/in",
    sign_up="/up",
    sign_out="/out",
    account="/me",
    orders="/me/orders",
    console="/console",
    manage="/manage",
    basket="/basket",
    search="/search",
    notifications="/notifications",
    central_home="/network",
)
VIEWER = SimpleNamespace(
    name="Camille Roy", is_member=True, is_connector=True, is_central=True, face="", basket_count=2, notices_count=3
)


def gallery_app() -> Flask:
    app = Flask("gallery", template_folder=str(TEMPLATES), static_folder=str(FOLDER), static_url_path="/static")
    app.secret_key = "gallery"
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    Babel(app)
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    interface.install(app.jinja_env, static_url=lambda name: f"/static/{name}")
    return app


def page_context(**changes: Any) -> dict[str, Any]:
    qr = Markup(segno.make("https://lyon.example/i/abcd").svg_inline(omitsize=True))
    usual = {
        "hub": Place(), "viewer": VIEWER, "links": LINKS, "locale": "en", "dir": "ltr", "scheme": "auto",
        "locales": [("en", "English"), ("fr", "Français"), ("ar", "العربية")], "is_sandbox": True, "is_demo": True,
        "footer_links": [("Terms", "/p/terms"), ("Where the money goes", "/p/shares")],
        "sample": SAMPLE | {"qr": qr}, "subnav": [], "active": "home",
    }  # fmt: skip
    return usual | changes


def rendered(template: str, **changes: Any) -> str:
    app = gallery_app()
    with app.test_request_context("/"):
        return render_template(template, **page_context(**changes))
