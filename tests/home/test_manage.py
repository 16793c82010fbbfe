"""The connector's shell: who may enter, and what the brand and the pages refuse."""

from __future__ import annotations

import html
import io
import re

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.people.membership import queries as members
from hubapp.people.membership import services as membership
from hubapp.tenancy import queries, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser

PAGES = (
    "/manage/",
    "/manage/members",
    "/manage/invites",
    "/manage/brand",
    "/manage/pages",
    "/manage/pages/en/terms",
    "/manage/front",
)


@pytest.fixture
def nairobi(app: HubFlask) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, "nairobi"), actor=SYSTEM, now=NOW)


@pytest.fixture
def connector(app: HubFlask, nairobi: int) -> Browser:
    with app.app_context():
        account = make_connector(nairobi, "Njeri").account_id
    return Browser(app, nairobi, account)


def filled(browser: Browser) -> dict[str, str]:
    """The brand form as the page shows it."""
    text = browser.get("/manage/brand").text
    values = dict.fromkeys(("neutral_hue", "theme_css"), "")
    for tag in re.findall(r"<input[^>]*>", text):
        name, value = re.search(r'name="(\w+)"', tag), re.search(r'value="([^"]*)"', tag)
        if name and value and 'type="checkbox"' not in tag and 'type="file"' not in tag:
            values[name[1]] = html.unescape(value[1])
    for name, body in re.findall(r'<select[^>]*name="(\w+)".*?>(.*?)</select>', text, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', body)
        values[name] = chosen[1] if chosen else ""
    return values


@pytest.mark.parametrize("path", PAGES)
def test_a_connector_opens_every_page(connector: Browser, path: str) -> None:
    assert connector.get(path).status_code == 200


@pytest.mark.parametrize("path", PAGES)
def test_a_visitor_is_sent_to_sign_in_and_others_are_refused(app: HubFlask, nairobi: int, path: str) -> None:
    with app.app_context():
        member = make_member(nairobi, "Member").account_id
        stranger = make_account("Nobody")
        elsewhere = make_connector(make_hub("other"), "Elsewhere").account_id
    assert Browser(app, nairobi).get(path).status_code == 303
    assert [Browser(app, nairobi, account).get(path).status_code for account in (member, stranger, elsewhere)] == [
        403
    ] * 3


def test_what_a_role_permits_ends_with_the_next_click(app: HubFlask, nairobi: int, connector: Browser) -> None:
    assert connector.get("/manage/").status_code == 200
    with app.app_context(), hub_scope(nairobi), unit_of_work():
        person = members.connectors()[0].id
        membership.revoke_role(membership_id=person, actor=SYSTEM, now=NOW)
    assert connector.get("/manage/").status_code == 403


def test_a_helper_sees_only_the_parts_they_may_open(app: HubFlask, nairobi: int) -> None:
    with app.app_context():
        helper = make_member(nairobi, "Helper", role="helper", permissions=("pages.edit",))
    browser = Browser(app, nairobi, helper.account_id)
    page = browser.get("/manage/").text
    assert 'href="/manage/pages"' in page
    assert 'href="/manage/brand"' not in page
    assert browser.get("/manage/brand").status_code == 403


def test_a_new_brand_shows_at_once_under_a_new_address(app: HubFlask, nairobi: int, connector: Browser) -> None:
    saved = connector.post("/manage/brand", {**filled(connector), "primary": "#7a1f5c", "name": "Tulia House"})
    assert saved.status_code == 303
    page = connector.get("/").text
    assert "/theme.css?v=2" in page
    assert "Tulia House" in page
    assert "#7a1f5c" in connector.get("/theme.css?v=2").text
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        actions = db.session.scalars(select(AuditEvent.action).where(AuditEvent.hub_id == nairobi)).all()
        assert "brand.edit" in actions


def test_an_unreadable_colour_is_refused_in_words_with_the_nearest_shade(
    app: HubFlask, nairobi: int, connector: Browser
) -> None:
    refused = connector.post("/manage/brand", {**filled(connector), "primary": "#ffe680"})
    assert refused.status_code == 422
    nearest = re.search(r"nearest shade that works is (#[0-9a-f]{6})", refused.text)
    assert nearest
    with app.app_context(), hub_scope(nairobi), unit_of_work():
        assert queries.look(nairobi).version == 1
    assert connector.post("/manage/brand", {**filled(connector), "primary": nearest[1]}).status_code == 303


def test_the_preview_is_a_fragment_for_htmx_and_a_page_without_it(connector: Browser) -> None:
    form = {**filled(connector), "primary": "#7a1f5c"}
    htmx = connector.post("/manage/brand/preview", form, form_page="/manage/brand", headers={"HX-Request": "true"})
    plain = connector.post("/manage/brand/preview", form, form_page="/manage/brand")
    assert htmx.text.lstrip().startswith("<section")
    assert "<html" in plain.text
    for page in (htmx, plain):
        address = re.search(r'href="(/manage/brand/preview\.css\?[^"]+)"', page.text)
        assert address
        css = connector.get(address[1].replace("&amp;", "&"))
        assert ".brand-preview {" in css.text
        assert "#7a1f5c" in css.text


def test_the_preview_refuses_in_words_as_well(connector: Browser) -> None:
    form = {**filled(connector), "primary": "#ffe680"}
    answer = connector.post("/manage/brand/preview", form, form_page="/manage/brand", headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert "nearest shade" in answer.text


@pytest.mark.parametrize(
    "query", ["primary=red&accent=blue", "primary=%23fff}body{&accent=%23000", "neutral_hue=x", "font_pair=evil"]
)
def test_the_previews_stylesheet_takes_colours_only(connector: Browser, query: str) -> None:
    assert connector.get(f"/manage/brand/preview.css?{query}").status_code == 422


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        (
            "logo.svg",
            b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>alert(1)</script></svg>',
            "not allowed",
        ),
        ("logo.png", b"\x89PNG\r\n\x1a\n not a drawing", "not well-formed"),
        ("big.svg", b"<svg>" + b" " * 70_000, "64"),
    ],
)
def test_a_logo_that_runs_or_is_none_is_refused(connector: Browser, name: str, content: bytes, words: str) -> None:
    data = {**filled(connector), "logo": (io.BytesIO(content), name)}
    refused = connector.post("/manage/brand", data, content_type="multipart/form-data")
    assert refused.status_code == 422
    assert words in refused.text


