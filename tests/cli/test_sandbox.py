"""`hubapp sandbox`: durations as people write them, planted faults, events said again; never beside live keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from hubapp.cli import main
from hubapp.cli.sandbox import Duration
from hubapp.kernel import clock
from tests.conftest import Live
from tests.factories.hubs import make_hub
from tests.factories.jobs import waiting
from tests.factories.members import make_member
from tests.factories.payments import Till, open_till
from tests.factories.retainers import agreed


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("20d", timedelta(days=20)),
        ("12h", timedelta(hours=12)),
        ("1d12h", timedelta(days=1, hours=12)),
        ("2w", timedelta(weeks=2)),
        ("90s", timedelta(seconds=90)),
    ],
)
def test_durations_are_read(text: str, span: timedelta) -> None:
    assert Duration().convert(text, None, None) == span


@pytest.mark.parametrize("text", ["", "20", "d", "20x", "-1d", "1.5d", "9999999d", "9" * 400 + "s", "20d "])
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(click.BadParameter):
        Duration().convert(text, None, None)


@pytest.mark.parametrize("command", [["advance", "1d"], ["fail-next"], ["replay", "--all"]])
def test_live_payments_have_no_sandbox_to_steer(monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    monkeypatch.setenv("HUBAPP_STRIPE_SECRET_KEY", "sk_live_x")
    result = CliRunner().invoke(main, ["sandbox", *command])
    assert result.exit_code == 1
    assert "live payments" in result.output


def test_wrong_usage_ends_with_two() -> None:
    assert CliRunner().invoke(main, ["sandbox", "advance", "soon"]).exit_code == 2


@pytest.fixture
def till(live: Live, monkeypatch: pytest.MonkeyPatch) -> Iterator[Till]:
    """A till whose sandbox the commands steer."""
    opened = open_till(live.app)
    commands = sys.modules["hubapp.cli.sandbox"]
    monkeypatch.setattr(commands, "Settings", lambda: live.server.settings)
    monkeypatch.setattr(commands, "require_ready", lambda _settings: live.server)
    yield opened
    opened.sandbox.close()
    clock.set_offset(timedelta(0))


@pytest.fixture
def hub(till: Till) -> int:
    """One hub."""
    with till.app.app_context():
        return make_hub("lyon")


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["sandbox", *arguments])
    return result.exit_code, result.output


def test_the_clock_that_moves_on_sets_retainers_in_motion(till: Till, hub: int) -> None:
    with till.app.app_context():
        agreed(hub, make_member(hub, "Anna").account_id, now=clock.now(), first_day=clock.now().date())
    code, output = run("advance", "1d")
    assert (code, "0 retainers" in output) == (0, True)
    code, output = run("advance", "32d")
    assert (code, "1 retainers" in output) == (0, True)
    assert [name for name, _hub, _arguments in waiting(till.app) if name.startswith("retainers")] == ["retainers.earn"]


def test_the_next_request_of_a_kind_fails_and_the_one_after_does_not(till: Till, hub: int) -> None:
    assert run("fail-next", "checkout_session.create", "--kind", "timeout_before") == (
        0,
        "The next checkout_session.create ends in timeout_before.\n",
    )
    payment_id = till.ask(hub)
    assert till.payment(hub, payment_id).status == "new"
    till.make_commands_due()
    till.sweep()
    assert till.payment(hub, payment_id).status == "open"


def test_an_operation_that_does_not_exist_is_refused_with_those_that_do(till: Till) -> None:
    code, output = run("fail-next", "unicorn.create")
    assert (code, "transfer.create" in output) == (2, True)


def test_events_said_again_change_nothing(till: Till, hub: int) -> None:
    till.sell(hub)
    till.sweep()
    kept = len(till.told())
    code, output = run("replay", "--all")
    assert (code, "deliveries are due" in output) == (0, True)
    assert till.deliver() >= 3
    till.sweep()
    assert len(till.told()) == kept


def test_one_event_is_said_again(till: Till, hub: int) -> None:
    till.sell(hub)
    till.sweep()
    with till.sandbox.transaction() as tx:
        row = tx.connection.execute("SELECT id FROM event LIMIT 1").fetchone()
        assert row is not None
    assert run("replay", row["id"])[0] == 0
    assert till.deliver() == 1


@pytest.mark.parametrize("arguments", [[], ["evt_sbx1", "--all"]])
def test_one_event_or_all(till: Till, arguments: list[str]) -> None:
    assert run("replay", *arguments)[0] == 2


def test_an_event_that_never_happened_is_refused(till: Till) -> None:
    assert run("replay", "evt_sbx1") == (1, "hubapp: The sandbox has no event evt_sbx1.\n")
    assert run("replay", "--all")[0] == 1


@pytest.mark.parametrize("name", ["fail-next", "replay", "advance"])
def test_help_gives_an_example(name: str) -> None:
    assert f"hubapp sandbox {name}" in run(name, "--help")[1]
