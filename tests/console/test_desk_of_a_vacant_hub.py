"""Where nobody looks after a hub, the central team works at its desk as a connector would, and gains nothing by it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries as orders
from hubapp.people.membership import policies, standing
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.tenancy.audit import SYSTEM
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HUB, HubFlask
from tests.community.gatherings.test_pages import written
from tests.console import conftest
from tests.factories.accounts import make_account, sign_in
from tests.factories.hubs import NOW
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_listing, make_shop, place, settle
from tests.factories.members import make_connector, make_member
from tests.factories.notices import notices
from tests.support.browsing import Browser

# Money of one's own, and links that say who brought whom; the rest of the desk is open.
NOT_THE_CORES = {"/manage/payouts", "/manage/parts", "/manage/invites"}
IN_THE_CONSOLE = "/manage/handover"


@pytest.fixture
def shop(app: HubFlask) -> Shop:
    """A shop in a hub whose connector has gone."""
    with app.app_context():
        found = make_shop()
        with hub_scope(found.hub_id), unit_of_work():
            gone = membership.member(found.connector)
            assert gone is not None
            members.revoke_role(membership_id=gone.id, actor=SYSTEM, now=NOW)
    return found


@pytest.fixture
def noor(app: HubFlask) -> UUID:
    with app.app_context():
        return make_account("Noor Central", is_central=True)


@pytest.fixture
def desk(app: HubFlask, shop: Shop, noor: UUID) -> Browser:
    """The central team's browser on the hub's own site."""
    return Browser(app, shop.hub_id, noor)


def inside(app: HubFlask, hub_id: int, act: Callable[[], Any]) -> Any:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        return act()


def noted(app: HubFlask) -> list[tuple[str, str, int | None]]:
    """What the log has of the core's acts in connectors' places."""
    asked = select(AuditEvent).where(AuditEvent.action == "core.stand_in").order_by(AuditEvent.at, AuditEvent.id)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return [(one.actor_name, one.subject, one.hub_id) for one in db.session.scalars(asked)]


def of_core(app: HubFlask, shop: Shop) -> UUID:
    """An order of the core, paid and waiting to be handed over."""
    listing = inside(app, shop.hub_id, lambda: make_listing(seller_account_id=None).id)
    checkout = inside(app, shop.hub_id, lambda: place(shop, {listing: 1}))
    inside(app, shop.hub_id, lambda: settle(checkout))
    return UUID(str(inside(app, shop.hub_id, lambda: orders.orders_of_checkout(checkout)[0].id)))


def pages_of_the_desk(app: HubFlask) -> set[str]:
    rules = [one for one in app.url_map.iter_rules() if one.subdomain == HUB and "GET" in (one.methods or ())]
    return {one.rule for one in rules if re.fullmatch(r"/manage/[a-z/-]*", one.rule)}


def test_each_page_of_the_desk_opens_but_those_about_gains(app: HubFlask, desk: Browser) -> None:
    answers = {path: desk.get(path).status_code for path in pages_of_the_desk(app)}
    assert len(answers) > 20
    assert {path for path, status in answers.items() if status == 403} == NOT_THE_CORES
    assert {path for path, status in answers.items() if status not in {200, 403}} == {IN_THE_CONSOLE}
    menu = desk.get("/manage/").text
    assert "Nobody looks after this hub." in menu
    assert [path for path in ("/manage/orders", "/manage/events", "/manage/pages") if f'"{path}"' not in menu] == []
    assert [path for path in NOT_THE_CORES if f'"{path}"' in menu] == []


def test_an_order_of_the_core_is_handed_over_from_the_console_on(
    app: HubFlask, shop: Shop, desk: Browser, central: conftest.Browser
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    order_id = of_core(app, shop)
    waiting = f'href="{desk.base_url.rstrip("/")}/manage/orders?status=paid"'
    assert waiting in central.get("/console/vacant").text
    path = f"/manage/orders/{order_id}"
    assert path in desk.get("/manage/orders?status=paid").text
    assert desk.post(f"{path}/hand-over", form_page=path).status_code == 303
    assert inside(app, shop.hub_id, lambda: orders.order(order_id).status) == "handed_over"
    assert noted(app) == [("Noor Central", f"{path}/hand-over", shop.hub_id)]
    assert "Done by the core in a connector" in central.get("/console/audit?action=core.").text
    assert waiting not in central.get("/console/vacant").text


def test_pages_gatherings_mentors_and_news_are_done_under_ones_own_name(
    app: HubFlask, shop: Shop, noor: UUID, desk: Browser
) -> None:
    assert desk.post("/manage/events/new", written()).status_code == 303
    ask = {"handle": inside(app, shop.hub_id, lambda: membership.member(shop.seller).handle)}
    assert desk.post("/manage/mentors/ask", ask, form_page="/manage/mentors").status_code == 303
    news = {"subject": "All goes on", "body_md": "We look after it.", "segment": "everybody"}
    show = desk.post("/manage/broadcasts/new", news).location
    assert desk.post(f"{show}/send", {"when": "now"}, form_page=show).status_code == 303
    with app.app_context():
        run_all(app)
        (told,) = [one for one in notices(shop.buyer) if one.kind == "hub_news"]
    assert "Noor Central" in Browser(app, shop.hub_id, shop.buyer).get(told.path).text
    assert "News from Noor Central" in Browser(app, shop.hub_id, shop.buyer).get("/notifications").text
    subjects = [subject for name, subject, _hub in noted(app) if name == "Noor Central"]
    assert subjects == ["/manage/events/new", "/manage/mentors/ask", "/manage/broadcasts/new", f"{show}/send"]


def test_looking_at_a_page_before_it_is_saved_is_no_act(app: HubFlask, desk: Browser) -> None:
    text = {"title-en": "Hours", "body-en": "From nine.", "version": "0"}
    path = "/manage/pages/en/hours"
    assert desk.post(path, {**text, "preview": "1"}).status_code == 200
    assert noted(app) == []
    assert desk.post(path, text).status_code == 303
    assert [subject for _name, subject, _hub in noted(app)] == [path]


def test_it_ends_with_the_moment_in_which_somebody_looks_after_the_hub(
    app: HubFlask, shop: Shop, desk: Browser
) -> None:
    order_id = of_core(app, shop)
    token = desk.token(f"/manage/orders/{order_id}")
    with app.app_context():
        make_connector(shop.hub_id, "Njeri")
    sent = {"csrf_token": token}
    late = desk.client.post(f"/manage/orders/{order_id}/hand-over", base_url=desk.base_url, data=sent)
    assert late.status_code == 403
    answers = {path: desk.get(path).status_code for path in pages_of_the_desk(app)}
    assert set(answers.values()) == {403}
    assert "/manage/" not in desk.get("/").text
    assert noted(app) == []


def suspend(membership_id: UUID) -> None:
    standing.suspend(membership_id=membership_id, until=None, reason="Quiet", actor=SYSTEM, now=NOW)


def test_nobody_else_comes_in(app: HubFlask, shop: Shop) -> None:
    with app.app_context():
        stranger = make_account("Somebody")
    for account in (stranger, shop.buyer, shop.connector):
        assert {Browser(app, shop.hub_id, account).get(path).status_code for path in pages_of_the_desk(app)} == {403}


def test_it_takes_the_second_factor_as_the_console_does(app: HubFlask, shop: Shop, noor: UUID) -> None:
    browser = Browser(app, shop.hub_id)
    sign_in(browser.client, noor, shop.hub_id, second_factor=False)
    answer = browser.get("/manage/orders")
    assert answer.status_code == 303
    assert "/me/security/second-factor" in answer.location


def test_whom_the_hub_suspended_is_not_above_it(app: HubFlask, shop: Shop, noor: UUID, desk: Browser) -> None:
    with app.app_context():
        here = make_member(shop.hub_id, "Noor", account_id=noor)
    assert desk.get("/manage/").status_code == 200
    inside(app, shop.hub_id, lambda: suspend(here.id))
    assert desk.get("/manage/").status_code == 403


def test_the_core_may_what_a_connector_may_but_for_gains() -> None:
    assert {one for one in policies.PERMISSIONS if not policies.allows_core(one)} == {
        "payouts.request",
        "invites.manage",
    }
    assert not policies.allows_core("hub.everything")
