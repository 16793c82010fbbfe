"""The engine and a naive second implementation in exact fractions agree on random plans and trees."""

from __future__ import annotations

from typing import Any

from hypothesis import given

from hubapp.earnings.compensation.plans import cases, evaluation
from tests.earnings.compensation import naive, strategies

CAREFUL = strategies.careful(80)


def evaluated(case: dict[str, Any]) -> dict[str, Any]:
    return evaluation.evaluate(cases.read(case, file="random.json"))


@CAREFUL
@given(strategies.whole_cases())
def test_every_component_pays_as_the_words_say(case: dict[str, Any]) -> None:
    output, plain = evaluated(case), naive.run(case)
    assert output["payouts"] == naive.bare(plain["payouts"])
    assert output.get("forfeited", {}) == naive.bare(plain["forfeited"])
    assert output.get("breakage", {}) == naive.bare(plain["breakage"])
    for key in ("company", "accounts", "lines"):
        assert naive.bare(output.get(key, {})) == naive.bare(plain[key])


@CAREFUL
@given(strategies.whole_cases())
def test_caps_and_refunds_come_to_the_same(case: dict[str, Any]) -> None:
    output, before = evaluated(case), naive.run(case)
    after = naive.run(case, gone=tuple(case["refunds"]))
    if "cap" in case["plan"]:
        assert output["payouts_after_cap"] == naive.bare(before["totals"])
    if "holdback" in case["plan"]:
        advances = case["plan"]["holdback"].get("advance", {})
        net = {member: amount - advances.get(member, 0) for member, amount in before["totals"].items()}
        assert output["net"] == naive.bare(net)
    change = {member: after["totals"].get(member, 0) - amount for member, amount in before["totals"].items()}
    assert output["after_refund"] == naive.bare(after["payouts"])
    assert output["clawback"] == naive.bare(change)
