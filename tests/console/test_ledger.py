"""The books of all hubs on the console: whatever is known of a sale finds it; the network's month names its rates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest
from sqlalchemy import select

from hubapp.kernel.db import db, unit_of_work
from hubapp.market.orders import queries as orders
from hubapp.money.ledger import queries as books
from hubapp.money.ledger import rates
from hubapp.money.payments import queries as payments
from hubapp.tenancy.models import AuditEvent
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.books import carls_hub, settled
from tests.factories.hubs import NOW, make_hub
from tests.factories.market import Shop, make_shop, place, settle
from tests.support.paged import following, seen
from tests.support.queries import counted


@dataclass(frozen=True, slots=True)
class Found:
    """A paid order and its numbers."""

    shop: Shop
    order_id: UUID
    number: int
    entry_id: UUID
    payment_id: UUID


@pytest.fixture
def sold(app: HubFlask) -> Found:
    with app.app_context():
        shop = make_shop(price=1_200)
        with hub_scope(shop.hub_id), unit_of_work():
            checkout_id = place(shop)
        with hub_scope(shop.hub_id), unit_of_work():
            settle(checkout_id)
            order = orders.orders_of_checkout(checkout_id)[0]
            payment = payments.payment_of(f"checkout:{checkout_id}")
            assert payment is not None
            payment.charge_id = "ch_known"
            entry = books.entries_of(f"order:{order.id}")[0]
    return Found(shop, order.id, order.number, entry.id, payment.id)


def test_an_order_is_found_by_all_that_is_known_of_it(sold: Found, central: Browser) -> None:
    path = f"/console/hubs/lyon/ledger/orders/{sold.order_id}"
    for text in (str(sold.number), f"%23{sold.number}", str(sold.order_id), "ch_known", str(sold.payment_id)):
        assert path in central.get(f"/console/ledger?q={text}").text, text


def test_an_entry_is_found_by_its_key_its_id_and_what_it_is_about(sold: Found, central: Browser) -> None:
    path = f"/console/hubs/lyon/ledger/entries/{sold.entry_id}"
    for text in (f"order:{sold.order_id}:settled", f"order:{sold.order_id}", str(sold.entry_id)):
        assert path in central.get(f"/console/ledger?q={text}").text, text


def test_a_person_is_found_by_name_and_address_with_their_accounts(sold: Found, central: Browser) -> None:
    seller = sold.shop.seller
    path = f"/console/people/{seller}/ledger"
    assert path in central.get(f"/console/ledger?q={seller.hex}@example.org").text
    page = central.get(path).text
    assert "Owed" in page
    assert f"owner=account:{seller}".replace(":", "%3A") in page or f"owner=account:{seller}" in page


def test_one_hub_can_be_asked_alone(app: HubFlask, sold: Found, central: Browser) -> None:
    with app.app_context():
        make_hub("nairobi")
    assert "Nothing found" in central.get(f"/console/ledger?q={sold.number}&hub=nairobi").text
    assert "No hub goes by" in central.get(f"/console/ledger?q={sold.number}&hub=nowhere").text
    assert str(sold.order_id) in central.get(f"/console/ledger?q={sold.number}&hub=lyon").text


def test_who_looked_for_what_is_in_the_log(app: HubFlask, sold: Found, central: Browser) -> None:
    central.get("/console/ledger?q=ch_known")
    central.get(f"/console/people/{sold.shop.seller}/ledger")
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        rows = db.session.execute(select(AuditEvent.action, AuditEvent.subject, AuditEvent.actor_id)).all()
    assert ("ledger.search", "ch_known", central.account_id) in rows
    assert ("ledger.person", str(sold.shop.seller), central.account_id) in rows


def test_an_entry_shows_its_postings_its_chain_and_the_way_home(sold: Found, central: Browser) -> None:
    page = central.get(f"/console/hubs/lyon/ledger/entries/{sold.entry_id}").text
    assert "the hash was computed again just now" in page
    assert f"/console/hubs/lyon/ledger/orders/{sold.order_id}" in page
    order = central.get(f"/console/hubs/lyon/ledger/orders/{sold.order_id}").text
    assert "Walnut oil" in order
    assert "5% of €10.00" in order
    assert f"/console/hubs/lyon/ledger/entries/{sold.entry_id}" in order


def test_nonsense_is_no_fault(sold: Found, central: Browser) -> None:
    for path in (
        "/console/ledger?q=%00&hub=%00",
        "/console/hubs/lyon/ledger?before=nonsense",
        "/console/hubs/lyon/ledger/account?owner=nobody&purpose=nothing&currency=XXXX&before=1.x",
        "/console/hubs/lyon/ledger/figure?start=yesterday",
        "/console/reports?month=2026-13&in=XXX",
        "/console/reports?rates=2026-11-20_KES&month=%00",
        "/console/reports?rates=yesterday_KES_EUR",
        "/console/hubs/lyon/tax?quarter=2026-9",
    ):
        assert central.get(path).status_code == 200, path
    assert central.get("/console/hubs/lyon/ledger/figure?figure=nothing").status_code == 404


def test_the_networks_month_waits_for_a_rate_and_then_names_it(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        for slug, currency in (("lyon", "EUR"), ("nairobi", "KES")):
            hub_id = carls_hub(slug, currency=currency)
            with hub_scope(hub_id), unit_of_work():
                settled(10_000, currency=currency)
    page = central.get("/console/reports?month=2026-11&in=EUR").text
    assert "No rate for KES" in page
    given = {"currency": "KES", "target": "EUR", "rate": "0.0067", "as_of": "2026-11-20", "source": "Central bank"}
    assert central.post("/console/reports/rates", **given).status_code == 303
    page = central.get("/console/reports?month=2026-11&in=EUR").text
    assert "≈ €100.67" in page
    assert "1 KES = 0.0067 EUR, Nov 20, 2026, Central bank" in page
    answer = central.post("/console/reports/rates", **given)
    assert answer.status_code == 422
    assert "added, never changed" in answer.text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"rate": "0"}, "Number must be"),
        ({"target": "KES"}, "two different currencies"),
        ({"as_of": "2999-01-01"}, "not known yet"),
        ({"source": ""}, "where the rate is from"),
    ],
)
def test_bad_rates_are_told_why(central: Browser, wrong: dict[str, str], words: str) -> None:
    given = {"currency": "KES", "target": "EUR", "rate": "0.0067", "as_of": "2026-11-20", "source": "Central bank"}
    answer = central.post("/console/reports/rates", **{**given, **wrong})
    assert answer.status_code == 422
    assert words in answer.text


def test_the_ledger_costs_the_same_however_much_was_sold(app: HubFlask, sold: Found, central: Browser) -> None:
    path = "/console/hubs/lyon/ledger"
    central.get(path)
    with counted() as before:
        central.get(path)
    with app.app_context(), hub_scope(sold.shop.hub_id), unit_of_work():
        for _ in range(12):
            settled(
                2_000, seller_owner=f"account:{sold.shop.seller}", connectors=((f"account:{sold.shop.connector}", 1),)
            )
    with counted() as after:
        central.get(path)
    assert len(after) == len(before)


def test_rates_go_on_and_every_currency_of_a_hub_can_be_converted_to(app: HubFlask, central: Browser) -> None:
    days = [NOW.date() - timedelta(days=number) for number in range(40)]
    pairs = [("CHF", "EUR"), ("EUR", "CHF"), ("KES", "EUR")]
    with app.app_context():
        for slug, currency in (("lyon", "EUR"), ("paris", "EUR"), ("geneva", "CHF")):
            make_hub(slug, currency=currency)
        with platform_scope(reason="test"), unit_of_work():
            for number, (day, (currency, target)) in enumerate(product(days, pairs)):
                given = {"currency": currency, "target": target, "rate": Decimal(1), "as_of": day}
                rates.enter(**given, source=f"Source {number:03}", who=central.account_id, now=NOW)
    shown = seen(central.get, "/console/reports?in=CHF", r">(Source \d+)<")
    assert [len(page) for page in shown] == [50, 50, 20]
    assert [one for page in shown for one in page] == [f"Source {number:03}" for number in range(120)]
    page = central.get("/console/reports?in=CHF").text
    assert "in=CHF" in following(page)
    assert re.findall(r'<option value="([A-Z]{3})"', page.split('name="in"')[1].split("</select>")[0]) == ["CHF", "EUR"]
