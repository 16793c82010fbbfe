"""A hub's front page for visitors and members, its files and pages, and what they cost."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from hubapp.community.messages import services as messages
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.paths import HUBS
from hubapp.people.membership import services as membership
from hubapp.tenancy import services
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.packs import load
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import make_listing, make_shop, place, settle
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser
from tests.support.queries import counted


@pytest.fixture
def lyon(app: HubFlask) -> int:
    return open_pack(app, "lyon")


def open_pack(app: HubFlask, slug: str) -> int:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return services.open_hub(pack=load.by_slug(HUBS, slug), actor=SYSTEM, now=NOW)


def test_a_visitor_reads_the_promise_in_the_hubs_language_and_may_join(app: HubFlask, lyon: int) -> None:
    page = Browser(app, lyon).get("/")
    assert page.status_code == 200
    assert 'lang="fr"' in page.text
    assert "Ici, on répare avant de racheter." in page.text
    assert 'href="/join"' in page.text


@pytest.mark.parametrize(("slug", "lang", "direction"), [("nairobi", "en", "ltr"), ("tunis", "ar", "rtl")])
def test_each_hub_is_a_world_of_its_own(app: HubFlask, slug: str, lang: str, direction: str) -> None:
    page = Browser(app, open_pack(app, slug)).get("/")
    assert f'lang="{lang}"' in page.text
    assert f'dir="{direction}"' in page.text
    assert "/theme.css?v=1" in page.text


def test_a_member_has_a_checklist_that_ticks_itself(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        member = make_member(lyon, "Camille")
    before = Browser(app, lyon, member.account_id).get("/").text
    with app.app_context(), hub_scope(lyon), unit_of_work():
        membership.edit_profile(
            account_id=member.account_id, name="Camille", handle="camille", about="I mend radios.", is_listed=True
        )
    after = Browser(app, lyon, member.account_id).get("/").text
    assert before.count('<li class="done">') == 1
    assert after.count('<li class="done">') == 2


def test_an_empty_hub_says_what_belongs_here(app: HubFlask, lyon: int) -> None:
    assert 'class="empty"' in Browser(app, lyon).get("/").text


def test_the_connector_is_named_once_there_is_one(app: HubFlask, lyon: int) -> None:
    assert "Maud Ferrandeau" not in Browser(app, lyon).get("/").text
    with app.app_context():
        make_connector(lyon, "Maud Ferrandeau")
    assert "Maud Ferrandeau" in Browser(app, lyon).get("/").text


def test_members_read_how_soon_the_connector_answers_and_it_is_worked_out_once(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        maud = make_connector(lyon, "Maud Ferrandeau")
        members = [make_member(lyon) for _ in range(3)]
        now = clock.now()
        for number, one in enumerate(members):
            with hub_scope(lyon), unit_of_work():
                said = {"title": "", "body_md": "Hello", "now": now - timedelta(days=9)}
                thread = messages.start(author_id=one.account_id, to=[maud.handle], **said)
                if number:
                    answered = {"body_md": "Yes", "now": now - timedelta(days=9 - number)}
                    messages.send(thread_id=thread, author_id=maud.account_id, **answered)
    browser, visitor = Browser(app, lyon, members[0].account_id), Browser(app, lyon)
    for one in (browser, visitor):
        one.client.set_cookie("locale", "en")
    assert "Messages are mostly answered within 2 days." in browser.get("/").text
    assert "mostly answered" not in visitor.get("/").text
    with counted() as statements:
        browser.get("/")
    assert not [one for one in statements if "message_thread" in one and "started_at" in one]


def test_the_front_page_asks_a_fixed_number_of_queries(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        member = make_member(lyon, "Camille")
        make_connector(lyon)
    browser = Browser(app, lyon, member.account_id)
    browser.get("/")
    with counted() as statements:
        assert browser.get("/").status_code == 200
    assert len(statements) <= 10, statements  # 8 where something is for sale and sold


def test_the_front_page_costs_the_same_however_many_hubs_there_are(app: HubFlask, lyon: int) -> None:
    browser = Browser(app, lyon)
    browser.get("/")
    with counted() as few:
        browser.get("/")
    with app.app_context():
        for number in range(30):
            make_hub(f"more-{number}")
    browser.get("/")
    with counted() as many:
        browser.get("/")
    assert len(many) == len(few)


def test_the_stylesheet_is_the_hubs_and_may_be_kept_under_its_version_only(app: HubFlask, lyon: int) -> None:
    browser = Browser(app, lyon)
    kept, asked_again = browser.get("/theme.css?v=1"), browser.get("/theme.css?v=7")
    assert kept.mimetype == "text/css"
    assert "--brand: light-dark(#1d3fa6" in kept.text
    assert "immutable" in kept.headers["Cache-Control"]
    assert asked_again.headers["Cache-Control"] == "no-cache"


def test_a_logo_cannot_run_anything(app: HubFlask, lyon: int) -> None:
    logo = Browser(app, lyon).get("/logo?v=1")
    assert logo.mimetype == "image/svg+xml"
    assert "sandbox" in logo.headers["Content-Security-Policy"]
    assert logo.headers["X-Content-Type-Options"] == "nosniff"


def test_the_manifest_names_the_hub(app: HubFlask, lyon: int) -> None:
    described = json.loads(Browser(app, lyon).get("/manifest.webmanifest").text)
    assert (described["name"], described["lang"], described["start_url"]) == ("L'Établi", "fr", "/")


@pytest.mark.parametrize("path", ["/p/terms", "/p/privacy", "/p/imprint", "/p/about"])
def test_every_hub_has_its_pages(app: HubFlask, lyon: int, path: str) -> None:
    page = Browser(app, lyon).get(path)
    assert page.status_code == 200
    assert '<article class="prose" lang="fr" dir="ltr">' in page.text


def test_a_page_without_a_translation_is_shown_as_it_is_written(app: HubFlask) -> None:
    hub_id = open_pack(app, "tunis")
    browser = Browser(app, hub_id)
    browser.client.set_cookie("locale", "en", domain="tunis.localhost")
    page = browser.get("/p/terms")
    assert page.status_code == 200
    assert 'lang="en"' in page.text


def test_a_page_that_does_not_exist_is_404(app: HubFlask, lyon: int) -> None:
    assert Browser(app, lyon).get("/p/nothing").status_code == 404


def test_no_page_carries_a_style_or_script_of_its_own(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        member = make_connector(lyon)
    browser = Browser(app, lyon, member.account_id)
    for path in ("/", "/p/about", "/manage/", "/manage/brand", "/manage/invites", "/me/referrals", "/members"):
        text = browser.get(path).text
        assert "style=" not in text, path
        assert "<style" not in text, path
        assert " on" + "click=" not in text, path


def test_the_path_form_serves_the_same_hub(app: HubFlask, lyon: int) -> None:
    page = app.test_client().get("/h/lyon/", base_url=app.addresses.central("/"))
    assert page.status_code == 200
    assert 'href="/h/lyon/join"' in page.text
    assert "/h/lyon/theme.css" in page.text


def test_a_frozen_hub_says_why(app: HubFlask, lyon: int) -> None:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        services.freeze_hub(hub_id=lyon, reason="Stock check until Monday", actor=SYSTEM, now=NOW)
    assert "Stock check until Monday" in Browser(app, lyon).get("/").text


def test_an_account_that_is_no_member_is_invited_to_join(app: HubFlask, lyon: int) -> None:
    with app.app_context():
        account = make_account()
    assert 'href="/join"' in Browser(app, lyon, account).get("/").text


def test_a_visitor_sees_how_a_sale_is_shared_by_the_rules_in_force(app: HubFlask) -> None:
    page = Browser(app, open_pack(app, "nairobi")).get("/").text
    panel = page[page.index("Where") :]
    assert "Connector" in panel
    assert "Referrer" in panel
    assert 'href="/p/shares"' in panel


def test_new_listings_stand_on_the_front_page_within_the_budget(app: HubFlask) -> None:
    hub_id = open_pack(app, "nairobi")
    with app.app_context():
        seller = make_member(hub_id, "Wanjiru Tea")
        with hub_scope(hub_id), unit_of_work():
            for number in range(10):
                make_listing(title=f"Tea number {number}", currency="KES", seller_account_id=seller.account_id)
    browser = Browser(app, hub_id, seller.account_id)
    browser.get("/")
    with counted() as statements:
        page = browser.get("/").text
    assert "Tea number 9" in page
    assert "Tea number 1<" not in page
    assert "Wanjiru Tea" in page
    assert len(statements) <= 10, statements  # 8 where something is for sale and sold


def test_a_buyer_sees_where_their_last_payment_went(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop("lyon")
        with hub_scope(shop.hub_id):
            with unit_of_work():
                checkout = place(shop)
            with unit_of_work():
                settle(checkout)
    page = Browser(app, shop.hub_id, shop.buyer).get("/").text
    assert "Where your last payment went" in page
    assert "Payment fee" in page


def test_headings_of_a_page_follow_its_title_without_a_gap(app: HubFlask, lyon: int) -> None:
    page = Browser(app, lyon).get("/p/about").text
    article = page[page.index("<article") : page.index("</article")]
    assert "<h2>" in article
    assert page.count("<h1>") == 1
