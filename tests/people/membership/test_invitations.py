"""What came of invitations is counted per member and channel, and nobody is followed."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import policies, services, tallies
from hubapp.people.membership.queries import MemberView
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.conftest import Live
from tests.factories.accounts import make_account, sign_in
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.market import make_shop, place, settle
from tests.factories.members import make_connector, make_member, referral_of
from tests.factories.races import together
from tests.support.browsing import Browser


@pytest.fixture
def hub_id(app: HubFlask) -> int:
    with app.app_context():
        return make_hub()


def counts(app: HubFlask, hub_id: int, member: MemberView) -> dict[str, tuple[int, int, int]]:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        found = tallies.of_member(member.id)
    return {name: (one.opened, one.joined, one.bought) for name, one in found.items()}


def inviter(app: HubFlask, hub_id: int) -> MemberView:
    with app.app_context():
        return make_member(hub_id, "Owner", now=clock.now())


@given(st.text(max_size=40))
def test_any_channel_typed_becomes_one_that_can_be_counted(typed: str) -> None:
    channel = policies.clean_channel(typed)
    assert policies.clean_channel(channel) == channel
    assert 0 < len(channel) <= 24


@given(st.text("ABCDEFGHJKMNPQRSTUVWXYZ23456789", min_size=4, max_size=16))
def test_a_links_own_channel_survives_its_journey(code: str) -> None:
    assert policies.clean_channel(policies.link_channel(code)) == policies.link_channel(code)


def test_an_opened_link_counts_once_per_visitor_and_by_channel(app: HubFlask, hub_id: int) -> None:
    owner = inviter(app, hub_id)
    for channel in ("qr", "qr", "poster"):
        visitor = Browser(app, hub_id)
        for _again in range(2):
            visitor.get(f"/r/{owner.referral_code}?c={channel}")
    assert counts(app, hub_id, owner) == {"qr": (2, 0, 0), "poster": (1, 0, 0)}


def test_neither_oneself_nor_members_nor_a_browser_that_looks_ahead_count(app: HubFlask, hub_id: int) -> None:
    owner, member = inviter(app, hub_id), inviter(app, hub_id)
    path = f"/r/{owner.referral_code}?c=mail"
    Browser(app, hub_id, owner.account_id).get(path)
    Browser(app, hub_id, member.account_id).get(path)
    Browser(app, hub_id).get(path, headers={"Sec-Purpose": "prefetch;prerender"})
    assert counts(app, hub_id, owner) == {}


def test_who_joins_is_counted_and_the_inviter_thanked_without_money(app: HubFlask, hub_id: int) -> None:
    owner = inviter(app, hub_id)
    browser = Browser(app, hub_id)
    browser.get(f"/r/{owner.referral_code}?c=chat")
    with app.app_context():
        guest = make_account("Guest")
    sign_in(browser.client, guest, hub_id)
    browser.post("/join", {"name": "Guest"})
    run_all(app)
    assert counts(app, hub_id, owner) == {"chat": (1, 1, 0)}
    page = Browser(app, hub_id, owner.account_id).get("/notifications").text
    assert "joined through your link" in page
    assert "Thank you for bringing people along." in page
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        assert db.session.scalar(text("SELECT count(*) FROM ledger_entry")) == 0


def test_a_connector_who_brought_somebody_is_thanked_and_told_once(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        owner = make_connector(hub_id, now=clock.now())
        make_member(hub_id, "Guest", referral=referral_of(owner), now=clock.now())
    run_all(app)
    page = Browser(app, hub_id, owner.account_id).get("/notifications").text
    assert "joined through your link" in page
    assert "joined the hub" not in page


def test_a_paid_order_counts_once_for_who_brought_the_buyer(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        owner = make_member(shop.hub_id, "Owner")
        with hub_scope(shop.hub_id), unit_of_work():
            services.touch(account_id=shop.buyer, code=owner.referral_code, channel="poster", at=NOW)
            checkout_id = place(shop)
        for _again in range(2):
            with hub_scope(shop.hub_id), unit_of_work():
                settle(checkout_id)
    assert counts(app, shop.hub_id, owner) == {"poster": (0, 0, 1)}


def test_counting_at_the_same_moment_loses_nothing(live: Live) -> None:
    with live.app.app_context():
        hub_id = make_hub()
        member = make_member(hub_id)

    def count() -> None:
        with live.app.app_context(), hub_scope(hub_id), unit_of_work():
            tallies.count(membership_id=member.id, channel="qr", what="opened")

    together(*[count] * 6)
    with live.app.app_context(), hub_scope(hub_id), unit_of_work():
        assert tallies.of_member(member.id)["qr"].opened == 6


def test_an_invite_link_has_its_own_numbers_however_it_travelled(app: HubFlask, hub_id: int) -> None:
    with app.app_context():
        connector = make_connector(hub_id, now=clock.now())
        with hub_scope(hub_id), unit_of_work():
            link = services.make_invite(membership_id=connector.id, label="Fair", now=clock.now())
            code = link.code
    for channel in ("", "?c=qr"):
        Browser(app, hub_id).get(f"/r/{code}{channel}")
    assert counts(app, hub_id, connector) == {policies.link_channel(code): (2, 0, 0)}
    page = Browser(app, hub_id, connector.account_id).get("/manage/invites").text
    assert ">2<" in page
    assert policies.link_channel(code) not in page
    assert code.lower() not in Browser(app, hub_id, connector.account_id).get("/me/referrals").text


def test_each_channel_has_its_link_code_and_row_and_no_row_names_anybody(app: HubFlask, hub_id: int) -> None:
    owner = inviter(app, hub_id)
    Browser(app, hub_id).get(f"/r/{owner.referral_code}?c=market-stall")
    browser = Browser(app, hub_id, owner.account_id)
    page = browser.get("/me/referrals?c=market-stall").text
    assert f"/r/{owner.referral_code}?c=market-stall" in page
    assert "<svg" in page
    assert "?c=poster" in browser.get("/me/referrals/print?c=poster").text
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        columns = db.session.execute(text("SELECT * FROM invite_tally")).keys()
    assert set(columns) == {"hub_id", "id", "membership_id", "channel", "opened", "joined", "bought"}


def test_an_odd_channel_in_the_address_does_no_harm(app: HubFlask, hub_id: int) -> None:
    owner = inviter(app, hub_id)
    odd = f"/r/{owner.referral_code}?c=<script>{uuid.uuid4()}"
    assert Browser(app, hub_id).get(odd).status_code == 303
    assert counts(app, hub_id, owner) == {"link": (1, 0, 0)}
