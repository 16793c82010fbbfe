"""The console's pages about the pay plan's periods: how they stand, a dry run, closing one, its lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text as sql

from hubapp.jobs import failures
from hubapp.kernel import clock
from hubapp.kernel.db import db, unit_of_work
from hubapp.tenancy.platform import platform_scope
from hubapp.web.areas import HubFlask
from tests.console.conftest import Browser
from tests.earnings.compensation.closing import close, cost
from tests.factories.jobs import run_all, waiting
from tests.factories.plans import CLOSING, CLOSING_FEBRUARY, FEBRUARY, Network, announced, make_network
from tests.support.queries import counted

LIST = "/console/plan/periods"
JANUARY = f"{LIST}/EUR-2027-01"
MOST_BYTES, MOST_STATEMENTS = 4_000, 12


@pytest.fixture
def network(app: HubFlask) -> Network:
    with app.app_context():
        network = make_network()
        announced()
        network.sells("cem", 50_000)
        network.sells("ben", 10_000)
    run_all(app)  # the plan's own news
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


def done(app: HubFlask, central: Browser, act: str) -> str:
    """The page after its job has run; what the close asked for is still to come."""
    press(central, act)
    run_all(app, only="compensation.run")
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
    assert "A dry run is under way" in press(central, "dry-run")
    run_all(app)
    text = page(central, JANUARY)
    assert "under way" not in text
    assert "€90.00" in text
    assert "What it pays, line by line" not in text


def test_the_second_dry_run_says_what_changed(app: HubFlask, central: Browser, network: Network) -> None:
    with app.app_context():
        sale = network.sells("ben", 5_000)
    done(app, central, "dry-run")
    with app.app_context():
        network.refunds(sale, at=clock.now())
    text = done(app, central, "dry-run")
    assert "What changed on" in text
    assert "-€5.00" in text


def test_closing_pays_and_shows_every_line_with_its_way_into_the_books(
    app: HubFlask, central: Browser, network: Network
) -> None:
    text = press(central, "close")
    assert "It waits for its turn." in text
    assert "Close the period" not in text
    assert "being computed" in page(central, LIST)
    text = done(app, central, "close")
    assert "being booked" in text
    assert "0 of 3" in text
    run_all(app)
    text = page(central, JANUARY)
    assert "being booked" not in text
    assert text.count("/console/hubs/lyon/ledger/orders/") == 3
    assert "Close the period" not in text


@pytest.mark.parametrize(
    ("is_counted", "words"),
    [
        (True, "were what the close counted, for everybody"),
        (False, "3 people saw other volumes of this period than it counted"),
    ],
)
def test_a_closed_period_says_whether_live_figures_were_right(
    app: HubFlask, central: Browser, is_counted: bool, words: str
) -> None:
    with app.app_context():
        network = make_network(is_counted=is_counted)
        announced()
        network.sells("cem", 50_000)
    at(CLOSING)
    assert words not in done(app, central, "dry-run")
    with app.app_context():
        close()
    assert words in page(central, JANUARY)
    audit = page(central, "/console/audit")
    assert ("Live figures of the pay plan corrected" in audit) is not is_counted


def test_it_is_closed_once_and_not_before_its_day(app: HubFlask, central: Browser, network: Network) -> None:
    at(CLOSING - timedelta(days=3))
    assert "2027-01 is still open: it may be closed from Feb 17, 2027 on." in press(central, "close")
    at(CLOSING)
    done(app, central, "close")
    assert "2027-01 was closed already." in press(central, "close")


def test_a_second_press_is_harmless(app: HubFlask, central: Browser, network: Network) -> None:
    press(central, "close")
    press(central, "close")
    assert [name for name, _hub, _arguments in waiting(app)].count("compensation.run") == 1


def test_the_progress_is_a_small_fragment_that_has_the_page_load_itself_anew(
    app: HubFlask, central: Browser, network: Network
) -> None:
    press(central, "close")
    with counted() as statements:
        answer = central.get(f"{JANUARY}/progress", headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert f'hx-get="{JANUARY}/progress"' in answer.text
    assert len(answer.data) < MOST_BYTES
    assert len(statements) <= MOST_STATEMENTS
    run_all(app)
    assert central.get(f"{JANUARY}/progress").headers["HX-Refresh"] == "true"


def test_without_a_script_the_page_loads_itself_anew(app: HubFlask, central: Browser, network: Network) -> None:
    assert 'http-equiv="refresh"' not in page(central, JANUARY)
    assert 'http-equiv="refresh"' in press(central, "close")


def test_who_waits_for_nobody_reads_that_no_worker_runs(app: HubFlask, central: Browser, network: Network) -> None:
    press(central, "close")
    at(CLOSING + timedelta(minutes=2))
    assert "No worker has taken it yet" in page(central, JANUARY)


def test_what_failed_says_what_to_do_and_goes_on_at_a_press(app: HubFlask, central: Browser, network: Network) -> None:
    press(central, "close")
    gives_up(app, "ValueError: a number is missing")
    text = page(central, JANUARY)
    assert "It was given up after 12 attempts" in text
    assert "a number is missing" in text
    assert 'http-equiv="refresh"' not in text
    press(central, "close")
    run_all(app)
    assert "closed</span>" in page(central, JANUARY)


def test_a_dry_run_that_was_given_up_is_begun_as_of_now_and_keeps_nobody_from_closing(
    app: HubFlask, central: Browser, network: Network
) -> None:
    press(central, "dry-run")
    gives_up(app, "ValueError: a number is missing")
    at(CLOSING + timedelta(hours=2))
    text = page(central, JANUARY)
    assert f'action="{JANUARY}/dry-run"' in text
    assert f'action="{JANUARY}/close"' in text
    assert "it reads what was recorded by then" in text
    press(central, "dry-run")
    run_all(app)
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        assert db.session.scalar(sql("SELECT max(cutoff) FROM plan_run")) >= CLOSING + timedelta(hours=2)


def gives_up(app: HubFlask, error: str) -> None:
    """As the worker leaves a job that failed too often."""
    with app.app_context(), platform_scope(reason="test"), unit_of_work():
        statement = (
            "UPDATE procrastinate_jobs SET status = 'failed', attempts = 12"
            " WHERE args->>'name' = 'compensation.run' RETURNING id"
        )
        (job_id,) = db.session.scalars(sql(statement))
        failures.note(job_id=job_id, error=error, now=clock.now())


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
