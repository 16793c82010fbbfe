"""`hubapp period`: what it prints, and what it refuses in one line."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import text

from hubapp.cli import period
from hubapp.earnings.compensation import queries
from hubapp.earnings.compensation.errors import AlreadyClosed, NotOver
from hubapp.earnings.compensation.running import Run
from hubapp.kernel.db import db
from hubapp.kernel.errors import Refusal
from hubapp.web.areas import HubFlask
from tests.factories.plans import CLOSING, JANUARY, Network, across, announced, make_network


@pytest.fixture
def network(app: HubFlask) -> Network:
    with app.app_context():
        network = make_network()
        announced()
        network.sells("cem", 50_000)
    return network


def test_a_dry_run_is_told_in_a_few_lines(app: HubFlask, network: Network, capsys: pytest.CaptureFixture[str]) -> None:
    period.say(app, "2027-01", "EUR", period.dry_run(app, "2027-01", "EUR", CLOSING), "table")
    out = capsys.readouterr().out
    assert "2027-01 EUR: 75.00 to 2 people of a volume of 500.00 (15.00 %)." in out
    assert "  personal: 50.00 to 1 people" in out
    assert "Nothing was booked." in out


def test_what_changed_since_the_last_dry_run_names_people(
    app: HubFlask, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    with app.app_context():
        sale = network.sells("ben", 10_000)
    period.dry_run(app, "2027-01", "EUR", CLOSING)
    with app.app_context():
        network.refunds(sale, at=CLOSING + timedelta(seconds=1))
    period.say(app, "2027-01", "EUR", period.dry_run(app, "2027-01", "EUR", CLOSING + timedelta(seconds=2)), "table")
    out = capsys.readouterr().out
    assert "Since the last dry run 2 amounts changed:" in out
    assert "@example.org personal: 10.00 → 0.00" in out


def test_a_close_prints_json_and_the_list_has_it(
    app: HubFlask, network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    row = period.close_here(app, "2027-01", "EUR", CLOSING)
    capsys.readouterr()  # what is logged meanwhile
    period.say(app, "2027-01", "EUR", row, "json")
    told = json.loads(capsys.readouterr().out)
    assert (told["kind"], told["figures"]["paid"], told["result"]) == ("close", 7_500, row.result_digest)
    rows = period.listed(app, "eur")
    assert [(one["period"], one["status"], one["result"]) for one in rows] == [("2027-01", "closed", row.result_digest)]
    period.show(rows, "table")
    assert "75.00" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("is_counted", "differed", "words"),
    [
        (True, 0, "Live figures were what it counted, for everybody."),
        (False, 3, "Live figures of 3 people were not what it counted: they were corrected."),
    ],
)
def test_a_close_says_whether_live_figures_were_right(
    app: HubFlask, capsys: pytest.CaptureFixture[str], is_counted: bool, differed: int, words: str
) -> None:
    with app.app_context():
        network = make_network(is_counted=is_counted)
        announced()
        network.sells("cem", 50_000)
    row = period.close_here(app, "2027-01", "EUR", CLOSING)
    period.say(app, "2027-01", "EUR", row, "table")
    assert words in capsys.readouterr().out
    period.say(app, "2027-01", "EUR", row, "json")
    assert json.loads(capsys.readouterr().out)["figures"]["differed"] == differed


def test_the_list_of_an_open_period_has_its_dry_run(app: HubFlask, network: Network) -> None:
    period.dry_run(app, "2027-01", "EUR", JANUARY)
    (row,) = period.listed(app, None)
    assert (row["status"], row["figures"]["paid"]) == ("open", 7_500)


def test_it_runs_again_to_the_same_byte_or_says_what_differs(app: HubFlask, network: Network) -> None:
    with pytest.raises(Refusal, match="no plan in EUR was announced for this period"):
        period.run_again(app, "2027-01", "EUR")
    period.dry_run(app, "2027-01", "EUR", CLOSING)
    with pytest.raises(Refusal, match="2027-01: EUR: is not closed yet"):
        period.run_again(app, "2027-01", "EUR")
    row = period.close_here(app, "2027-01", "EUR", CLOSING)
    assert period.run_again(app, "2027-01", "EUR") == row.result_digest
    with app.app_context():
        across(lambda: db.session.execute(text("RESET ROLE; UPDATE plan_sale SET cv = cv - 1")))
    with pytest.raises(Refusal, match="inputs differ"):
        period.run_again(app, "2027-01", "EUR")


def test_a_period_that_was_digested_row_by_row_verifies(app: HubFlask, network: Network) -> None:
    period.close_here(app, "2027-01", "EUR", CLOSING)

    def as_before() -> str:
        found = queries.named("EUR", "2027-01")
        assert found.frozen is not None
        run = Run(found, found.frozen)
        found.inputs_digest, found.result_digest = run.inputs_in(1), run.result_in(1)
        return found.result_digest

    with app.app_context():
        digest = across(as_before)
    assert period.run_again(app, "2027-01", "EUR") == digest


def test_an_open_and_a_closed_period_are_refused_in_one_line(app: HubFlask, network: Network) -> None:
    with pytest.raises(NotOver) as refused:
        period.close_here(app, "2027-01", "EUR", JANUARY)
    with app.app_context():
        assert str(refused.value) == "2027-01 is still open: it may be closed from Feb 17, 2027 on."
    period.close_here(app, "2027-01", "EUR", CLOSING)
    with pytest.raises(AlreadyClosed, match="2027-01 was closed already"):
        period.close_here(app, "2027-01", "EUR", CLOSING)


def test_the_currency_is_named_where_there_are_several(app: HubFlask, network: Network) -> None:
    assert period.one_currency(app, None) == "EUR"
    assert period.one_currency(app, "tnd") == "TND"
    with app.app_context():
        announced(('id = "default"', 'id = "tunis"'), ('currency = "EUR"', 'currency = "TND"'))
    with pytest.raises(Refusal, match="plans in EUR, TND: say which"):
        period.one_currency(app, None)


def test_without_a_plan_it_says_where_to_begin(app: HubFlask) -> None:
    with pytest.raises(Refusal, match="/console/plan"):
        period.one_currency(app, None)
