"""Whatever is wrong with a plan or a case, it is worked out or refused by name, and nothing else happens."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, evaluation, product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.lint import static
from tests.earnings.compensation.examples import default
from tests.earnings.compensation.mutating import mutated

TRIES = 600
WORKED = [json.loads(path.read_text()) for path in sorted((Path(__file__).parent / "worked").glob("*.json"))]


def worked_out(data: dict[str, Any]) -> None:
    case = cases.read(data, file="file")
    output = evaluation.evaluate(case)
    assert json.loads(json.dumps(output)) == output
    evaluation.differences(case, output)


def linted(data: dict[str, Any]) -> None:
    assert list(static.findings(product.read(data, file="file")))


def refusals(run: Callable[[dict[str, Any]], None], made: Callable[[Random], dict[str, Any]]) -> list[str]:
    """What is refused of as many mutations; any other exception ends the test."""
    random, found = Random(11), []
    for _ in range(TRIES):
        try:
            run(mutated(made(random), random))
        except BadInput as refusal:
            found.append(str(refusal))
    return found


@pytest.mark.parametrize(
    ("run", "made"),
    [
        (worked_out, lambda random: random.choice(WORKED)),
        (
            linted,
            lambda random: default(component=[*random.choice(WORKED)["plan"]["components"], *default()["component"]]),
        ),
    ],
    ids=["cases", "plans"],
)
def test_what_is_wrong_is_refused_and_never_breaks(run: Any, made: Any) -> None:
    found = refusals(run, made)
    assert TRIES // 3 < len(found) < TRIES  # some mutations are as good as what they come from
    assert all(one.startswith("file: ") and len(one) < 500 for one in found)
