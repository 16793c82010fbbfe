"""What a worked case comes to, key by key, and where that differs from what was expected."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, evaluation
from tests.earnings.compensation.examples import case, evaluated, order, person

MARGIN = {"type": "retail_margin", "bps": 1000}
PEOPLE = [person("a"), person("b", "a"), person("c", "b")]
SOLD = [order("1", "a", 300), order("2", "b", 205)]


def differences(expected: dict[str, Any], output: dict[str, Any], **more: Any) -> dict[str, Any]:
    one = cases.read(case([MARGIN], PEOPLE, SOLD, expected=expected, **more), file="f")
    return evaluation.differences(one, output)


def test_a_case_without_caps_refunds_or_differentials_has_only_payouts_and_volumes() -> None:
    output = evaluated([MARGIN], PEOPLE, SOLD)
    assert output == {
        "payouts": {"a": {"retail_margin": 30}, "b": {"retail_margin": 21}},
        "gv": {"a": 505, "b": 205},
    }


def test_keys_that_can_apply_are_there_though_they_are_empty() -> None:
    rows: list[dict[str, Any]] = [
        {"type": "differential", "rate_by_rank": {}},
        {"type": "hub_share", "fee_bps": 0, "split_bps": {"company": 10_000}},
        {"type": "fee_cascade", "steps": []},
    ]
    output = evaluated(rows, PEOPLE, [])
    assert output == {"payouts": {}, "gv": {}, "forfeited": {}, "company": {}, "accounts": {}}


def test_amounts_of_several_periods_are_added_up() -> None:
    orders = [
        order("1", "a", 100, period=1, hub="h"),
        order("2", "a", 200, period=2, hub="h"),
        order("3", "b", 50, period=2),
    ]
    rows: list[dict[str, Any]] = [
        MARGIN,
        {"type": "hub_share", "fee_bps": 1000, "split_bps": {"connector": 5000, "company": 5000}},
    ]
    output = evaluated(rows, PEOPLE, orders, plan={"cap": {"per_participant_cents": 15}}, refunds=["2"])
    assert output["payouts"] == {"a": {"retail_margin": 30}, "b": {"retail_margin": 5}}
    assert output["payouts_by_period"] == {
        "1": {"a": {"retail_margin": 10}},
        "2": {"a": {"retail_margin": 20}, "b": {"retail_margin": 5}},
    }
    assert (output["company"], output["breakage"]) == ({"hub_share": 15}, {"hub_share": 15})
    assert (output["turnover"], output["gross"], output["total"]) == (350, {"a": 30, "b": 5}, 30)
    assert output["payouts_after_cap"] == {"a": 25, "b": 5}
    assert (output["after_refund"], output["clawback"]) == (
        {"a": {"retail_margin": 10}, "b": {"retail_margin": 5}},
        {"a": -15},
    )


def test_a_cap_on_the_total_alone_shows_what_it_does() -> None:
    output = evaluated([MARGIN], PEOPLE, SOLD, plan={"cap": {"total_bps": 500}})
    assert (output["turnover"], output["gross"], output["total"]) == (505, {"a": 30, "b": 21}, 25)


def test_a_ratio_is_in_lowest_terms_and_only_where_a_rule_asks_for_it() -> None:
    row = {"type": "differential", "rate_by_rank": {"x": 100}, "eligibility": "majority_nonparticipant"}
    orders = [order("1", "b", 400), order("2", "b", 600, buyer="participant"), order("3", "a", 0)]
    assert evaluated([row], PEOPLE, orders)["ratio"] == {"a": [2, 5], "b": [2, 5]}
    assert "ratio" not in evaluated([{"type": "differential", "rate_by_rank": {"x": 100}}], PEOPLE, orders)


def test_what_each_of_ones_orders_added_follows_the_tier_that_they_reached() -> None:
    row = {"type": "personal_tier", "attribute": "order_running", "mode": "slab", "threshold_on": "gv"}
    row |= {"tiers": [{"from": 0, "bps": 1000}, {"from": 500, "bps": 2000}]}
    output = evaluated([row], PEOPLE, [*SOLD, order("3", None, 900), order("4", "a", 5)])
    assert output["lines"] == {"personal_tier": {"1": 60, "2": 21, "4": 1}}
    marginal = {**row, "mode": "marginal"}
    output = evaluated([marginal], PEOPLE, [*SOLD, order("4", "a", 5)])
    # Of 510 the first 205 are the leg's; 295 at a tenth, 10 at a fifth.
    assert output["lines"] == {"personal_tier": {"1": 31, "2": 21, "4": 1}}


def test_each_order_is_credited_from_where_those_before_it_came_to() -> None:
    row = {"type": "personal_tier", "attribute": "order_running"}
    row |= {"tiers": [{"from": 0, "bps": 1000}, {"from": 400, "bps": 5000}]}
    orders = [order("1", "c", 400), order("2", "c", 400), order("3", None, 400)]
    assert evaluated([row], PEOPLE, orders)["lines"] == {"personal_tier": {"1": 40, "2": 200}}


@pytest.mark.parametrize(
    "expected",
    [
        {"payouts": {"a": {"m": 5}}},
        {"payouts": {"a": {"m": 5, "n": 0}, "b": {}, "c": {"m": 0}}},
        {"payouts": {"a": {"m": 5}}, "clawback": {}, "forfeited": {"a": {}}},
        {"gv": {"a": 7}},
        {"total": 9},
    ],
)
def test_zeros_and_what_was_not_asked_are_no_difference(expected: dict[str, Any]) -> None:
    assert differences(expected, {"payouts": {"a": {"m": 5}}, "gv": {"a": 7, "b": 8}, "total": 9}) == {}


@pytest.mark.parametrize(
    ("expected", "output"),
    [
        ({"payouts": {"a": {"m": 5}}}, {"payouts": {"a": {"m": 6}}}),
        ({"payouts": {"a": {"m": 5}}}, {"payouts": {"a": {"m": 5}, "b": {"m": 1}}}),
        ({"payouts": {"a": {"m": 5}}}, {}),
        ({"total": 5}, {"total": 6}),
        ({"company": {"h": 5}}, {"company": {"h": 5, "i": 6}}),
    ],
)
def test_whatever_does_not_come_out_is_said_with_both(expected: dict[str, Any], output: dict[str, Any]) -> None:
    (key,) = expected
    assert differences(expected, output) == {key: {"expected": expected[key], "got": output.get(key, {})}}


def test_only_the_named_members_are_compared() -> None:
    expected, output = {"payouts": {"a": {"m": 5}, "b": {"m": 6}}}, {"payouts": {"a": {"m": 5}, "c": {"m": 9}}}
    assert differences(expected, output, only=["a"]) == {}
    assert differences(expected, output, only=["a", "b"]) == {
        "payouts": {"expected": {"a": {"m": 5}, "b": {"m": 6}}, "got": {"a": {"m": 5}}}
    }
    listed = {"gv": {"a": 1, "b": 2}}
    assert differences(listed, {"gv": {"a": 1, "b": 3}}, only=["a", "c"]) == {}
    assert differences({"lines": {"m": {"1": 5}}}, {"lines": {"m": {"1": 6}}}, only=["a"]) == {
        "lines": {"expected": {"m": {"1": 5}}, "got": {"m": {"1": 6}}}
    }


def test_only_the_named_members_are_compared_in_each_period_and_order_by_order() -> None:
    by_period = {"payouts_by_period": {"1": {"a": {"m": 5}, "b": {"m": 6}}}}
    output = {"payouts_by_period": {"1": {"a": {"m": 5}}, "2": {"b": {"m": 7}}}}
    assert differences(by_period, output, only=["a"]) == {}
    assert differences(by_period, output, only=["b"]) == {
        "payouts_by_period": {"expected": {"1": {"b": {"m": 6}}}, "got": {"1": {}, "2": {"b": {"m": 7}}}}
    }
    # Order 1 is a's and order 2 is b's; order 3 of a hub is nobody's.
    lines, got = {"lines": {"m": {"1": 5}}}, {"lines": {"m": {"1": 5, "2": 6, "3": 7}}}
    sold = [*SOLD, order("3", None, 5)]
    one = cases.read(case([MARGIN], PEOPLE, sold, expected=lines, only=["a"]), file="f")
    assert evaluation.differences(one, got) == {}
    assert differences(lines, got, only=["b"]) == {"lines": {"expected": {"m": {}}, "got": {"m": {"2": 6}}}}


def test_what_a_case_expects_is_told_though_nothing_of_the_plan_asks_for_it() -> None:
    expected = {"turnover": 505, "total": 51, "net": {"a": 30, "b": 21}, "ratio": {"a": [1, 1]}}
    output = evaluated([MARGIN], PEOPLE, SOLD, expected=expected)
    assert (output["turnover"], output["total"], output["net"]) == (505, 51, {"a": 30, "b": 21})
    assert (output["gross"], output["payouts_after_cap"]) == ({"a": 30, "b": 21}, {"a": 30, "b": 21})
    assert output["ratio"] == {"a": [1, 1], "b": [1, 1]}
