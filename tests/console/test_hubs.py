"""The overview, the list and one hub: figures by currency, filters, pages, no more queries for more hubs."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select, text

from hubapp.console import queries
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.people.membership import network as membership
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.accounts import make_account
from tests.factories.hubs import make_hub
from tests.factories.members import make_connector, make_member
from tests.factories.turnover import make_sale
from tests.support.queries import counted


def months_ago(count: int) -> timedelta:
    return timedelta(days=31 * count)


def test_currencies_are_shown_apart(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_sale(make_hub("lyon"), 120_000, at=clock.now())
        make_sale(make_hub("nairobi", currency="KES"), 55_500, at=clock.now(), currency="KES")
    page = central.get("/console/").text
    assert "€1,200.00" in page
    assert "KES555.00" in page


def test_each_role_has_its_part_of_the_month(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_sale(make_hub("lyon"), 10_000, at=clock.now(), fee=200)
        with platform_scope(reason="test"), unit_of_work():
            (totals,) = queries.overview(clock.now()).roles.values()
    parts = {total.role: total.amount for total in totals}
    assert (sum(parts.values()), parts["fee"], parts["core"]) == (10_000, 200, 300)


def test_the_list_tells_this_month_from_all_time(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        make_sale(hub_id, 1_000, at=clock.now())
        make_sale(hub_id, 2_000, at=clock.now() - months_ago(3))
        with platform_scope(reason="test"), unit_of_work():
            (row,) = queries.hub_rows(search="", status="", after="", limit=10, now=clock.now())
    assert ([money.amount for money in row.month], [money.amount for money in row.total]) == ([1_000], [3_000])


def test_the_chart_has_twelve_months_with_the_empty_ones(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        make_sale(hub_id, 2_000, at=clock.now() - months_ago(3))
        with platform_scope(reason="test"), unit_of_work():
            (row,) = queries.hub_rows(search="", status="", after="", limit=10, now=clock.now())
            points = queries.chart(row.hub, clock.now())["EUR"]
    assert (len(points), sum(money.amount for _month, money in points)) == (12, 2_000)
    assert points == sorted(points, key=lambda point: point[0])


def test_hubs_are_found_by_name_state_and_vacancy(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_connector(make_hub("lyon"))
        make_hub("nairobi")
        make_hub("tunis", status="frozen", frozen_reason="Moving")
    assert hubs_on(central, "q=nair") == {"nairobi"}
    assert hubs_on(central, "status=frozen") == {"tunis"}
    assert hubs_on(central, "status=vacant") == {"nairobi", "tunis"}
    assert hubs_on(central, "q=100%25") == set()


def hubs_on(central: Browser, query: str) -> set[str]:
    page = central.get(f"/console/hubs?{query}").text
    return {slug for slug in ("lyon", "nairobi", "tunis") if f"/console/hubs/{slug}" in page}


def test_the_list_is_paged_by_address(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        for number in range(26):
            make_hub(f"hub-{number:02}")
    first = central.get("/console/hubs").text
    assert "after=hub-24" in first
    assert "/console/hubs/hub-25" not in first
    assert "/console/hubs/hub-25" in central.get("/console/hubs?after=hub-24").text


def test_more_hubs_take_no_more_queries(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        for number in range(2):
            make_connector(make_hub(f"hub-{number}"))
    counts = {}
    for path in ("/console/", "/console/hubs"):
        with counted() as few:
            central.get(path)
        counts[path] = len(few)
    with app.app_context():
        for number in range(2, 12):
            hub_id = make_hub(f"hub-{number}")
            make_connector(hub_id)
            make_sale(hub_id, 1_000, at=clock.now())
    for path, before in counts.items():
        with counted() as many:
            central.get(path)
        assert len(many) <= before, path


def test_a_hub_shows_its_own_orders_and_nobody_elses(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_hub("lyon")
        make_member(make_hub("nairobi"), "Wanjiku")
    page = central.get("/console/hubs/lyon").text
    assert "No orders yet." in page
    assert central.get("/console/hubs/nowhere").status_code == 404


def test_a_connector_is_named_with_a_reason(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        account_id = make_account("Maud", email="maud@example.org")
    path = "/console/hubs/lyon/connectors/new"
    assert central.post(path, email="maud@example.org", reason="").status_code == 422
    assert central.post(path, email="nobody@example.org", reason="Because").status_code == 422
    assert central.post(path, email="maud@example.org", reason="Founded it").status_code == 303
    assert central.post(path, email="maud@example.org", reason="Again").status_code == 422
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert membership.connectors_of([hub_id]) == {hub_id: [(account_id, "Maud")]}
        event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "role.grant.connector")).one()
        assert (event.hub_id, event.actor_id, event.reason) == (hub_id, central.account_id, "Founded it")


def test_a_connectors_role_ends_and_the_member_stays(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        hub_id = make_hub("lyon")
        account_id = make_account("Maud")
        make_connector(hub_id, account_id=account_id)
    path = f"/console/hubs/lyon/connectors/{account_id}/end"
    assert central.post(path, reason="").status_code == 422
    assert central.post(path, reason="Moved away").status_code == 303
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert membership.connectors_of([hub_id]) == {}
        assert db.session.scalar(text("SELECT member_count FROM hub WHERE id = :id"), {"id": hub_id}) == 1


def test_a_domain_waits_for_its_record(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        make_hub("lyon")
    assert central.post("/console/hubs/lyon/domains", domain="not a domain").status_code == 422
    assert central.post("/console/hubs/lyon/domains", domain="Atelier.Example").status_code == 303
    assert "_hubapp.atelier.example" in central.get("/console/hubs/lyon").text
    central.post("/console/hubs/lyon/domains/atelier.example/verify")
    app.resolver.forget()
    assert central.client.get("/", base_url="http://atelier.example/").status_code == 200
