"""The published rules are there for everybody, in the hub's currency."""

from __future__ import annotations

import pytest

from hubapp.web.areas import HubFlask
from tests.factories.hubs import make_hub


@pytest.mark.parametrize(
    ("currency", "price", "seller"),
    [("EUR", "€20.00", "€17.40"), ("JPY", "¥20", "¥17"), ("TND", "20.000", "17.400")],
)
def test_the_rules_are_published_with_an_example(app: HubFlask, currency: str, price: str, seller: str) -> None:
    with app.app_context():
        make_hub(currency=currency)
    page = app.test_client().get("/p/shares", headers={"Host": "lyon.localhost:8000"})
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert price in text
    assert seller in text
    assert "default-2" in text


def test_the_central_domain_has_no_rules_of_a_hub(app: HubFlask) -> None:
    assert b"default-2" not in app.test_client().get("/p/shares", headers={"Host": "localhost:8000"}).data
