"""The report of all hubs as a table: for reading, so nothing of it may be cut off."""

from __future__ import annotations

import pytest

from hubapp.cli.report import _print

ROW = {
    "slug": "a-hub-with-a-long-address",
    "currency": "TND",
    "documents": 4894,
    "lines": 105335,
    "gross_minor": 180701993123,
    "refunds_minor": 0,
    "adjustments_minor": -1,
    "suspense_minor": 0,
    "net_minor": 180701993122,
    "commissionable_minor": 0,
    "shares": {"seller": 5, "connector": 0, "referrer": 0, "core": 0},
}


def test_nothing_is_cut_off_in_a_narrow_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    _print([ROW])
    line = next(line for line in capsys.readouterr().out.splitlines() if "TND" in line)
    assert line.split()[:4] == ["a-hub-with-a-long-address", "TND", "4894", "105335"]
    assert "180,701,993.123" in line
    assert "-0.001" in line


def test_a_network_without_hubs_is_an_empty_table(capsys: pytest.CaptureFixture) -> None:
    _print([])
    assert "commissionable" in capsys.readouterr().out
