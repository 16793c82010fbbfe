"""A hub that was edited all over on the web leaves as a pack, and that pack opens as the same hub."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from sqlalchemy import select

from hubapp.community.conversations.models import ConversationRule, Topic
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.tenancy import brand, portable, services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import Hub, HubPage
from hubapp.tenancy.packs import export, load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.hubs import NOW
from tests.factories.members import make_connector
from tests.home.test_manage import filled
from tests.home.test_versions import DRAWING, typed
from tests.support.browsing import Browser

ODD = 'Tout “neuf” \\ 100 % # [x] = "y"\r\n\r\n{seul}  \ttab, عربي, 🏗'

BRAND = {
    "name": 'L\'Atelier "neuf"',
    "place": "Lyon 7e — Guillotière",
    "primary": "#7a1f5c",
    "accent": "#e0a030",
    "neutral_hue": "262.5",
    "font_pair": "serif",
    "radius": "3",
    "control_shape": "pill",
    "density": "roomy",
    "tile_set": "rest",
    "mosaic": "4242",
    "theme_css": "/* à nous */\r\n:root {\r\n  --radius: 5px;\r\n}\r\n",
}
TOPICS = (("Outils à prêter", "accent"), ("{{name}} [x] = 1", "deep"), ("سؤال وجواب", "soft"))
# What no form of a connector's changes; the rest of the row does.
FIXED = {"slug", "status", "frozen_reason", "country", "currency", "timezone", "default_locale", "locales"}


def opened(app: HubFlask, pack: object) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=pack, actor=SYSTEM, now=NOW)  # type: ignore[arg-type]


Listed = list[tuple[object, ...]]


def defines(app: HubFlask, hub_id: int) -> tuple[dict[str, object], Listed, Listed, list[int]]:
    """All that makes the hub what it is: its row, its pages, its topics in their order, how many first texts wait."""
    leave = {"id", "brand_version", "opened_at", "member_count", "is_imported"}
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        hub = db.session.get_one(Hub, hub_id)
        row = {column.name: getattr(hub, column.name) for column in Hub.__table__.columns if column.name not in leave}
        pages = db.session.scalars(
            select(HubPage).where(HubPage.hub_id == hub_id).order_by(HubPage.locale, HubPage.slug)
        )
        topics = db.session.scalars(select(Topic).where(Topic.hub_id == hub_id).order_by(Topic.position))
        held = db.session.scalars(select(ConversationRule.first_held).where(ConversationRule.hub_id == hub_id))
        return (
            row,
            [(one.locale, one.slug, one.kind, one.title, one.body, one.position) for one in pages],
            [(one.name, one.slug, one.tone, one.archived_at is not None) for one in topics],
            list(held),
        )


def exported(app: HubFlask, hub_id: int) -> dict[str, bytes]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return export.files(portable.pack_of(hub_id))


def write(files: dict[str, bytes], folder: Path) -> None:
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


def edit_everything(browser: Browser) -> None:
    """Each form of the connector's desk, with every field changed."""
    browser.client.set_cookie("locale", "en")
    looks = filled(browser) | BRAND | {"logo": (io.BytesIO(DRAWING), "l.svg")}
    assert browser.post("/manage/brand", looks, content_type="multipart/form-data").status_code == 303
    front = typed(browser, "/manage/front")
    for name in [name for name in front if name.startswith(("text-", "word-"))]:
        front[name] = ODD if name.endswith(("-lead", "-about")) else f"Ç'est «{name[5:]}» \\ #1"
    front |= {
        "section": ["about", "hero", "gatherings"],
        "place-about": "1",
        "place-hero": "3",
        "place-gatherings": "2",
    }
    assert browser.post("/manage/front", front).status_code == 303
    steps = {
        f"{locale}-{key}": f'{key} — {locale} \\ "1"'
        for locale in ("fr", "en")
        for key in ("welcome", "hello", "trade")
    }
    assert (
        browser.post("/manage/mentors/words", {**steps, "version": "0"}, form_page="/manage/mentors").status_code == 303
    )
    path = "/manage/pages/fr/{}"
    texts = {
        "title-fr": "# Odd",
        "body-fr": f"\r\n{ODD}\r\n",
        "title-en": "Odd",
        "body-en": "# One\r\n\r\nTwo  \r\nThree",
    }
    for slug in ("about", "terms", "new-page"):
        assert browser.post(path.format(slug), {**typed(browser, path.format(slug)), **texts}).status_code == 303
    only = {"title-fr": "Horaires", "body-fr": "De 9 h à 18 h", "title-en": "", "body-en": ""}
    assert browser.post(path.format("hours"), {**only, "version": "0"}).status_code == 303
    assert browser.post("/manage/pages/how-we-work/remove", form_page="/manage/pages").status_code == 303
    desk = "/manage/conversations"
    for path, sent in (
        ("readers", {}),
        ("first", {"first_held": "3"}),
        *(("topics", {"name": name, "tone": tone}) for name, tone in TOPICS),
    ):
        assert browser.post(f"{desk}/{path}", sent, form_page=desk).status_code == 303
    last, middle = re.findall(r'action="(/manage/conversations/topics/[^"]+)"', browser.get(desk).text)[:0:-1]
    for topic, sent in (
        (last, {"act": "up"}),
        (last, {"act": "up"}),
        (last, {"name": 'Autre "nom" \\ #', "tone": "warm"}),
        (middle, {"name": TOPICS[1][0], "tone": TOPICS[1][1], "act": "archive"}),
    ):
        assert browser.post(topic, sent, form_page=desk).status_code == 303


