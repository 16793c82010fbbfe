"""`hubapp payouts` and `hubapp statements`: what they print, and what they set in motion."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator

import pytest

from hubapp.cli import payouts, statements
from hubapp.earnings.payouts import planning
from hubapp.kernel import clock
from hubapp.kernel.errors import NotFound
from hubapp.people.accounts import queries as accounts
from tests.conftest import Live
from tests.factories.earning import Town
from tests.factories.payments import open_till
from tests.support.papers import needs_pango, words


@pytest.fixture
def town(live: Live) -> Iterator[Town]:
    till = open_till(live.app)
    opened = Town(till, [])
    opened.hub("lyon")
    opened.hub("nantes")
    yield opened
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))


def test_a_run_waits_or_is_approved(town: Town) -> None:
    town.earner(10_000, 20_000)
    answer = payouts.propose(town.till.app, None, is_everybody=True, is_approved=False)
    assert (answer["status"], answer["paid"], answer["left_out"]) == ("proposed", 1, 0)
    town.settle()
    assert town.payouts() == []
    answer = payouts.propose(town.till.app, "lyon", is_everybody=True, is_approved=True)
    assert answer["status"] == "approved"
    town.settle()
    assert [payout.amount for payout in town.payouts()] == [9_025]
    with pytest.raises(NotFound):
        payouts.propose(town.till.app, "nowhere", is_everybody=True, is_approved=True)


def test_the_preview_is_a_table_or_json(town: Town, capsys: pytest.CaptureFixture) -> None:
    seller = town.earner(10_000, 20_000)
    rows = town.across(lambda: [payouts._row(line) for line in planning.preview(now=clock.now())])
    capsys.readouterr()
    payouts.show(rows, "json")
    (row,) = json.loads(capsys.readouterr().out)
    email = town.across(lambda: accounts.account(seller)).email
    assert row == {
        "payee": email,
        "currency": "EUR",
        "pays_minor": 0,
        "available_minor": 27_100,
        "held_minor": 0,
        "owed_back_minor": 0,
        "reason": "Asks for payouts themself.",
    }
    payouts.show(rows, "table")
    assert "271.00" in capsys.readouterr().out


def test_a_statement_has_every_hub_and_the_ledgers_numbers(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    email = town.across(lambda: accounts.account(seller)).email
    person, hubs = statements._whose(town.till.app, email, None)
    year = f"{clock.now():%Y}"
    rows = list(csv.DictReader(io.StringIO(statements.as_csv(town.till.app, person, hubs, year).decode())))
    assert [(row["hub"], row["what"], row["balance"]) for row in rows if row["what"] != "opening"] == [
        ("lyon", "sale", "90.25"),
        ("lyon", "closing", "90.25"),
        ("nantes", "sale", "180.75"),
        ("nantes", "closing", "180.75"),
    ]
    with pytest.raises(NotFound):
        statements._whose(town.till.app, "nobody@example.org", None)


@needs_pango
def test_a_pdf_is_made_of_the_sheets_of_all_hubs(town: Town) -> None:
    seller = town.earner(10_000, 20_000)
    email = town.across(lambda: accounts.account(seller)).email
    person, hubs = statements._whose(town.till.app, email, None)
    text = words(statements.as_pdf(town.till.app, person, hubs, f"{clock.now():%Y}"))
    assert all(said in text for said in ("Anna Example", "lyon", "€90.25", "nantes", "€180.75", "1 / "))
