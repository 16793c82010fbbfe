"""Cases of our own in the worked format, worked out by hand in their notes, come out as they say."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hubapp.earnings.compensation.plans import cases, evaluation
from tests.earnings.compensation import naive

WORKED = sorted((Path(__file__).parent / "worked").glob("*.json"))


@pytest.mark.parametrize("path", WORKED, ids=lambda path: path.stem)
def test_a_case_worked_out_by_hand_comes_out(path: Path) -> None:
    data = json.loads(path.read_text())
    case = cases.read(data, file=path.name)
    assert evaluation.differences(case, evaluation.evaluate(case)) == {}
    assert naive.bare(naive.run(data)["payouts"]) == data["expected"]["payouts"]


def test_they_are_there() -> None:
    assert len(WORKED) >= 9
