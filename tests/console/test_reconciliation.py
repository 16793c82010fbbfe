"""The console's pages of differences: seen, explained, and asked for."""

from __future__ import annotations

import uuid

import pytest

from hubapp.kernel.db import unit_of_work
from hubapp.money.reconciliation import queries
from hubapp.money.reconciliation.models import Item
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.comparing import make_difference
from tests.factories.hubs import make_hub
from tests.factories.jobs import waiting


@pytest.fixture
def difference(app: HubFlask) -> uuid.UUID:
    """A platform payout that nobody booked."""
    with app.app_context():
        return make_difference(make_hub("lyon"))


def read(app: HubFlask, item_id: uuid.UUID) -> Item:
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        return queries.item(item_id)


def test_before_the_first_comparison_the_page_says_so(central: Browser) -> None:
    assert "The first comparison runs tonight" in central.get("/console/reconciliation").text


def test_a_difference_is_listed_and_needs_attention(central: Browser, difference: uuid.UUID) -> None:
    page = central.get("/console/reconciliation").text
    assert "Not in the books: platform payout" in page
    assert "-€70.00" in page
    assert "€20.00 at the provider, €90.00 in the books" in page
    overview = central.get("/console/").text
    assert "1 difference from the provider" in overview
    assert "/console/reconciliation?status=open" in overview


def test_the_filters_hold(central: Browser, difference: uuid.UUID) -> None:
    link = f"/console/reconciliation/{difference}"
    assert link in central.get("/console/reconciliation?status=open").text
    assert link not in central.get("/console/reconciliation?status=explained").text
    assert link not in central.get("/console/reconciliation?status=resolved").text
    assert link not in central.get(f"/console/reconciliation?before={difference}").text
    assert link in central.get("/console/reconciliation?status=x&before=y").text


def test_one_difference_shows_both_sides(central: Browser, difference: uuid.UUID) -> None:
    page = central.get(f"/console/reconciliation/{difference}").text
    assert "po_sbx1" in page
    assert "/console/hubs/lyon" in page
    assert "The books have no entry for it." in page


def test_words_explain_it_and_stay_in_the_log(app: HubFlask, central: Browser, difference: uuid.UUID) -> None:
    path = f"/console/reconciliation/{difference}"
    refused = central.post(f"{path}/explain", note=" ")
    assert (refused.status_code, "Say what explains" in refused.text) == (422, True)
    assert central.post(f"{path}/explain", note="To our bank, statement 4").status_code == 303
    item = read(app, difference)
    assert (item.status, item.explained_by, item.explained_name) == ("explained", central.account_id, "Noor Central")
    assert "To our bank, statement 4" in central.get(path).text
    assert "To our bank, statement 4" in central.get("/console/audit?action=reconciliation.").text
    assert "1 difference from" not in central.get("/console/").text


def test_an_unknown_difference_does_not_exist(central: Browser) -> None:
    path = f"/console/reconciliation/{uuid.uuid4()}"
    assert central.get(path).status_code == 404
    assert central.post(f"{path}/explain", note="Why").status_code == 404


def test_a_comparison_can_be_asked_for(app: HubFlask, central: Browser) -> None:
    assert central.post("/console/reconciliation").status_code == 303
    assert [name for name, *_ in waiting(app)] == ["reconciliation.fetch"]
    assert "under way" in central.get("/console/reconciliation").text
