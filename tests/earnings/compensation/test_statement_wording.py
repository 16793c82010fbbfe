"""Lines of a statement in words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from hypothesis import HealthCheck, given, settings

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import refunds
from hubapp.earnings.compensation.statement import wording
from hubapp.earnings.compensation.statement.building import Correction
from hubapp.web.areas import HubFlask
from tests.earnings.compensation import examples, statements, strategies

CAREFUL = settings(
    max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture(autouse=True)
def in_english(app: HubFlask) -> Iterator[None]:
    with app.app_context(), force_locale("en"):
        yield


def told(document: dict[str, Any], component: str) -> list[tuple[str, str | None]]:
    line = next(line for line in wording.lines(document, hubs={}) if line.component == component)
    return [(one.text, one.amount) for one in line.sentences]


def test_every_piece_of_the_verifier_has_a_sentence() -> None:
    source = Path(verify_statement.__file__).read_text()
    assert set(re.findall(r'\bpiece\("(\w+)"', source)) <= set(wording.PIECES)
    assert set(re.findall(r'amount, reason = [^,]+, "(\w+)"', source)) == set(wording.REASONS)


def test_own_sales_are_told_tier_by_tier_and_the_group_leg_by_leg() -> None:
    document = statements.document(statements.closed(statements.TEAM), "ana")
    assert told(document, "personal") == [
        ("10% of €500.00, your sale order-of-ana", "€50.00"),
        ("12% of €1,500.00, your sale order-of-ana", "€180.00"),
        ("15% of €1,123.45, your sale order-of-ana", "€168.51"),
        ("rounded once, at the end of the line, to €398.51", None),
    ]
    group = next(line for line in wording.lines(document, hubs={}) if line.component == "team").sentences[1]
    assert group.text == "your group sold €10,839.98, counted as follows"
    assert [one.text for one in group.details][-1].startswith("less what smaller legs that sold")


def test_what_is_forfeited_and_why_is_told() -> None:
    people = [examples.person("a"), examples.person("b", "a", customers=20)]
    orders = [examples.order("o", "b", 200_000)]
    row = {"type": "unilevel", "levels_bps": [500], "id": "levels"}
    plan = examples.plan(component=[row], caps={})
    result = statements.engine.compute(plan, examples.inputs(people, orders))
    document = statements.document(statements.closed(result), "a")
    assert told(document, "levels") == [
        ("5% of €2,000.00 on level 1 of your group", None),
        ("€100.00 of it is forfeited: pay from the group needs more customers of your own", None),
    ]


def test_caps_are_told_with_their_limits() -> None:
    caps = {"total_bps": 1000, "per_participant_cents": 30_000, "scale_order": []}
    run = statements.default_run({"ana": (None, 312_345), "bea": ("ana", 100)}, caps=caps)
    words = [text for text, _ in told(statements.document(statements.closed(run), "ana"), "personal")]
    assert any(text.endswith("because nobody is paid more than €300.00 for a period") for text in words)
    run = statements.default_run({"ana": (None, 312_345)}, caps={**caps, "per_participant_cents": 10**6})
    words = [text for text, _ in told(statements.document(statements.closed(run), "ana"), "personal")]
    assert any(text.endswith("everybody's pay together stays within 10% of all sales") for text in words)


def test_corrections_and_debts_are_told() -> None:
    now = refunds.after(statements.TEAM, ["order-of-ana"])
    correction = Correction(*(statements.closed(one, name="2026-12") for one in (statements.TEAM, now)))
    document = statements.document(
        statements.closed(statements.TEAM), "ana", corrections=[correction], debt_before=2000
    )
    assert wording.corrections(document)[0].text == "2026-12, personal: after refunds €0.00 instead of €398.51"
    assert [one.text for one in wording.totals(document)][:3] == [
        "This period",
        "Corrections of earlier periods",
        "Due",
    ]


@CAREFUL
@given(strategies.whole_cases())
def test_the_amounts_told_add_up_to_the_line(case: dict[str, Any]) -> None:
    result = statements.computed(case)
    for member in result.ground.members.ids:
        document = statements.document(statements.closed(result), member)
        for line in wording.lines(document, hubs={}):
            cents = [round(float(one.amount.strip("€").replace(",", "")) * 100) for one in line.sentences if one.amount]
            assert not cents or sum(cents) == round(float(line.amount.strip("€").replace(",", "")) * 100)