@pytest.fixture
def lyon(app: HubFlask) -> int:
    return opened(app, load.by_slug(HUBS, "lyon"))


def test_everything_edited_on_the_web_leaves_and_opens_as_the_same_hub(
    app: HubFlask, lyon: int, tmp_path: Path
) -> None:
    before = defines(app, lyon)
    with app.app_context():
        account = make_connector(lyon, "Camille").account_id
    edit_everything(Browser(app, lyon, account))
    edited = defines(app, lyon)
    same = {key for key, value in edited[0].items() if value == before[0][key]}
    assert same == {*FIXED, "legal", "tax_rates", "logo_type"}
    assert [(name, tone, is_archived) for name, _slug, tone, is_archived in edited[2]] == [
        ('Autre "nom" \\ #', "warm", False),
        (*TOPICS[0], False),
        (*TOPICS[1], True),
    ]
    assert edited[3] == [3]
    files = exported(app, lyon)
    again = reopened(app, lyon, tmp_path / "lyon")
    assert defines(app, again) == edited
    assert exported(app, again) == files


def reopened(app: HubFlask, hub_id: int, folder: Path) -> int:
    """The hub's export, opened in its place."""
    write(exported(app, hub_id), folder)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        db.session.get_one(Hub, hub_id).slug = "lyon-before"
        for domain in portable.queries.domains(hub_id):
            db.session.delete(domain)
    app.resolver.forget()
    return opened(app, load.load(folder))


def switch(app: HubFlask, hub_id: int, *, is_on: bool) -> None:
    names = ("members_directory", "needs", "conversations", "events")
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        brand.edit_switches(switches=dict.fromkeys(names, is_on), actor=SYSTEM, now=NOW)


def test_what_is_switched_off_leaves_too_and_is_there_again_when_it_is_switched_on(
    app: HubFlask, lyon: int, tmp_path: Path
) -> None:
    with app.app_context():
        account = make_connector(lyon, "Camille").account_id
    browser = Browser(app, lyon, account)
    before = defines(app, lyon)
    switch(app, lyon, is_on=False)
    # The front page is written anew meanwhile: what is out of sight keeps its place in it.
    front = typed(browser, "/manage/front")
    assert browser.post("/manage/front", {**front, "text-fr-promise": "Encore."}).status_code == 303
    assert "/feed" not in browser.get("/").text
    edited = defines(app, lyon)
    assert edited[0]["home"]["sections"] == before[0]["home"]["sections"]  # type: ignore[index]
    again = reopened(app, lyon, tmp_path / "lyon")
    assert defines(app, again) == edited
    switch(app, again, is_on=True)
    assert defines(app, again)[0]["features"] == before[0]["features"]
    page = Browser(app, again).get("/")
    assert page.status_code == 200
    assert [path for path in ("/feed", "/events") if path not in page.text] == []


def test_a_front_page_of_which_everything_is_switched_off_opens_again(app: HubFlask, lyon: int, tmp_path: Path) -> None:
    with app.app_context(), hub_scope(lyon), unit_of_work():
        brand.edit_home(sections=("conversations", "members"), texts={}, actor=SYSTEM, now=NOW)
    switch(app, lyon, is_on=False)
    edited = defines(app, lyon)
    assert defines(app, reopened(app, lyon, tmp_path / "lyon")) == edited
