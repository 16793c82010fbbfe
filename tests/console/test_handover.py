"""Hubs that change hands or have none: what the central team sees and does, and whose the next sale is."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.console import vacant
from hubapp.earnings.shares import queries as shares
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.orders import queries as orders
from hubapp.market.orders import refund_queries
from hubapp.market.orders.services import ask_refund, escalate_due
from hubapp.people.handovers import queries as handovers
from hubapp.people.handovers import services
from hubapp.people.handovers.models import Handover
from hubapp.people.handovers.services import Wish
from hubapp.people.membership import queries as membership
from hubapp.people.membership import services as members
from hubapp.tenancy.audit import SYSTEM, Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.hubs import NOW, make_hub
from tests.factories.jobs import run_all
from tests.factories.market import Shop, make_shop, place, settle
from tests.factories.members import make_connector, make_member
from tests.support.queries import counted


def sold(shop: Shop) -> UUID:
    with hub_scope(shop.hub_id), unit_of_work():
        checkout_id = place(shop)
    with hub_scope(shop.hub_id), unit_of_work():
        settle(checkout_id)
        return orders.orders_of_checkout(checkout_id)[0].id


def line_of(shop: Shop, order_id: UUID) -> str:
    with hub_scope(shop.hub_id), unit_of_work():
        return next(line.owner for line in shares.split_of(order_id) if line.role == "connector")


def revoke(hub_id: int, account_id: UUID) -> None:
    with hub_scope(hub_id), unit_of_work():
        member = membership.member(account_id)
        assert member is not None
        members.revoke_role(membership_id=member.id, actor=SYSTEM, now=NOW)


def test_the_share_of_what_is_sold_afterwards_is_the_new_connectors(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        taker = make_member(shop.hub_id, "Theo")
        before = sold(shop)
        with hub_scope(shop.hub_id), unit_of_work():
            giver = membership.member(shop.connector)
            assert giver is not None
            row = services.propose(wish=Wish(giver.id, "theo"), actor=Actor(shop.connector, "Maud"), now=NOW)
            services.accept(handover_id=row.id, account_id=taker.account_id, now=NOW)
        after = sold(shop)
        assert line_of(shop, before) == f"account:{shop.connector}"
        assert line_of(shop, after) == f"account:{taker.account_id}"


def test_a_hub_without_a_connector_runs_on_and_the_core_has_the_line(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        revoke(shop.hub_id, shop.connector)
        assert line_of(shop, sold(shop)) == "core"


def test_what_waited_for_the_last_connector_goes_to_the_network_at_once(app: HubFlask) -> None:
    with app.app_context():
        shop = make_shop()
        order_id = sold(shop)
        with hub_scope(shop.hub_id), unit_of_work():
            ask_refund(
                order_id=order_id, buyer_id=shop.buyer, amount=Money(100, "EUR"), quantities={}, reason="x", now=NOW
            )
        with hub_scope(shop.hub_id), unit_of_work():
            request = refund_queries.open_of(order_id)
            assert request is not None
            escalate_due(now=request.due_at)  # the seller did not answer: it is the hub's
            assert refund_queries.for_hub()[0] == 1
        run_all(app)
        assert level_of(shop, order_id) == "hub"
        revoke(shop.hub_id, shop.connector)
        run_all(app)
        assert level_of(shop, order_id) == "core"


def level_of(shop: Shop, order_id: UUID) -> str:
    with hub_scope(shop.hub_id), unit_of_work():
        request = refund_queries.open_of(order_id)
        assert request is not None
        return request.level


def test_the_console_lists_them_with_what_waits_there(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        empty = make_hub("empty", name="Empty Chair")
        make_connector(make_hub("full", name="Full House"))
    page = central.get("/console/vacant").text
    assert "Empty Chair" in page
    assert "Full House" not in page
    assert "Nothing is on offer in its market" in page
    assert "/console/vacant" in central.get("/console/").text
    with app.app_context():
        make_connector(empty)
    assert "Every hub is looked after" in central.get("/console/vacant").text


def test_a_page_of_them_asks_a_fixed_number_of_things_for_each(app: HubFlask) -> None:
    with app.app_context():
        asked = []
        for count in (1, 2, 3):
            make_hub(f"vacant-{count}")
            with platform_scope(reason="test"), unit_of_work(), counted() as statements:
                found, following = vacant.hubs(after="", limit=10)
            assert (len(found), following) == (count, "")
            asked.append(len(statements))
        assert asked[2] - asked[1] == asked[1] - asked[0] <= 10
        with platform_scope(reason="test"), unit_of_work():
            found, following = vacant.hubs(after="", limit=2)
            assert ([one.hub.slug for one in found], following) == (["vacant-1", "vacant-2"], "vacant-2")


def test_the_central_team_asks_a_member_in_somebodys_place_and_takes_it_back(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon", name="The Bench")
        giver, taker = make_connector(hub_id), make_member(hub_id, "Theo")
        make_hub("other")
    path = "/console/hubs/lyon/handover"
    assert central.post(path, giver=str(giver.id), handle="").status_code == 422
    assert central.post(path, giver=str(taker.id), handle="theo").status_code == 422
    assert central.post(path, giver=str(giver.id), handle="@Theo", note="Please.").status_code == 303
    assert "Theo is asked" in central.get(path).text
    assert central.post(f"{path}/withdraw", giver=str(giver.id)).status_code == 303
    assert central.post(f"{path}/withdraw", giver=str(giver.id)).status_code == 404
    assert central.post(f"{path}/withdraw", giver="nonsense").status_code == 404
    assert central.post("/console/hubs/other/handover", giver="", handle="theo").status_code == 422


def test_a_vacant_hub_is_offered_from_the_console_and_accepted(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        taker = make_member(hub_id, "Theo")
    assert central.post("/console/hubs/lyon/handover", giver="", handle="theo").status_code == 303
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        row = db.session.scalars(select(Handover)).one()
        assert row.is_central
        services.accept(handover_id=row.id, account_id=taker.account_id, now=clock.now())
        assert [one.handle for one in membership.connectors()] == ["theo"]
        assert handovers.standing(now=clock.now()) == []
