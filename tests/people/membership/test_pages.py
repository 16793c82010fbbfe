"""Joining, links, the directory and the connector's pages about people, as each role sees them."""

from __future__ import annotations

import html
import re
import uuid
from datetime import timedelta

import pytest

from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import invite_queries, queries, services, standing
from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views.directory import PAGE
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.factories.accounts import make_account, sign_in
from tests.factories.hubs import make_hub
from tests.factories.members import make_connector, make_member
from tests.support.browsing import Browser

# A form of rights in which nothing is chosen.
NOTHING = {"events": "none", "market": "none", "moderation": "none", "money": "none"}


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context():
        return make_hub("lyon", name="The Bench")


def account_in(app: HubFlask, name: str = "Amina Diallo") -> uuid.UUID:
    with app.app_context():
        return make_account(name)


def member_in(app: HubFlask, hub_id: int, name: str, **values: object) -> MemberView:
    with app.app_context():
        return make_member(hub_id, name, **values)  # type: ignore[arg-type]


def found(app: HubFlask, hub_id: int, account_id: uuid.UUID) -> MemberView | None:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        return queries.member(account_id)


def test_one_click_joins_under_the_accounts_own_name(app: HubFlask, hub_id: int) -> None:
    account = account_in(app)
    browser = Browser(app, hub_id, account)
    assert 'value="Amina Diallo"' in browser.get("/join").text
    assert browser.post("/join", {"name": "Amina"}).status_code == 303
    member = found(app, hub_id, account)
    assert member is not None
    assert (member.display_name, member.handle, member.is_active) == ("Amina", "amina", True)


def test_joining_without_a_name_is_refused_at_the_field(app: HubFlask, hub_id: int) -> None:
    account = account_in(app)
    refused = Browser(app, hub_id, account).post("/join", {"name": "  "})
    assert refused.status_code == 422
    assert 'aria-invalid="true"' in refused.text
    assert found(app, hub_id, account) is None


def test_a_visitor_is_shown_how_to_join(app: HubFlask, hub_id: int) -> None:
    page = Browser(app, hub_id).get("/join")
    assert page.status_code == 200
    assert "/auth/login?next=/join" in page.text


def test_a_post_without_the_forms_token_joins_nobody(app: HubFlask, hub_id: int) -> None:
    account = account_in(app)
    browser = Browser(app, hub_id, account)
    assert browser.client.post("/join", base_url=browser.base_url, data={"name": "A"}).status_code in {400, 422}
    assert found(app, hub_id, account) is None


def test_who_comes_through_a_link_and_signs_in_later_was_brought_by_its_owner(app: HubFlask, hub_id: int) -> None:
    owner = member_in(app, hub_id, "Owner")
    browser = Browser(app, hub_id)
    assert browser.get(f"/r/{owner.referral_code}?c=qr").status_code == 303
    account = account_in(app)
    sign_in(browser.client, account, hub_id)
    assert "Owner invites you." in browser.get("/join").text
    browser.post("/join", {"name": "Guest"})
    member = found(app, hub_id, account)
    assert member is not None
    assert member.invited_by == owner.id
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        stored = invite_queries.referrer_for(account, None, clock.now())
        assert stored is not None
        assert (stored.account_id, stored.channel) == (owner.account_id, "qr")


def test_a_touch_runs_out_with_the_business_clock(app: HubFlask, hub_id: int) -> None:
    owner, guest = member_in(app, hub_id, "Owner"), member_in(app, hub_id, "Guest")
    Browser(app, hub_id, guest.account_id).get(f"/r/{owner.referral_code}")
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert invite_queries.referrer_for(guest.account_id, None, clock.now()) is not None
        clock.set_offset(clock.offset() + timedelta(days=31))
        assert invite_queries.referrer_for(guest.account_id, None, clock.now()) is None


def test_an_unknown_code_is_met_kindly(app: HubFlask, hub_id: int) -> None:
    browser = Browser(app, hub_id)
    assert browser.get("/r/NOSUCHCODE").status_code == 303
    assert "no longer known here" in browser.get("/").text


