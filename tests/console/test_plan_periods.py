"""The console's pages about the pay plan's periods: how they stand, a dry run, closing one, its lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from hubapp.kernel import clock
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.earnings.compensation.closing import close, cost
from tests.factories.jobs import run_all
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, announced, make_network

LIST = "/console/plan/periods"
JANUARY = f"{LIST}/EUR-2027-01"


@pytest.fixture
def network(app: HubFlask) -> Network:
    with app.app_context():
        network = make_network()
        announced()
        network.sells("cem", 50_000)
        network.sells("ben", 10_000)
    at(CLOSING)
    return network


def at(now: datetime) -> None:
    clock.set_offset(now - clock.wall())


def page(central: Browser, path: str, status: int = 200) -> str:
    answer = central.get(path)
    assert answer.status_code == status
    return answer.text


def press(central: Browser, act: str) -> str:
    assert central.post(f"{JANUARY}/{act}").status_code == 303
    return page(central, JANUARY)


def test_without_a_plan_the_page_says_so(central: Browser) -> None:
    assert "No plan yet" in page(central, LIST)


def test_the_list_says_how_each_period_stands(app: HubFlask, central: Browser, network: Network) -> None:
    text = page(central, LIST)
    assert (text.count("may be closed</span>"), text.count("running</span>")) == (1, 1)
    assert text.index("2027-02") < text.index("2027-01")
    at(CLOSING - timedelta(days=3))
    assert "waits for returns" in page(central, LIST)


def test_nobody_else_sees_it(browser_of: Callable[..., Browser], network: Network) -> None:
    ada = browser_of(network.people["ada"])
    page(ada, LIST, 403)
    page(ada, JANUARY, 403)
    assert ada.post(f"{JANUARY}/close").status_code == 403


@pytest.mark.parametrize("name", ["EUR-2026-12", "EUR-2027-13", "EUR-2027-03", "EUR-2027-W05", "TND-2027-01", "x"])
def test_a_period_that_is_none_is_not_found(app: HubFlask, central: Browser, network: Network, name: str) -> None:
    page(central, f"{LIST}/{name}", 404)
    assert central.post(f"{LIST}/{name}/close").status_code == 404


def test_a_dry_run_shows_what_would_be_paid_and_pays_nothing(app: HubFlask, central: Browser, network: Network) -> None:
    assert "Nobody has run this period yet" in page(central, JANUARY)
    text = press(central, "dry-run")
    assert "Nothing was paid." in text
    assert "€90.00" in text
    assert "What it pays, line by line" not in text


def test_the_second_dry_run_says_what_changed(app: HubFlask, central: Browser, network: Network) -> None:
    with app.app_context():
        sale = network.sells("ben", 5_000)
    press(central, "dry-run")
    with app.app_context():
        network.refunds(sale, at=clock.now())
    text = press(central, "dry-run")
    assert "What changed on" in text
    assert "-€5.00" in text


def test_closing_pays_and_shows_every_line_with_its_way_into_the_books(
    app: HubFlask, central: Browser, network: Network
) -> None:
    text = press(central, "close")
    assert "being booked" in text
    assert "0 of 3" in text
    run_all(app)
    text = page(central, JANUARY)
    assert "being booked" not in text
    assert text.count("/console/hubs/lyon/ledger/orders/") == 3
    assert "Close the period" not in text


def test_it_is_closed_once_and_not_before_its_day(app: HubFlask, central: Browser, network: Network) -> None:
    at(CLOSING - timedelta(days=3))
    assert "2027-01 is still open: it may be closed from Feb 17, 2027 on." in press(central, "close")
    at(CLOSING)
    press(central, "close")
    assert "2027-01 was closed already." in press(central, "close")


def test_late_refunds_stand_with_the_period_that_they_correct(
    app: HubFlask, central: Browser, network: Network
) -> None:
    with app.app_context():
        sale = network.sells("cem", 10_000)
        close()
        network.refunds(sale, at=CLOSING + timedelta(days=1))
        network.sells("ben", 10_000, at=FEBRUARY)
        close("2027-02", CLOSING_FEBRUARY)
        assert cost(network) > 0
    text = page(central, JANUARY)
    assert "After late refunds" in text
    assert "-€12.00" in text


def test_the_books_lead_from_a_line_to_its_period(app: HubFlask, central: Browser, network: Network) -> None:
    with app.app_context():
        close()
    text = page(central, JANUARY)
    start = text.index("/console/hubs/lyon/ledger/orders/")
    trail = page(central, text[start : text.index('"', start)])
    assert "Pay by plan 2027-01/" in trail
    assert "Jan 1, 2027 – Jan 31, 2027" in trail