def test_two_people_do_not_overwrite_each_others_brand(connector: Browser) -> None:
    stale = filled(connector)
    assert connector.post("/manage/brand", {**stale, "name": "First"}).status_code == 303
    refused = connector.post("/manage/brand", {**stale, "name": "Second"})
    assert refused.status_code == 422
    assert "Someone else changed this" in refused.text


def test_a_page_is_written_previewed_and_shown(connector: Browser) -> None:
    path = "/manage/pages/en/opening-hours"
    typed = {"title-en": "Hours", "body-en": "We **open** at 9", "version": "0"}
    preview = connector.post(path, {**typed, "preview": "1"})
    assert preview.text.count("<strong>open</strong>") == 2  # in light and in dark
    assert connector.get("/p/opening-hours").status_code == 404
    saved = connector.post(path, typed)
    assert saved.status_code == 303
    assert "<strong>open</strong>" in connector.get("/p/opening-hours").text
    assert 'href="/p/opening-hours"' in connector.get("/").text


def test_what_was_written_by_someone_else_meanwhile_is_not_lost(connector: Browser) -> None:
    stale = {"title-en": "Terms", "body-en": "Mine", "version": "0"}
    assert connector.post("/manage/pages/en/terms", {**stale, "body-en": "Theirs"}).status_code == 303
    refused = connector.post("/manage/pages/en/terms", stale)
    assert refused.status_code == 422
    assert ">\nMine</textarea>" in refused.text
    assert "Njeri saved version 2" in refused.text
    latest = re.search(r'name="version" value="(\d+)"', refused.text)
    assert latest
    assert connector.post("/manage/pages/en/terms", {**stale, "version": latest[1]}).status_code == 303


@pytest.mark.parametrize(
    ("path", "form", "words"),
    [
        ("/manage/pages/en/long", {"title-en": "Long", "body-en": "x" * 50_001}, "50"),
        ("/manage/pages/en/shares", {"title-en": "Shares", "body-en": "mine"}, "not taken by the network"),
        ("/manage/pages/en/x", {"title-en": "X", "body-en": "{{name}}"}, "Write the text itself"),
        ("/manage/pages/en/x", {"title-en": "", "body-en": "x"}, "Between 1 and"),
    ],
)
def test_a_page_that_cannot_stand_is_refused_in_words(
    connector: Browser, path: str, form: dict[str, str], words: str
) -> None:
    refused = connector.post(path, {**form, "version": "0"})
    assert refused.status_code == 422
    assert words in refused.text


def test_scripts_in_a_page_are_text(connector: Browser) -> None:
    body = "<script>alert(1)</script> [go](javascript:alert(1))"
    connector.post("/manage/pages/en/odd", {"title-en": "Odd", "body-en": body, "version": "0"})
    shown = connector.get("/p/odd").text
    assert "<script>alert" not in shown
    assert 'href="javascript' not in shown


def test_a_page_can_be_removed_and_a_legal_text_cannot(connector: Browser) -> None:
    removed = connector.post("/manage/pages/about/remove", form_page="/manage/pages")
    assert removed.status_code == 303
    assert connector.get("/p/about").status_code == 404
    assert connector.post("/manage/pages/terms/remove", form_page="/manage/pages").status_code == 409
    assert connector.get("/p/terms").status_code == 200


def test_the_front_page_follows_its_sections_and_words(connector: Browser) -> None:
    form = {
        "section": ["about", "hero"],
        "place-about": "1",
        "place-hero": "2",
        "text-en-promise": "Breathe in.",
        "word-en-market": "the mats",
    }
    assert connector.post("/manage/front", form).status_code == 303
    page = connector.get("/").text
    assert "Breathe in." in page
    assert "The mats" in page
    assert 'class="facts"' not in page


def test_saved_in_place_the_front_pages_form_shows_what_is_true_now(connector: Browser) -> None:
    form = {"section": ["about", "facts"], "place-about": "1", "place-facts": "2", "text-en-promise": "Breathe in."}
    shown = connector.change("/manage/front", form, page="/manage/front")

    assert (shown.status_code, "<html" in shown.text) == (200, False)
    assert 'value="Breathe in."' in shown.text
    assert shown.text.index('id="section-about"') < shown.text.index('id="section-facts"')


def test_a_sentence_that_is_too_long_is_refused_at_its_field(connector: Browser) -> None:
    refused = connector.post("/manage/front", {"section": "hero", "text-en-promise": "x" * 91})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
