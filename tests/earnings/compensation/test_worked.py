"""Cases of our own in the worked format, worked out by hand in their notes, come out as they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hubapp.earnings.compensation.plans import cases, evaluation
from tests.earnings.compensation import naive

WORKED = sorted((Path(__file__).parent / "worked").glob("*.json"))
NAIVE = frozenset({"payouts", "forfeited", "breakage", "company", "accounts", "lines"})  # what the second one says too


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_a_case_worked_out_by_hand_comes_out(path: Path) -> None:
    data = json.loads(path.read_text())
    case = cases.read(data, file=path.name)
    assert evaluation.differences(case, evaluation.evaluate(case)) == {}
    plain = naive.run(data)
    for key in NAIVE & data["expected"].keys():
        assert naive.bare(plain[key]) == data["expected"][key]


def test_every_key_of_the_format_is_worked_out_somewhere() -> None:
    worked = [json.loads(path.read_text())["expected"] for path in WORKED]
    assert {key for one in worked for key in one} == set(cases.EXPECTED)
