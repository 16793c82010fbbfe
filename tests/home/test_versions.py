"""Versions over HTTP: undo after saving, the list, how one looked, the way back, and previews in both schemes."""

from __future__ import annotations

import html
import io
import re

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.members import make_connector, make_member
from tests.home.test_manage import filled
from tests.support.browsing import Browser
from tests.support.queries import counted

HTMX = {"HX-Request": "true"}
DRAWING = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1"/></svg>'
ABOUT = "/manage/pages/fr/about"


@pytest.fixture
def lyon(app: HubFlask) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "lyon"), actor=SYSTEM, now=NOW)


@pytest.fixture
def connector(app: HubFlask, lyon: int) -> Browser:
    with app.app_context():
        account = make_connector(lyon, "Camille").account_id
    browser = Browser(app, lyon, account)
    browser.client.set_cookie("locale", "en")
    return browser


def typed(browser: Browser, path: str) -> dict[str, str | list[str]]:
    """A form as its page shows it."""
    page = browser.get(path).text
    form = page[page.index('name="version"') :]
    found: dict[str, str | list[str]] = {}
    fields = r'<input[^>]*?name="((?:title|text|word|place|fr|en)-[^"]+)"(?:[^>]*?value="([^"]*)")?'
    found |= {name: html.unescape(value) for name, value in re.findall(fields, form)}
    for name, value in re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>\n(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(value)
    found["section"] = re.findall(r'name="section"[^>]*value="([^"]+)"[^>]*checked', form)
    version = re.match(r'name="version"[^>]*value="(\d+)"', form)
    assert version
    return {**found, "version": version[1]}


def undo(browser: Browser, page: str) -> tuple[str, dict[str, str]]:
    """Where the Undo button leads, and what it carries."""
    found = re.search(r'action="([^"]+/restore)"[^>]*>.*?name="seen" value="(\d+)".*?Undo', page, re.DOTALL)
    assert found
    return found[1], {"seen": found[2]}


def test_undo_stands_where_one_saved_and_can_be_undone(connector: Browser) -> None:
    was = connector.get("/theme.css").text
    saved = connector.post("/manage/brand", {**filled(connector), "primary": "#7a1f5c"})
    assert saved.location.endswith("/manage/brand?saved=2")
    path, fields = undo(connector, connector.get(saved.location).text)
    undone = connector.post(path, fields, form_page="/manage/brand")
    assert undone.location.endswith("/manage/brand?saved=3")
    assert connector.get("/theme.css").text == was
    page = connector.get(undone.location).text
    assert "the same as version 1" in page
    path, fields = undo(connector, page)
    connector.post(path, fields, form_page="/manage/brand")
    assert "#7a1f5c" in connector.get("/theme.css").text
    assert "Undo" not in connector.get(undone.location).text  # it is no longer the newest


def test_the_list_says_who_changed_what_and_one_version_looks_as_it_did(connector: Browser) -> None:
    data = {**filled(connector), "primary": "#7a1f5c", "logo": (io.BytesIO(DRAWING), "logo.svg")}
    connector.post("/manage/brand", data, content_type="multipart/form-data")
    listed = connector.get("/manage/versions/brand").text
    assert "saved by Camille" in listed
    assert "Main colour, Logo" in listed
    links = re.findall(r'class="link" href="(/manage/versions/brand/[^"]+)"', listed)
    assert len(links) == 2
    first = connector.get(links[1]).text
    css = re.search(r'href="(/manage/brand/preview\.css[^"]+)"', first)
    assert css
    assert "#7a1f5c" not in connector.get(css[1].replace("&amp;", "&")).text
    assert "Bring this version back" in first
    newest = connector.get(links[0]).text
    assert re.search(r'<rect width="1" height="1" fill="#7a1f5c" ?/>', newest)
    logo = re.search(r'src="(/manage/brand/kept/[0-9a-f]{64})"\s+alt="After"', newest)
    assert logo
    answer = connector.get(logo[1])
    assert (answer.data, answer.mimetype) == (DRAWING, "image/svg+xml")
    assert "sandbox" in answer.headers["Content-Security-Policy"]


def test_a_page_is_written_in_two_languages_at_once_and_comes_back_in_both(connector: Browser) -> None:
    was = typed(connector, ABOUT)
    assert was["title-fr"]
    assert was["title-en"]
    saved = connector.post(
        ABOUT, {**was, "title-fr": "Qui", "body-fr": "Un.\r\n\r\nDeux.", "title-en": "Who", "body-en": "One."}
    )
    page = connector.get(saved.location).text
    assert "Saved as version 2." in page
    assert "<p>Deux.</p>" in page
    path, fields = undo(connector, page)
    connector.post(path, fields, form_page=ABOUT)
    assert {**typed(connector, ABOUT), "version": ""} == {**was, "version": ""}
    version = connector.get(
        connector.get("/manage/versions/page?page=about").text.split('class="link" href="')[2].split('"')[0]
    )
    assert "<del>" in version.text
    assert "Who" in version.text
    assert "Qui" in version.text


def test_a_removed_page_is_undone_where_it_was_removed(connector: Browser) -> None:
    gone = connector.post("/manage/pages/about/remove", form_page="/manage/pages")
    page = connector.get(gone.location).text
    assert "Removed pages" in page
    path, fields = undo(connector, page)
    connector.post(path, fields, form_page="/manage/pages")
    assert connector.get("/p/about").status_code == 200
    assert "Removed pages" not in connector.get("/manage/pages").text


def test_the_front_page_is_shown_with_what_is_typed_in_both_languages_and_schemes(connector: Browser) -> None:
    form = {
        **typed(connector, "/manage/front"),
        "text-fr-promise": "Promis.",
        "text-en-promise": "Promised.",
        "section": ["hero", "about"],
    }
    fragment = connector.post("/manage/front/preview", form, form_page="/manage/front", headers=HTMX).text
    assert fragment.lstrip().startswith("<section")
    assert fragment.count("Promis.") == fragment.count("Promised.") == 2
    whole = connector.post("/manage/front/preview", form, form_page="/manage/front").text
    assert "<html" in whole
    assert fragment.strip() in whole
    assert 'value="Promis."' in whole
    assert "Promis." not in connector.get("/").text
    refused = connector.post("/manage/front/preview", {**form, "text-fr-promise": ""}, form_page="/manage/front")
    assert refused.status_code == 422


def test_who_saves_a_front_page_over_a_newer_one_is_told_and_loses_nothing(connector: Browser) -> None:
    stale = typed(connector, "/manage/front")
    connector.post("/manage/front", {**stale, "text-fr-lead": "À eux."})
    refused = connector.post("/manage/front", {**stale, "text-fr-lead": "À moi."})
    assert refused.status_code == 422
    assert ">\nÀ moi.</textarea>" in refused.text
    theirs = re.search(r'href="(/manage/versions/front/[^"]+)"', refused.text)
    assert theirs
    assert "À eux." in connector.get(theirs[1]).text
    latest = re.search(r'name="version" value="(\d+)"', refused.text)
    assert latest
    saved = connector.post("/manage/front", {**stale, "text-fr-lead": "À moi.", "version": latest[1]})
    assert saved.status_code == 303
    assert "À eux." in connector.get(theirs[1]).text


def test_first_steps_are_shown_saved_and_undone(connector: Browser) -> None:
    page, path = "/manage/mentors", "/manage/mentors/words"
    form = {"fr-hello": "Dites bonjour", "en-hello": "Say hi", "version": "0"}
    fragment = connector.post(path, {**form, "preview": "1"}, form_page=page, headers=HTMX).text
    assert fragment.count("Dites bonjour") == fragment.count("Say hi") == 2
    saved = connector.post(path, form, form_page=page)
    shown = connector.get(saved.location).text
    assert 'value="Say hi"' in shown
    way, fields = undo(connector, shown)
    connector.post(way, fields, form_page=page)
    assert 'value="Say hi"' not in connector.get(page).text


def test_a_drawing_that_was_looked_at_is_saved_without_choosing_it_again(connector: Browser) -> None:
    data = {**filled(connector), "logo": (io.BytesIO(DRAWING), "logo.svg")}
    page = connector.post(
        "/manage/brand/preview", data, form_page="/manage/brand", content_type="multipart/form-data"
    ).text
    digest = re.search(r'src="/manage/brand/kept/([0-9a-f]{64})"', page)
    assert digest
    assert f'name="kept_logo" type="hidden" value="{digest[1]}"' in page
    assert connector.get("/logo").data != DRAWING
    assert connector.post("/manage/brand", {**filled(connector), "kept_logo": digest[1]}).status_code == 303
    assert connector.get("/logo").data == DRAWING


def test_the_preview_takes_the_fine_tuning_along_and_names_what_cannot_be_read(connector: Browser) -> None:
    form = {**filled(connector), "theme_css": ":root { --radius: 21px; }"}
    page = connector.post("/manage/brand/preview", form, form_page="/manage/brand", headers=HTMX).text
    css = re.search(r'href="(/manage/brand/preview\.css[^"]+)"', page)
    assert css
    assert "--radius: 21px" in connector.get(css[1].replace("&amp;", "&")).text
    assert connector.get("/manage/brand/preview.css?css-radius=1px}body{").status_code == 422
    refused = connector.post(
        "/manage/brand/preview", {**form, "primary": "#ffe680"}, form_page="/manage/brand", headers=HTMX
    )
    nearest = re.search(r"nearest shade that works is (#[0-9a-f]{6})", refused.text)
    assert nearest
    assert f"primary=%23{nearest[1][1:]}" in refused.text  # what would do is what is shown
    assert 'class="scheme-page is-dark brand-preview"' in refused.text


def test_each_part_asks_for_its_own_permission(app: HubFlask, lyon: int, connector: Browser) -> None:
    connector.post("/manage/brand", {**filled(connector), "radius": "3"})
    link = re.search(r'action="(/manage/versions/brand/[^"]+/restore)"', connector.get("/manage/versions/brand").text)
    assert link
    with app.app_context():
        helper = make_member(lyon, "Helper", role="helper", permissions=("pages.edit",))
    browser = Browser(app, lyon, helper.account_id)
    assert browser.get("/manage/versions/front").status_code == 200
    assert browser.get("/manage/versions/brand").status_code == 403
    assert browser.post(link[1], form_page="/manage/pages").status_code == 403
    assert browser.get("/manage/versions/nothing").status_code == 404


def test_no_part_of_these_pages_has_styles_or_scripts_of_its_own(connector: Browser) -> None:
    connector.post("/manage/brand", {**filled(connector), "primary": "#7a1f5c"})
    link = connector.get("/manage/versions/brand").text.split('class="link" href="')[1].split('"')[0]
    for path in ("/manage/brand", "/manage/front", ABOUT, "/manage/versions/brand", link):
        page = connector.get(path).text
        assert not re.search(r"<style|\sstyle=|<script(?! src)|\son\w+=", page), path


def test_the_list_asks_the_same_however_many_versions_there_are_and_pages_by_number(connector: Browser) -> None:
    for radius in range(5, 8):
        connector.post("/manage/brand", {**filled(connector), "radius": str(radius)})
    connector.get("/manage/versions/brand")
    with counted() as few:
        connector.get("/manage/versions/brand")
    for radius in range(8, 28):
        connector.post("/manage/brand", {**filled(connector), "radius": str(radius)})
    connector.get("/manage/versions/brand")
    with counted() as many:
        first = connector.get("/manage/versions/brand").text
    assert len(few) == len(many) <= 12, many
    older = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert older
    assert older[1].endswith("?below=5")
    second = connector.get(older[1]).text
    assert re.findall(r'aria-label="Version (\d+)"', second) == ["4", "3", "2", "1"]
    assert "Older" not in second


def test_a_switch_says_who_turned_it_and_is_undone(app: HubFlask, lyon: int, connector: Browser) -> None:
    page = connector.get("/manage/switches").text
    on = re.findall(r'role="switch" id="(\w+)"[^>]*checked', page)
    assert {"messages", "events"} <= set(on)
    form = {name: "1" for name in on if name != "messages"}
    saved = connector.post("/manage/switches", {**form, "version": "0"})
    assert saved.location.endswith("/manage/switches?saved=2")
    assert connector.get("/messages").status_code == 404
    listed = connector.get("/manage/versions/switches").text
    assert "saved by Camille" in listed
    assert "Messages" in listed.partition('class="history"')[2]
    late = connector.post("/manage/switches", {**form, "version": "1"})
    assert late.status_code == 422
    assert "is version 2" in late.text
    path, fields = undo(connector, connector.get(saved.location).text)
    shown = connector.get(path.removesuffix("/restore")).text
    assert "How it was" in shown
    assert connector.post(path, fields, form_page="/manage/switches").location.endswith("/manage/switches?saved=3")
    assert connector.get("/messages").status_code == 200


def test_parcels_and_picking_up_are_not_both_switched_off(connector: Browser) -> None:
    page = connector.get("/manage/switches").text
    on = re.findall(r'role="switch" id="(\w+)"[^>]*checked', page)
    assert ("pickup" in on, "shipping" in on) == (True, False)
    form = {name: "1" for name in on if name != "pickup"}
    refused = connector.post("/manage/switches", {**form, "version": "0"})
    assert refused.status_code == 422
    assert 'href="#pickup"' in refused.text
    assert connector.post("/manage/switches", {**form, "shipping": "1", "version": "0"}).status_code == 303


def test_what_a_switch_needs_stands_at_it_and_is_not_switched_off_beneath_it(connector: Browser) -> None:
    page = connector.get("/manage/switches").text
    hint = page.partition('id="needs-hint">')[2].partition("</p>")[0]
    assert "It needs “Directory” to be on." in hint
    on = set(re.findall(r'role="switch" id="(\w+)"[^>]*checked', page))
    assert {"needs", "members_directory"} <= on
    alone = dict.fromkeys(on - {"members_directory"}, "1")
    refused = connector.post("/manage/switches", {**alone, "version": "0"})
    assert refused.status_code == 422
    assert '<a href="#needs">Needs come out of the directory' in refused.text
    neither = dict.fromkeys(on - {"members_directory", "needs"}, "1")
    assert connector.post("/manage/switches", {**neither, "version": "0"}).status_code == 303
    now = re.findall(r'role="switch" id="(\w+)"[^>]*checked', connector.get("/manage/switches").text)
    assert set(now) == set(neither)


def test_who_reads_conversations_is_turned_in_one_place(connector: Browser) -> None:
    assert 'id="open_conversations"' not in connector.get("/manage/switches").text
    form, path = {"version": "0"}, "/manage/conversations/readers"
    saved = connector.post(path, form, form_page="/manage/conversations")
    assert saved.location.endswith("/manage/conversations?saved=2#readers")
    back, fields = undo(connector, connector.get("/manage/conversations?saved=2").text)
    late = connector.post(path, {**form, "is_open": "1"}, form_page="/manage/conversations")
    assert late.status_code == 422
    assert "is version 2" in late.text
    assert connector.post(back, fields, form_page="/manage/conversations").status_code == 303
    assert "Conversations are open" in connector.get("/manage/versions/switches").text.partition('class="history"')[2]


def test_only_who_may_turn_switches_sees_them(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        member = make_member(lyon, "Zoé").account_id
    assert Browser(app, lyon, member).get("/manage/switches").status_code == 403
    assert Browser(app, lyon, member).get("/manage/versions/switches").status_code == 403


@pytest.mark.parametrize(
    ("part", "entry"), [("front", "front"), ("switches", "switches"), ("page", "pages"), ("steps", "mentors")]
)
def test_the_versions_of_a_part_stand_under_it_in_the_menu(connector: Browser, part: str, entry: str) -> None:
    marked = re.findall(r'<a href="([^"]+)" aria-current="page"', connector.get(f"/manage/versions/{part}").text)
    assert marked == [f"/manage/{entry}"]
