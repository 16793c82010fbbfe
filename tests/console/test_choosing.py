"""The console's fields that ask for a hub: what is offered, and what a form without a script says to what was typed."""

from __future__ import annotations

import re

import pytest

from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.factories.hubs import make_hub

FIELDS = ("/console/retainers/new", "/console/ledger", "/console/ledger/manual", "/console/audit", "/console/payouts")
ENTRY = {"currency": "EUR", "memo": "Fee", "reason": "Bank", "account1": "core/adjustment", "amount1": "5"}


@pytest.fixture
def hubs(app: HubFlask) -> None:
    with app.app_context():
        make_hub("lyon", name="La Ressource", place="Lyon")
        make_hub("metz", name="Atelier")
        make_hub("nice", name="Atelier", status="frozen", frozen_reason="Because")


@pytest.mark.usefixtures("hubs")
@pytest.mark.parametrize("path", FIELDS)
def test_each_form_asks_in_the_same_way(central: Browser, path: str) -> None:
    page = central.get(path).text
    (field,) = re.findall(r"<input[^>]*\sname=\"hub\"[^>]*>", page)
    assert 'list="hub-choices"' in field
    assert 'hx-get="/console/hub-choices' in field
    assert re.search(r'<label for="hub">', page)
    assert re.search(r'<option value="lyon">La Ressource, Lyon · EUR</option>', page)
    assert ('<option value="nice">' in page) == (path != "/console/retainers/new")


@pytest.mark.usefixtures("hubs")
def test_what_is_offered_follows_what_is_typed(central: Browser) -> None:
    found = central.get("/console/hub-choices?hub=atel", headers={"HX-Request": "true"}).text
    assert re.findall(r'<option value="(\w+)"', found) == ["metz", "nice"]
    assert re.findall(r'<option value="(\w+)"', central.get("/console/hub-choices?hub=atel&open=yes").text) == ["metz"]
    assert "No hub has words that begin like that." in central.get("/console/hub-choices?hub=zzz").text


@pytest.mark.usefixtures("hubs")
@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("/console/retainers/new", "lyom", "No hub goes by “lyom”."),
        ("/console/retainers/new", "nice", "Atelier is not open."),
        ("/console/ledger/manual", "Ressourse", "Did you mean one of these? lyon (La Ressource)"),
        ("/console/ledger/manual", "atelier", "Type the address of the one you mean: metz, nice"),
    ],
)
def test_a_form_without_a_script_says_at_the_field_what_to_do(
    central: Browser, path: str, typed: str, said: str
) -> None:
    more = {"person": "a@example.org", "amount": "1", "rhythm": "monthly", "first_day": "2027-01-01", "note": "x"}
    answer = central.post(path, hub=typed, **ENTRY, **more)
    assert answer.status_code == 422
    (error,) = re.findall(r'id="hub-error">.*?<span>(.*?)</span>', answer.text)
    assert said in error
    assert f'value="{typed}"' in answer.text
    assert 'aria-describedby="hub-hint hub-error"' in answer.text


@pytest.mark.usefixtures("hubs")
@pytest.mark.parametrize("path", ["/console/ledger?q=1&hub=", "/console/audit?hub=", "/console/payouts/preview?hub="])
def test_a_filter_by_a_hub_that_is_not_there_says_so(central: Browser, path: str) -> None:
    answer = central.get(f"{path}nowhere")
    assert answer.status_code == 422
    assert "No hub goes by “nowhere”." in answer.text
    assert central.get(f"{path}lyon").status_code == central.get(f"{path}La+Ressource").status_code == 200


def test_books_are_listed_page_by_page(app: HubFlask, central: Browser) -> None:
    with app.app_context():
        for number in range(26):
            make_hub(f"hub-{number:02}")
    first = central.get("/console/ledger").text
    (following,) = re.findall(r'href="(/console/ledger\?after=[^"]+)"', first)
    assert "/console/hubs/hub-24/ledger" in first
    assert re.findall(r"/console/hubs/(hub-\d+)/ledger", central.get(following).text) == ["hub-25"]
