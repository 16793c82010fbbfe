"""Every component and layout renders, and none of them needs what the content policy forbids."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import render_template

from hubapp.kernel.paths import TEMPLATES
from tests.factories.gallery import NAV, Place, gallery_app, page_context, rendered


@pytest.fixture(scope="module")
def gallery() -> str:
    return rendered("components/_gallery.html")


def test_no_component_needs_inline_style_or_script(gallery: str) -> None:
    assert re.findall(r"\sstyle=|<style|\son[a-z]+=|<script(?![^>]*src=)", gallery) == []


def test_every_macro_of_every_family_is_on_the_style_page() -> None:
    families = list((TEMPLATES / "components").glob("[a-z]*.html"))
    page = (TEMPLATES / "components" / "_gallery.html").read_text(encoding="utf-8")
    everything = page + "".join(path.read_text(encoding="utf-8") for path in (TEMPLATES / "layouts").glob("*.html"))
    bound_to_forms = {"wtf"}
    inner = {
        "attributes",
        "look",
        "above",
        "error_text",
        "state",
        "table_row",
        "chart_table",
        "knot_row",
    } | bound_to_forms

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
def test_error_pages_offer_one_action(path: Path) -> None:
    page = rendered(f"errors/{path.name}", message="", slug="nowhere", code=404)

    assert len(re.findall(r'class="btn ', page)) == 1
    assert len(re.findall(r"<h1>[^<]+</h1>", page)) == 1


def test_error_pages_use_the_words_of_the_refusal() -> None:
    assert "Only 2 of Walnut oil left." in rendered("errors/409.html", message="Only 2 of Walnut oil left.")


def test_a_part_of_a_page_is_refused_in_the_same_words() -> None:
    part = rendered("errors/409.html", message="Only 2 of Walnut oil left.", is_part=True)

    assert part.strip().startswith('<div class="notice bad">')
    assert "Only 2 of Walnut oil left." in part


def test_text_from_people_is_escaped() -> None:
    page = rendered("layouts/hub.html", hub=Place(name="<script>alert(1)</script>"))

    assert "<script>alert" not in page
