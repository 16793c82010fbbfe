"""`hubapp sandbox advance`: durations as people write them, and never beside live keys."""

from __future__ import annotations

from datetime import timedelta

import click
import pytest
from click.testing import CliRunner

from hubapp.cli import main
from hubapp.cli.sandbox import Duration


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


def test_live_payments_have_no_clock_to_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUBAPP_STRIPE_SECRET_KEY", "sk_live_x")
    result = CliRunner().invoke(main, ["sandbox", "advance", "1d"])
    assert result.exit_code == 1
    assert "live payments" in result.output


def test_wrong_usage_ends_with_two() -> None:
    assert CliRunner().invoke(main, ["sandbox", "advance", "soon"]).exit_code == 2