def test_ones_own_link_is_no_touch(app: HubFlask, hub_id: int) -> None:
    member = member_in(app, hub_id, "Self")
    Browser(app, hub_id, member.account_id).get(f"/r/{member.referral_code}")
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert invite_queries.referrer_for(member.account_id, None, clock.now()) is None


@pytest.mark.parametrize("forged", ["", "x", "WzEsIkFCQ0QiLCJxciIsIjIwMjYtMDEtMDEiXQ.forged"])
def test_a_forged_cookie_is_nothing(app: HubFlask, hub_id: int, forged: str) -> None:
    browser = Browser(app, hub_id, account_in(app))
    browser.client.set_cookie(f"came-{hub_id}", forged, domain="lyon.localhost")
    assert "invites you" not in browser.get("/join").text


def test_only_members_see_members(app: HubFlask, hub_id: int) -> None:
    member = member_in(app, hub_id, "Zelda Quince")
    visitor, stranger = Browser(app, hub_id), Browser(app, hub_id, account_in(app))
    for browser in (visitor, stranger):
        page = browser.get("/members")
        assert "Zelda" not in page.text
        assert "1 person belongs here" in page.text
    assert visitor.get("/members/@zelda-quince").status_code == 303
    assert stranger.get("/members/@zelda-quince").status_code == 403
    inside = Browser(app, hub_id, member.account_id)
    assert "Zelda Quince" in inside.get("/members").text
    assert inside.get("/members/@zelda-quince").status_code == 200


def test_who_does_not_want_to_be_listed_is_not(app: HubFlask, hub_id: int) -> None:
    hidden, other = member_in(app, hub_id, "Hidden Person"), member_in(app, hub_id, "Other")
    form = {"name": "Hidden Person", "handle": "hidden", "about": ""}
    assert Browser(app, hub_id, hidden.account_id).post("/me/profile", form).status_code == 303
    browser = Browser(app, hub_id, other.account_id)
    assert "Hidden Person" not in browser.get("/members").text
    assert browser.get("/members/@hidden").status_code == 404


def test_a_handle_is_one_persons(app: HubFlask, hub_id: int) -> None:
    one = member_in(app, hub_id, "One")
    member_in(app, hub_id, "Two")
    refused = Browser(app, hub_id, one.account_id).post("/me/profile", {"name": "One", "handle": "two"})
    assert refused.status_code == 422
    assert "@two is taken here" in refused.text


def test_a_hub_may_keep_its_list_to_itself(app: HubFlask) -> None:
    with app.app_context():
        private = make_hub("private", features={"members_directory": False})
    member = member_in(app, private, "Somebody")
    assert "Somebody" not in Browser(app, private, member.account_id).get("/members").text.split("<main")[1]


def test_the_directory_is_searched_and_paged(app: HubFlask, hub_id: int) -> None:
    people = [
        member_in(app, hub_id, f"Person {number:02}", now=clock.now() - timedelta(days=number)) for number in range(32)
    ]
    browser = Browser(app, hub_id, people[0].account_id)
    first = browser.get("/members").text
    assert "Person 29" in first
    assert "Person 30" not in first
    following = first.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "Person 31" in browser.get(following).text
    assert "Person 07" in browser.get("/members?q=pers+07").text
    assert "Nobody found" in browser.get("/members?q=%25").text
    for path in ("/members?q=pérson", "/search?q=pérson&in=members"):
        found = browser.get(path).text.partition("<main")[2]
        more = found.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert "/members/@person-01" in found
        assert "/members/@person-31" in browser.get(more).text
    old = f"/members?q=person&after={people[30].joined_at.isoformat().replace('+', '%2B')}_{people[30].id}"
    assert "Person 31" in browser.get(old).text
    assert browser.get("/members?after=nonsense").status_code == 200


def test_ones_own_link_can_be_shared_and_printed(app: HubFlask, hub_id: int) -> None:
    member = member_in(app, hub_id, "Self")
    browser = Browser(app, hub_id, member.account_id)
    page = browser.get("/me/referrals").text
    assert f"http://lyon.localhost:8000/r/{member.referral_code}" in page
    assert "<svg" in browser.get("/me/referrals/print").text


