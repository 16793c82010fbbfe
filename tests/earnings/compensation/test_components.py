"""Components one by one, on numbers that can be checked by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.earnings.compensation.examples import evaluated, order, person

CHAIN = [person("a"), person("b", "a"), person("c", "b"), person("d", "c")]


def steps(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"from": start, "bps": bps} for start, bps in pairs]


def test_cumulative_volume_sets_the_rate_and_this_periods_volume_the_amount() -> None:
    row = {
        "type": "personal_tier",
        "mode": "slab",
        "threshold_on": "cumulative_cv",
        "tiers": steps((0, 500), (1000, 800)),
    }
    orders = [order("x", "a", 700, period="P2"), order("y", "a", 700, period="P10"), order("z", "a", 100, period="P1")]
    output = evaluated([row], [person("a")], orders)
    assert output["payouts_by_period"] == {
        "P1": {"a": {"personal_tier": 5}},
        "P2": {"a": {"personal_tier": 35}},
        "P10": {"a": {"personal_tier": 56}},
    }
    assert list(output["payouts_by_period"]) == ["P1", "P2", "P10"]


def test_marginal_cumulative_tiers_pay_what_the_period_adds() -> None:
    row = {"type": "personal_tier", "threshold_on": "cumulative_cv", "tiers": steps((0, 1000), (1000, 2000))}
    orders = [order("x", "a", 800, period="1"), order("y", "a", 800, period="2")]
    by_period = evaluated([row], [person("a")], orders)["payouts_by_period"]
    assert by_period["2"] == {"a": {"personal_tier": 140}}  # 200 at 10 %, 600 at 20 %


def test_lines_by_order_add_up_to_the_rounded_payout() -> None:
    row = {"type": "personal_tier", "attribute": "order_running", "tiers": steps((0, 3333))}
    output = evaluated([row], [person("a")], [order(f"o{n}", "a", 1) for n in range(5)])
    assert output["payouts"]["a"]["personal_tier"] == 2
    assert output["lines"]["personal_tier"] == {"o0": 1, "o1": 1}


@pytest.mark.parametrize(
    ("rule", "kept", "lost"),
    [
        ({"customers": 9, "customer_pv": 4999}, 50, {"a": {"differential": 40}}),
        ({"customers": 10, "customer_pv": 0}, 90, {}),
        ({"customers": 0, "customer_pv": 5000}, 90, {}),
    ],
)
def test_below_both_minima_the_downlines_part_is_forfeited(
    rule: dict[str, int], kept: int, lost: dict[str, Any]
) -> None:
    row = {
        "type": "differential",
        "schedule": steps((0, 600), (1500, 1000)),
        "customer_rule": {"min_customers": 10, "min_customer_pv": 5000},
    }
    members = [person("a", **rule), person("b", "a", customers=10)]
    output = evaluated([row], members, [order("x", "a", 500), order("y", "b", 1000)])
    assert output["payouts"] == {"a": {"differential": kept}, "b": {"differential": 60}}
    assert output["forfeited"] == lost


def test_without_a_majority_from_outside_everything_is_forfeited_and_nothing_rolls_up() -> None:
    row = {"type": "differential", "rate_by_rank": {"x": 500, "y": 800}, "eligibility": "majority_nonparticipant"}
    members = [person("a", rank="y"), person("b", "a", rank="x"), person("c", "a")]
    orders = [order("1", "b", 500), order("2", "b", 500, buyer="participant"), order("3", "c", 2000)]
    output = evaluated([row], members, orders)
    assert output["ratio"] == {"a": [5, 6], "b": [1, 2], "c": [1, 1]}
    assert output["forfeited"] == {"b": {"differential": 50}}
    assert output["payouts"] == {"a": {"differential": 30 + 160}}


def test_compressions_differ_in_who_takes_a_level() -> None:
    members = [person("a", rank="z"), person("b", "a", rank="y", active=False), person("c", "b", rank="x"), CHAIN[3]]
    paid: dict[str, Any] = {}
    for compression in ("none", "standard", "dynamic"):
        row = {
            "type": "unilevel",
            "levels_bps": [1000, 500, 300],
            "depth_by_rank": {"x": 0, "y": 3, "z": 3},
            "compression": compression,
        }
        output = evaluated([row], members, [order("o", "d", 1000)])
        paid[compression] = output["payouts"]["a"]["unilevel"], output.get("breakage", {}).get("unilevel", 0)
    assert paid == {"none": (30, 150), "standard": (50, 130), "dynamic": (100, 80)}


def test_generations_count_members_of_the_rank_the_seller_among_them() -> None:
    row = {"type": "generation", "breakaway_rank": "B", "rates_bps": [500, 200]}
    members = [person("a", rank="B"), person("b", "a", rank="B"), person("c", "b"), person("d", "c", rank="B")]
    output = evaluated([row], members, [order("1", "d", 1000), order("2", "c", 100)])
    assert output["payouts"] == {"a": {"generation": 20 + 5}, "b": {"generation": 50}}


def test_pool_without_shares_is_breakage_and_a_cap_leaves_the_rest_there() -> None:
    pool = {"type": "pool", "fund_bps": 100, "shares": {"a": 3, "b": 1}}
    assert evaluated([{**pool, "shares": {}}], CHAIN, [order("1", "a", 10_099)])["breakage"] == {"pool": 100}
    capped = evaluated([{**pool, "per_participant_cap_bps_of_pool": 5000}], CHAIN, [order("1", "a", 10_099)])
    assert capped["payouts"] == {"a": {"pool": 50}, "b": {"pool": 25}}
    assert capped["breakage"] == {"pool": 25}


def test_fixed_payment_comes_from_its_turnover_on() -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 500)), "fixed_payment": 3000, "fixed_min_turnover": 100_000}
    members = [person("k", connector_of="h"), person("m", connector_of="i")]
    orders = [order("1", None, 100_000, hub="h"), order("2", None, 99_999, hub="i")]
    assert evaluated([row], members, orders)["payouts"] == {"k": {"hub_tier": 8000}, "m": {"hub_tier": 5000}}


def test_co_connectors_split_a_hubs_line_by_the_plan() -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 1000)), "split": {"k": 6000, "m": 4000}}
    members = [person("k", connector_of="h"), person("m", connector_of="h")]
    output = evaluated([row], members, [order("1", None, 1010, hub="h")])
    assert output["payouts"] == {"k": {"hub_tier": 61}, "m": {"hub_tier": 40}}


@pytest.mark.parametrize(
    ("split", "expected"),
    [({"k": 10_000}, {"k": 101}), ({"x": 10_000}, {"k": 51, "m": 50}), ({"m": 5000, "x": 5000}, {"m": 101})],
)
def test_a_split_that_names_nobody_else_leaves_nothing_for_them(split: dict[str, int], expected: Any) -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 1000)), "split": split}
    members = [person("k", connector_of="h"), person("m", connector_of="h")]
    output = evaluated([row], members, [order("1", None, 1010, hub="h")])
    assert {name: paid["hub_tier"] for name, paid in output["payouts"].items()} == expected


def test_a_fixed_payment_is_never_made_without_a_sale() -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 0)), "fixed_payment": 30}
    members = [person("k", connector_of="h"), person("m", connector_of="i")]
    assert evaluated([row], members, [order("1", None, 1, hub="i")])["payouts"] == {"m": {"hub_tier": 30}}


def test_a_cascade_passes_on_parts_of_what_came_in() -> None:
    first = {"payer": "IN", "amount_bps_of_gross": 2000, "to": {"tax": 1000}, "rest": "house"}
    second = {"payer": "house", "to": {"agent": 5000, "desk": 3333}, "rest": "owner"}
    output = evaluated([{"type": "fee_cascade", "steps": [first, second]}], [], [order("1", None, 1001)])
    # 200 of 1001 go on: 20 tax, 180 house; of these 90 and 60 (59.994), 30 are left.
    assert output["accounts"] == {"IN": 801, "tax": 20, "agent": 90, "desk": 60, "owner": 30}


def test_geometric_rewards_stay_within_the_orders_budget() -> None:
    row = {"type": "geometric", "reward": 100, "ratio_num": 1, "ratio_den": 1, "budget": 250}
    output = evaluated([row], CHAIN, [order("1", "d", 0, buyer="event")])
    assert {name: row["geometric"] for name, row in output["payouts"].items()} == {"d": 100, "c": 100, "b": 50}


def test_group_tiers_pay_the_named_ranks_on_the_downline() -> None:
    row = {"type": "group_tier", "tiers": steps((0, 900), (1000, 1300)), "ranks": ["lead"]}
    members = [person("a", rank="lead"), person("b", "a"), person("c", "a", rank="lead")]
    output = evaluated([row], members, [order("1", "a", 5000), order("2", "b", 600), order("3", "c", 400)])
    assert output["payouts"] == {"a": {"group_tier": 130}}


def test_net_may_be_negative_after_an_advance() -> None:
    plan = {"holdback": {"advance": {"a": 80, "b": 5}}}
    output = evaluated([{"type": "retail_margin", "bps": 500}], CHAIN, [order("1", "a", 1000)], plan=plan)
    assert output["net"] == {"a": -30, "b": -5}


def test_total_cap_scales_everybody_by_largest_remainder() -> None:
    orders = [order("1", "a", 333), order("2", "b", 333), order("3", "c", 334)]
    output = evaluated([{"type": "retail_margin", "bps": 5000}], CHAIN, orders, plan={"cap": {"total_bps": 1000}})
    assert output["gross"] == {"a": 167, "b": 167, "c": 167}
    assert output["payouts_after_cap"] == {"a": 34, "b": 33, "c": 33}
    assert (output["turnover"], output["total"]) == (1000, 100)


def test_a_refund_is_recomputed_and_its_difference_claimed_back() -> None:
    row = {"type": "personal_tier", "tiers": steps((0, 1000), (1000, 2000))}
    orders = [order("1", "a", 1000), order("2", "a", 500)]
    output = evaluated([row], [person("a")], orders, refunds=["1"])
    assert output["after_refund"] == {"a": {"personal_tier": 50}}
    assert output["clawback"] == {"a": -150}


def test_the_marginal_differential_pays_what_a_group_is_worth_beyond_its_legs() -> None:
    row = {"type": "differential", "mode": "marginal", "schedule": steps((0, 0), (1000, 200), (5000, 400))}
    members = [person("a"), person("b", "a"), person("c", "a")]
    output = evaluated([row], members, [order("1", "a", 1000), order("2", "b", 2000), order("3", "c", 3000)])
    assert {name: paid["differential"] for name, paid in output["payouts"].items()} == {"a": 60, "b": 20, "c": 40}
    assert output["gv"]["a"] == 6000


def test_equal_rates_above_one_another_are_paid_once() -> None:
    row = {"type": "differential", "rate_by_rank": {"top": 800, "mid": 500, "low": 300}}
    ranks = ("top", "mid", "mid", "low")
    members = [{**one, "rank": rank} for one, rank in zip(CHAIN, ranks, strict=True)]
    output = evaluated([row], members, [order("1", "d", 1000)])
    assert {name: paid["differential"] for name, paid in output["payouts"].items()} == {"a": 30, "c": 20, "d": 30}


def test_marginal_tiers_on_group_volume_pay_what_own_sales_add_on_top() -> None:
    row = {"type": "personal_tier", "threshold_on": "gv", "tiers": steps((0, 1000), (1000, 2000))}
    output = evaluated([row], CHAIN[:2], [order("1", "a", 300), order("2", "b", 900)])
    assert output["payouts"] == {"a": {"personal_tier": 50}, "b": {"personal_tier": 90}}


def test_a_hubs_fee_is_split_and_a_vacant_hubs_part_is_breakage() -> None:
    row = {"type": "hub_share", "fee_bps": 1000, "split_bps": {"connector": 2500, "company": 7500}}
    orders = [order("1", None, 1010, hub="h"), order("2", None, 400, hub="i")]
    output = evaluated([row], [person("k", connector_of="h")], orders)
    assert output["payouts"] == {"k": {"hub_share": 25}}
    assert output["company"] == {"hub_share": 76 + 30}
    assert output["breakage"] == {"hub_share": 10}


def test_beneath_the_first_tier_nothing_is_paid() -> None:
    row = {"mode": "slab", "type": "personal_tier", "tiers": steps((1000, 500))}
    orders = [order("1", "a", 999), order("2", "b", 1000)]
    assert evaluated([row], CHAIN, orders)["payouts"] == {"b": {"personal_tier": 50}}
    assert evaluated([{**row, "mode": "marginal"}], CHAIN, [order("1", "a", 1200)])["payouts"] == {
        "a": {"personal_tier": 10}
    }
