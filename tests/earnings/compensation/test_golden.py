"""The worked cases beside the checkout come out as published."""

from __future__ import annotations

import json
from pathlib import Path

from hubapp.earnings.compensation.plans import cases, evaluation


def test_all_worked_cases_come_out_unedited(shared_dir: Path) -> None:
    paths = sorted((shared_dir / "golden").glob("*.json"))
    assert paths
    read = [cases.read(json.loads(path.read_text()), file=path.name) for path in paths]
    different = {case.file: evaluation.differences(case, evaluation.evaluate(case)) for case in read}
    assert {name: found for name, found in different.items() if found} == {}
    assert all(case.expected for case in read)