def test_where_members_have_no_links_the_page_is_gone_and_what_is_in_print_leads_on(app: HubFlask) -> None:
    with app.app_context():
        hub_id = make_hub(features={"referrals": False})
    member = member_in(app, hub_id, "Self")
    browser = Browser(app, hub_id, member.account_id)
    assert browser.get("/me/referrals").status_code == browser.get("/me/referrals/print").status_code == 404
    assert Browser(app, hub_id).get(f"/r/{member.referral_code}").location.endswith("/")


def test_a_connector_makes_an_invite_link_and_withdraws_it(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        account = make_connector(hub_id).account_id
    browser = Browser(app, hub_id, account)
    made = browser.post("/manage/invites", {"label": "Market stall"})
    assert made.status_code == 303
    page = browser.get(made.location)
    assert "<svg" in page.text
    assert browser.get(f"{made.location}/print").status_code == 200
    assert browser.post(f"{made.location}/revoke", form_page=made.location).status_code == 303
    assert "withdrawn" in browser.get("/manage/invites").text


def _with_links(app: HubFlask, hub_id: int, count: int) -> Browser:
    with app.app_context():
        member = make_connector(hub_id)
        with hub_scope(hub_id), unit_of_work():
            for number in range(count):
                # An hour apart, so that no limit is met.
                made_at = clock.now() + timedelta(hours=number)
                services.make_invite(membership_id=member.id, label=f"Poster {number}.", now=made_at)
    return Browser(app, hub_id, member.account_id)


def test_invite_links_page_by_key_each_on_one_page(app: HubFlask, hub_id: int) -> None:
    browser = _with_links(app, hub_id, PAGE + 2)
    first = browser.get("/manage/invites").text
    following = re.search(r'rel="next"\s+href="([^"]+)"', first)
    assert following
    second = browser.get(following[1].replace("&amp;", "&")).text
    shown = [re.findall(r"Poster (\d+)\.", page) for page in (first, second)]
    assert shown == [[str(number) for number in range(PAGE + 1, 1, -1)], ["1", "0"]]
    assert 'rel="prev"' in second
    assert 'rel="next"' not in second


def test_invite_links_have_a_limit_that_is_said(app: HubFlask, hub_id: int) -> None:
    allowed = throttle.RULES["invite account"].attempts
    with app.app_context():
        member = make_connector(hub_id)
        with hub_scope(hub_id), unit_of_work():
            for number in range(allowed):
                services.make_invite(membership_id=member.id, label=f"Poster {number}.", now=clock.now())
    browser = Browser(app, hub_id, member.account_id)
    refused = browser.post("/manage/invites", {"label": "One too many"})
    assert refused.status_code == 422
    assert "Too many attempts." in refused.text
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert len(invite_queries.invites(limit=allowed + 2)) == allowed


def test_who_is_suspended_reads_and_is_told_so_where_they_act(app: HubFlask, hub_id: int) -> None:
    member = member_in(app, hub_id, "Trouble")
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        standing.suspend(membership_id=member.id, reason="Spam.", actor=SYSTEM, now=clock.now())
    browser = Browser(app, hub_id, member.account_id)
    assert browser.get("/members").status_code == 200
    assert browser.get("/members/@trouble").status_code == 200
    turned_away = browser.get("/join")
    assert turned_away.status_code == 403
    assert "You are suspended here" in turned_away.text
    assert "Spam." in turned_away.text
    assert browser.get("/me/profile").location.endswith("/join")


def test_the_connector_chooses_a_helper_by_area_and_ends_it(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        account = make_connector(hub_id).account_id
    member = member_in(app, hub_id, "Helper")
    browser, theirs = Browser(app, hub_id, account), Browser(app, hub_id, member.account_id)
    added = browser.post("/manage/team", {"handle": "@helper"})
    assert added.status_code == 303
    path = f"/manage/team/{member.id}"
    browser.post(path, {**NOTHING, "events": "view", "permissions": ["pages.edit"]})
    assert theirs.get("/manage/pages").status_code == 200
    assert theirs.get("/manage/events").status_code == 200
    assert theirs.get("/manage/events/new").status_code == 403
    assert browser.post(path, {**NOTHING, "permissions": ["payouts.request"]}).status_code == 422
    assert browser.post(path, {**NOTHING, "events": "everything"}).status_code == 422
    browser.post(path, NOTHING)
    assert theirs.get("/manage/events").status_code == 403
    assert path not in browser.get("/manage/team").text


@pytest.mark.parametrize("handle", ["", "nobody", "maud"])
def test_only_a_member_without_a_role_becomes_a_helper(app: HubFlask, hub_id: int, handle: str) -> None:
    with app.app_context():
        account = make_connector(hub_id).account_id
    assert Browser(app, hub_id, account).post("/manage/team", {"handle": handle}).status_code == 422


def test_a_connectors_rights_are_not_the_hubs_to_change(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        connector = make_connector(hub_id)
    browser = Browser(app, hub_id, connector.account_id)
    assert browser.get(f"/manage/team/{connector.id}").status_code == 403


def test_a_connector_finds_everyone_who_ever_joined_by_name_or_handle(app: HubFlask, hub_id: int) -> None:
    gone = member_in(app, hub_id, "Élodie Marchand")
    member_in(app, hub_id, "Marc Elm")
    with app.app_context():
        connector = make_connector(hub_id, "Maud").account_id
        make_member(make_hub("other"), "Elodie Elsewhere")
        with hub_scope(hub_id), unit_of_work():
            services.leave(account_id=gone.account_id, now=clock.now())
    browser = Browser(app, hub_id, connector)
    for typed in ("elodie", "MARCHAND el", f"@{gone.handle}"):
        page = browser.get(f"/manage/members?q={typed}").text
        assert f"/manage/members/{gone.id}" in page, typed
        assert page.count('href="/manage/members/') == 1, typed
    page = browser.get("/manage/members?q=marc").text
    assert page.count('href="/manage/members/') == 2
    for typed in ("zither", "%25", "_"):
        page = browser.get(f"/manage/members?q={typed}").text
        assert 'href="/manage/members/' not in page, typed
        assert "Nobody found" in page, typed


def test_what_a_connector_finds_pages_by_key(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        connector = make_connector(hub_id, "Maud").account_id
        people = {str(make_member(hub_id, f"Zoe Z{number}").id) for number in range(PAGE + 3)}
    browser, path, shown = Browser(app, hub_id, connector), "/manage/members?q=zoe", list[str]()
    while path:
        page = browser.get(path).text
        shown += re.findall(r'href="/manage/members/([0-9a-f-]{36})"', page)
        following = re.search(r'href="(/manage/members\?[^"]*after=[^"]*)"', page)
        path = html.unescape(following[1]) if following else ""
    assert len(shown) == len(people)
    assert set(shown) == people


def test_another_hubs_people_and_links_do_not_exist_here(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        other = make_hub("other")
        account = make_connector(hub_id).account_id
        stranger, elsewhere = make_member(other, "Stranger"), make_connector(other)
        with hub_scope(other), unit_of_work():
            link = services.make_invite(membership_id=elsewhere.id, label="Poster", now=clock.now()).id
    browser = Browser(app, hub_id, account)
    for path in (
        f"/manage/members/{stranger.id}",
        f"/manage/invites/{link}",
        f"/manage/invites/{link}/print",
        "/members/@stranger",
    ):
        assert browser.get(path).status_code == 404, path
    for path in (f"/manage/team/{stranger.id}", f"/manage/invites/{link}/revoke"):
        assert browser.post(path, form_page="/manage/invites").status_code == 404, path


def test_a_connector_without_a_second_factor_is_sent_to_set_one_up(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        account = make_connector(hub_id).account_id
    browser = Browser(app, hub_id)
    sign_in(browser.client, account, hub_id, second_factor=False)
    answer = browser.get("/manage/members")
    assert answer.status_code == 303
    assert "second-factor" in answer.location
