"""`hubapp payments`: what it prints, and with which status it ends."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from hubapp.cli import main
from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.comparing import Auditor
from tests.factories.earning import Town
from tests.factories.payments import open_till


@pytest.fixture
def auditor(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Auditor]:
    """A town that the command sees."""
    till = open_till(live.app)
    town = Town(till, [])
    town.hub("lyon")
    commands = __import__("hubapp.cli.payments", fromlist=["payments"])
    monkeypatch.setattr(commands, "Settings", lambda: live.server.settings)
    monkeypatch.setattr(commands, "require_ready", lambda _settings: live.server)
    monkeypatch.setattr(commands, "create_app", lambda *_: live.app)
    assert "hubapp.cli.payments" in sys.modules
    yield Auditor(town, live.server)
    till.sandbox.close()
    clock.set_offset(clock.timedelta(0))


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["payments", *arguments])
    return result.exit_code, result.output


def test_books_that_agree_end_with_nought(auditor: Auditor) -> None:
    auditor.town.sell(auditor.town.hubs[0], auditor.town.person())
    code, output = run("reconcile")
    assert (code, "The provider's books and ours agree." in output) == (0, True)
    assert "Compared 1 balance transactions" in output


def test_an_open_difference_is_listed_and_ends_with_one(auditor: Auditor) -> None:
    auditor.town.sell(auditor.town.hubs[0], auditor.town.person(), 10_000)
    auditor.tamper_provider("UPDATE balance_line SET fee = fee + 7")
    code, output = run("reconcile", "--since", "2026-01-01")
    assert (code, "OPEN -€0.07 lyon: Another fee: charge ch_sbx" in output) == (1, True)
    assert auditor.suspense()[auditor.town.hubs[0]] == 7  # booked at once
    auditor.explain(auditor.items()[0].id, "A refund of fees")
    code, output = run("reconcile")
    assert (code, "A refund of fees" in output, "0 open, 1 explained." in output) == (0, True, True)


def test_programs_read_it_as_json(auditor: Auditor) -> None:
    auditor.town.sell(auditor.town.hubs[0], auditor.town.person(), 10_000)
    auditor.tamper_provider("UPDATE balance_line SET fee = fee + 7")
    code, output = run("reconcile", "--format", "json")
    (difference,) = json.loads(output[output.index("{\n") :])["differences"]
    assert (code, difference["kind"], difference["hub"]) == (1, "fee_differs", "lyon")
    assert difference["provider_minor"] - difference["books_minor"] == difference["suspense_minor"] == -7


def test_a_provider_that_does_not_answer_is_one_line(auditor: Auditor) -> None:
    auditor.town.till.sandbox.fail_next("error", operation="balance_transaction.list")
    code, output = run("reconcile")
    assert (code, output.splitlines()[-1].startswith("hubapp: The payment provider does not answer")) == (1, True)


def test_a_date_is_a_date(auditor: Auditor) -> None:
    assert run("reconcile", "--since", "yesterday")[0] == 2


def test_the_doctor_ends_with_one_when_something_is_wrong(auditor: Auditor) -> None:
    code, output = run("doctor")
    assert (code, len(output.splitlines())) == (0, 8)
    auditor.town.till.sandbox.pause_endpoints()
    code, output = run("doctor")
    assert (code, "FAIL  webhook platform" in output) == (1, True)
