"""Freezing stops sales at once, with the reason shown and logged; lifting lets them go on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.tenancy.selling import HubFrozen
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.market import Shop, make_shop, place

WHY = "A batch of oil is being tested."


def acts(app: HubFlask, action: str) -> list[AuditEvent]:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def shop_in(app: HubFlask) -> Shop:
    with app.app_context():
        return make_shop()


def freeze(central: Browser) -> None:
    done = central.post("/console/hubs/lyon/freeze", reason=WHY, confirmed="yes")
    assert done.status_code == 303


def test_a_reason_is_needed_and_shown_before_anything_happens(app: HubFlask, central: Browser) -> None:
    shop = shop_in(app)
    assert central.post("/console/hubs/lyon/freeze", reason=" ").status_code == 422
    asked = central.post("/console/hubs/lyon/freeze", reason=WHY)
    assert (asked.status_code, WHY in asked.text, "Freeze now" in asked.text) == (200, True, True)
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        place(shop)


def test_a_frozen_hub_takes_no_order_and_says_why(app: HubFlask, central: Browser) -> None:
    shop = shop_in(app)
    freeze(central)
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work(), pytest.raises(HubFrozen, match=WHY):
        place(shop)
    assert WHY in central.client.get("/", base_url="http://lyon.localhost:8000/").text


def test_freezing_is_in_the_audit_log_with_actor_and_reason(app: HubFlask, central: Browser) -> None:
    shop = shop_in(app)
    freeze(central)
    (event,) = acts(app, "hub.freeze")
    assert (event.hub_id, event.actor_id, event.reason) == (shop.hub_id, central.account_id, WHY)
    assert WHY in central.get("/console/audit?hub=lyon&action=hub.").text


def test_a_frozen_hub_is_not_frozen_twice(app: HubFlask, central: Browser) -> None:
    shop_in(app)
    freeze(central)
    again = central.post("/console/hubs/lyon/freeze", reason="Again", confirmed="yes")
    assert (again.status_code, "frozen already" in again.text) == (422, True)


def test_lifting_lets_it_sell_again_and_is_logged(app: HubFlask, central: Browser) -> None:
    shop = shop_in(app)
    freeze(central)
    assert central.post("/console/hubs/lyon/lift", reason="").status_code == 422
    assert central.post("/console/hubs/lyon/lift", reason="The oil is fine.").status_code == 303
    with app.app_context(), hub_scope(shop.hub_id), unit_of_work():
        place(shop)
    assert [event.reason for event in acts(app, "hub.lift")] == ["The oil is fine."]


def test_what_is_not_frozen_cannot_be_lifted(app: HubFlask, central: Browser) -> None:
    shop_in(app)
    assert central.post("/console/hubs/lyon/lift", reason="Why not").status_code == 422
