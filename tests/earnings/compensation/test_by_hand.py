"""Cases whose answers were worked out by hand, where several rules of a plan meet."""

from __future__ import annotations

from typing import Any

import pytest

from tests.earnings.compensation.examples import evaluated, order, person


def steps(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"from": start, "bps": bps} for start, bps in pairs]


def paid(output: dict[str, Any], component: str, *, key: str = "payouts") -> dict[str, int]:
    return {name: row[component] for name, row in output[key].items() if component in row}


def test_a_breakaway_within_a_breakaway_ends_the_generation_beneath_it() -> None:
    row = {"type": "generation", "breakaway_rank": "B", "rates_bps": [500, 200]}
    members = [person("q", rank="B"), person("r", "q", rank="B"), person("x", "r"), person("s", "x", rank="B")]
    members += [person("t", "s", rank="B"), person("u", "t")]
    output = evaluated([row], members, [order("1", "u", 100_000), order("2", "t", 50_000), order("3", "x", 20_000)])
    # Of u's and t's own sales t is the owner: s 5 %, r 2 %, q nothing. Of x's sale r is the owner, q the first above.
    assert paid(output, "generation") == {"s": 5000 + 2500, "r": 2000 + 1000, "q": 1000}


@pytest.mark.parametrize(
    ("compression", "expected", "breakage"),
    [
        ("none", {"v": 1000}, 500 + 300),  # t may not go to the second level, s is not active on the third
        ("standard", {"v": 1000, "r": 300}, 500),  # without s the third level is r's
        ("dynamic", {"v": 1000, "r": 500}, 300),  # t and s are passed over, and above r there is nobody
    ],
)
def test_depth_by_rank_and_activity_meet_in_each_compression(
    compression: str, expected: dict[str, int], breakage: int
) -> None:
    row = {"type": "unilevel", "levels_bps": [1000, 500, 300], "compression": compression}
    row |= {"depth_by_rank": {"gold": 3, "silver": 3, "bronze": 1}}
    members = [person("r", rank="gold"), person("s", "r", rank="silver", active=False)]
    members += [person("t", "s", rank="bronze"), person("v", "t", rank="gold"), person("w", "v")]
    output = evaluated([row], members, [order("1", "w", 10_000)])
    assert (paid(output, "unilevel"), output["breakage"]["unilevel"]) == (expected, breakage)


def test_equal_shares_of_a_pool_give_its_odd_cents_to_the_lower_ids() -> None:
    row = {"type": "pool", "fund_bps": 50, "shares": {"c": 1, "a": 1, "b": 1}}
    people = [person("c"), person("b"), person("a")]
    output = evaluated([row], people, [order("1", None, 20_199)])  # 0.5 % are 100.995
    assert paid(output, "pool") == {"a": 34, "b": 33, "c": 33}
    capped = evaluated([{**row, "per_participant_cap_bps_of_pool": 3333}], people, [order("1", None, 20_199)])
    assert (paid(capped, "pool"), capped["breakage"]) == ({"a": 33, "b": 33, "c": 33}, {"pool": 1})


@pytest.mark.parametrize(
    ("rounding", "expected"), [("half_up", {"k": 4, "m": 4, "n": 3}), ("down", {"k": 4, "m": 3, "n": 3})]
)
def test_three_co_connectors_divide_what_rounding_made_of_the_hubs_line(
    rounding: str, expected: dict[str, int]
) -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 1000)), "split": {"k": 3334, "m": 3333, "n": 3333}}
    members = [person(name, connector_of="h") for name in "nmk"]
    output = evaluated([row], members, [order("1", None, 105, hub="h")], plan={"rounding": rounding})
    assert paid(output, "hub_tier") == expected


def test_a_refund_in_the_first_period_takes_the_tiers_of_later_periods_with_it() -> None:
    row = {"type": "personal_tier", "mode": "slab", "threshold_on": "cumulative_cv"}
    row |= {"tiers": steps((0, 500), (100_000, 1000))}
    orders = [order("1", "a", 60_000, period="2027-01"), order("2", "a", 60_000, period="2027-02")]
    orders.append(order("3", "a", 10_000, period="2027-03"))
    output = evaluated([row], [person("a")], orders, refunds=["1"])
    assert output["payouts_by_period"] == {
        "2027-01": {"a": {"personal_tier": 3000}},
        "2027-02": {"a": {"personal_tier": 6000}},
        "2027-03": {"a": {"personal_tier": 1000}},
    }
    # Without it 60,000 and 70,000 are reached: 5 % of both months.
    assert (paid(output, "personal_tier", key="after_refund"), output["clawback"]) == ({"a": 3500}, {"a": -6500})


def test_a_cascade_without_a_rest_passes_on_all_of_it_by_largest_remainder() -> None:
    step = {"payer": "IN", "to": {"a": 3333, "b": 3333, "c": 3334}}
    for gross, expected in (
        (1, {"c": 1}),
        (101, {"a": 34, "b": 33, "c": 34}),
        (20_000, {"a": 6666, "b": 6666, "c": 6668}),
    ):
        output = evaluated([{"type": "fee_cascade", "steps": [step]}], [], [order("1", None, gross)])
        assert output["accounts"] == expected


def test_who_fails_both_rules_forfeits_everything_and_those_above_gain_nothing() -> None:
    row = {"type": "differential", "schedule": steps((0, 300), (1000, 600), (5000, 900))}
    row |= {"customer_rule": {"min_customers": 10}, "eligibility": "majority_nonparticipant"}
    members = [person("a", customers=10), person("b", "a", customers=9), person("c", "b", customers=10)]
    orders = [order("1", "c", 1000), order("2", "c", 1000, buyer="participant"), order("3", "b", 3000)]
    output = evaluated([row], members, orders)
    # c has half from outside: all is lost. b is below ten: 9 % of 3000 stay, 3 % of c's 2000 are lost. a has b's rate.
    assert paid(output, "differential") == {"b": 270}
    assert output["forfeited"] == {"b": {"differential": 60}, "c": {"differential": 120}}


def test_a_total_cap_after_each_participants_leaves_nobody_above_either() -> None:
    row = {"type": "retail_margin", "bps": 5000}
    orders = [order("1", "a", 1000), order("2", "b", 333), order("3", "c", 334)]
    cap = {"total_bps": 2000, "per_participant_cents": 200}
    output = evaluated([row], [person(name) for name in "abc"], orders, plan={"cap": cap})
    # 500, 167, 167; then 200, 167, 167 = 534, of which 333 (a fifth of 1667) may be paid: 124.72, 104.14, 104.14.
    assert output["gross"] == {"a": 500, "b": 167, "c": 167}
    assert output["payouts_after_cap"] == {"a": 125, "b": 104, "c": 104}
