"""Every component and layout renders, and none of them needs what the content policy forbids."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest
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
    sign_in="/in", sign_up="/up", sign_out="/out", account="/me", orders="/me/orders", console="/console", manage="/manage",
    basket="/basket", search="/search", notifications="/notifications", central_home="/network",
)  # fmt: skip
VIEWER = SimpleNamespace(
    name="Camille Roy", is_member=True, is_connector=True, is_central=True, basket_count=2, notices_count=3
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
        "footer_links": [("Terms", "/p/terms"), ("Where the money goes", "/p/shares")], "sample": SAMPLE | {"qr": qr},
        "subnav": [], "active": "home",
    }  # fmt: skip
    return usual | changes


def rendered(template: str, **changes: Any) -> str:
    app = gallery_app()
    with app.test_request_context("/"):
        return render_template(template, **page_context(**changes))


@pytest.fixture(scope="module")
def gallery() -> str:
    return rendered("components/_gallery.html")


def test_no_component_needs_inline_style_or_script(gallery: str) -> None:
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", gallery) == []


def test_every_macro_of_every_family_is_on_the_style_page() -> None:
    families = [path for path in (TEMPLATES / "components").glob("[a-z]*.html")]
    page = (TEMPLATES / "components" / "_gallery.html").read_text(encoding="utf-8")
    everything = page + "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "layouts").glob("*.html"))
    bound_to_forms = {"wtf"}
    inner = {"attributes", "look", "above", "error_text", "state", "table_row", "chart_table"} | bound_to_forms

    macros = {name for path in families for name in re.findall(r"{% macro (\w+)", path.read_text(encoding="utf-8"))}

    assert {name for name in macros - inner if not re.search(rf"\b{name}\(", everything)} == set()


def test_ids_are_unique(gallery: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', gallery)

    assert sorted({name for name in ids if ids.count(name) > 1}) == []


def test_every_label_and_description_points_at_something(gallery: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', gallery))
    wanted = " ".join(re.findall(r'\s(?:for|aria-describedby|aria-labelledby)="([^"]+)"', gallery)).split()

    assert set(wanted) - ids == set()


@pytest.mark.parametrize("layout", ["hub", "central", "manage", "console", "plain"])
def test_layouts_render_with_and_without_context(layout: str) -> None:
    app = gallery_app()
    with app.test_request_context("/"):
        bare = render_template(f"layouts/{layout}.html")
        full = render_template(f"layouts/{layout}.html", **page_context(subnav=NAV))

    assert 'id="main"' in bare
    assert "L&#39;Établi" in full


def test_a_visitor_is_asked_in_and_a_member_is_not() -> None:
    assert 'href="/in"' in rendered("layouts/hub.html", viewer=None)
    assert 'href="/in"' not in rendered("layouts/hub.html")


def test_a_frozen_hub_says_why_on_every_page() -> None:
    frozen = Place(status="frozen", frozen_reason="Books are being checked.")

    assert "Books are being checked." in rendered("layouts/hub.html", hub=frozen)


@pytest.mark.parametrize("path", sorted((TEMPLATES / "errors").glob("[a-z0-9]*.html")), ids=lambda path: path.stem)
def test_error_pages_offer_one_action(path: Any) -> None:
    page = rendered(f"errors/{path.name}", message="", slug="nowhere", code=404)

    assert len(re.findall(r'class="btn ', page)) == 1
    assert len(re.findall(r"<h1>[^<]+</h1>", page)) == 1


def test_error_pages_use_the_words_of_the_refusal() -> None:
    assert "Only 2 of Walnut oil left." in rendered("errors/409.html", message="Only 2 of Walnut oil left.")


def test_text_from_people_is_escaped() -> None:
    page = rendered("layouts/hub.html", hub=Place(name="<script>alert(1)</script>"))

    assert "<script>alert" not in page


def test_drawings_are_well_formed(gallery: str) -> None:
    drawings = re.findall(r"<svg class=\"(?:cover|bar|spark|tile)[^>]*>.*?</svg>(?=[^<]*<(?!/svg|svg|rect))", gallery, re.S)

    assert drawings
    for cover in re.findall(r'<svg class="bar".*?</svg>', gallery, re.S):
        ElementTree.fromstring(cover)
