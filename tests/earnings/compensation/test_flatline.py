"""The flatline test: what customers were observed to buy again, and commitments that it funds or does not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import cases, engine, flatline
from hubapp.earnings.compensation.plans.flatline import carried_on, observed
from hubapp.earnings.compensation.plans.inputs import Orders
from hubapp.earnings.compensation.plans.schema import Caps, Plan
from tests.earnings.compensation import strategies
from tests.earnings.compensation.examples import default, inputs, order, person, plan

CAREFUL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
MARGIN = {"id": "margin", "type": "retail_margin", "bps": 1000}
PEOPLE = [person("a"), person("b", "a")]
LAST = inputs(PEOPLE, [order("1", "a", 60_000), order("2", "b", 40_000)])  # 100,000 in the last period


def of(*components: dict[str, Any], total_bps: int | None = 3000) -> Plan:
    caps = {} if total_bps is None else {"total_bps": total_bps}
    return plan(**default(component=[MARGIN, *components], caps=caps, eligibility={}))


def pool(fixed: int) -> dict[str, Any]:
    return {"id": "promise", "type": "pool", "fund_fixed": fixed, "shares": {"a": 1}}


def test_a_rate_of_what_is_sold_is_always_funded() -> None:
    found = flatline.flatline(of(), LAST, [5000], months=3)
    assert [(one.turnover, one.promised, one.funding) for one in found.months] == [
        (100_000, 10_000, 30_000),
        (50_000, 5000, 15_000),
        (25_000, 2500, 7500),
        (12_500, 1250, 3750),
    ]
    assert found.is_funded
    assert (found.first_short, found.short) == (None, 0)


def test_a_fixed_promise_falls_short_once_sales_have_fallen_far_enough() -> None:
    found = flatline.flatline(of(pool(10_000)), LAST, [8000, 6000, 4000], months=3)
    assert [(one.promised, one.funding, one.is_funded) for one in found.months] == [
        (20_000, 30_000, True),
        (18_000, 24_000, True),
        (16_000, 18_000, True),
        (14_000, 12_000, False),
    ]
    assert found.first_short == found.months[3]
    assert found.short == 2000


def test_what_is_exactly_covered_is_funded() -> None:
    assert flatline.flatline(of(pool(20_000)), LAST, [10_000], months=1).is_funded
    assert not flatline.flatline(of(pool(20_001)), LAST, [10_000], months=1).is_funded


def test_what_is_owed_beside_the_plan_counts_every_month() -> None:
    found = flatline.flatline(of(), LAST, [5000], months=2, fixed=6000)
    assert [one.commitments for one in found.months] == [16_000, 11_000, 8500]
    assert [one.short for one in found.months] == [0, 0, 1000]


def test_the_part_that_may_be_paid_is_the_cap_or_what_is_said() -> None:
    assert flatline.flatline(of(), LAST, [5000], months=1).funding_bps == 3000
    assert flatline.flatline(of(total_bps=None), LAST, [5000], months=1).funding_bps == 10_000
    assert not flatline.flatline(of(), LAST, [5000], months=1, funding_bps=900).is_funded


def test_the_cap_on_the_total_does_not_hide_what_was_promised() -> None:
    found = flatline.flatline(of(pool(50_000)), LAST, [10_000], months=1)
    assert found.months[1].promised == 60_000
    assert found.months[1].short == 30_000


def test_customers_who_buy_every_other_month_are_no_loss() -> None:
    bought = {(0, 0): 100, (2, 0): 100, (4, 0): 100}
    assert observed(bought) == (10_000,) * 4


def test_only_customers_who_were_there_already_count_as_repeat_sales() -> None:
    bought = {(0, 0): 1000, (1, 0): 400, (1, 1): 600, (2, 0): 300, (2, 1): 300, (2, 2): 9000}
    # After one month 400 of 1000 and 600 of 1000; after two months 300 of 1000.
    assert observed(bought) == (5000, 3000)


def test_nobody_is_assumed_to_buy_more_than_before() -> None:
    assert observed({(0, 0): 100, (1, 0): 500}) == (10_000,)
    assert observed({(0, 0): 0, (1, 0): 500}) == (0,)


def test_periods_are_counted_from_the_first_and_twelve_at_most() -> None:
    assert observed({(3, 3): 100, (4, 3): 50}) == (5000,)
    always = {(period, 0): 100 for period in range(20)}
    assert observed(always) == (10_000,) * 12
    assert carried_on([9000]) == carried_on([9000], months=12)
    assert len(flatline.flatline(of(), LAST, [5000]).months) == 13


def test_a_months_ratio_is_what_it_owes_of_what_is_sold() -> None:
    found = flatline.flatline(of(pool(5000)), LAST, [5000], months=1, fixed=1)
    assert [one.ratio for one in found.months] == [1501, 2001]


def test_what_was_not_observed_yet_goes_on_as_it_began() -> None:
    assert carried_on([8000, 5000], months=5) == (8000, 5000, 4000, 2500, 2000)
    assert carried_on([], months=5) == ()
    assert carried_on([9000, 8000, 7000], months=2) == (9000, 8000)


@pytest.mark.parametrize("bought", [{}, {(3, 3): 100}])
def test_one_period_says_nothing_about_repeat_sales(bought: dict[tuple[int, int], int]) -> None:
    assert observed(bought) == ()
    assert len(flatline.flatline(of(), LAST, observed(bought)).months) == 1


@CAREFUL
@given(
    st.dictionaries(
        st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda pair: pair[1] <= pair[0]), st.integers(0, 10**6)
    ),
    st.integers(1, 24),
)
def test_a_curve_never_grows_above_everything_and_has_a_value_for_every_month(
    bought: dict[tuple[int, int], int], months: int
) -> None:
    curve = carried_on(observed(bought), months=months)
    assert all(0 <= bps <= 10_000 for bps in curve)
    assert len(curve) in {0, months}


@CAREFUL
@given(strategies.whole_cases())
def test_adding_up_orders_by_seller_and_hub_changes_nobodys_pay(case: dict[str, Any]) -> None:
    undated = [{key: value for key, value in one.items() if key != "period"} for one in case["orders"]]
    components = [one for one in case["plan"]["components"] if one["type"] != "geometric"]
    kept = case | {"orders": undated, "plan": case["plan"] | {"components": components}}
    one = cases.read(kept, file="random.json")
    whole, summed = (engine.compute(one.plan, each) for each in (one.inputs, flatline.condensed(one.inputs)))
    assert list(whole.totals) == list(summed.totals)
    assert whole.ground.turnover == summed.ground.turnover


def test_orders_are_added_up_by_seller_hub_buyer_and_kind() -> None:
    rows = [
        (1, 0, 0, 10, 7, 3, 0),
        (1, 0, 0, 20, 8, 4, 0),
        (1, 0, 0, 40, 9, 5, 1),
        (1, 0, 1, 80, 10, 6, 0),
        (1, 1, 0, 160, 11, 7, 0),
        (0, 0, 0, 320, 12, 8, 0),
        (-1, -1, 0, 640, 13, 9, 0),
    ]
    seller, hub, buyer, amount, cv, pv, kind = (list(column) for column in zip(*rows, strict=True))
    lines = Orders([f"o{at}" for at in range(7)], seller, buyer, amount, cv, pv, hub, kind, ["product", "kit"])
    found = flatline.condensed(replace(LAST, orders=lines)).orders
    columns = (found.seller, found.hub, found.buyer, found.amount, found.cv, found.pv, found.kind)
    assert [tuple(int(one) for one in row) for row in zip(*columns, strict=True)] == [
        (-1, -1, 0, 640, 13, 9, 0),
        (0, 0, 0, 320, 12, 8, 0),
        (1, 0, 0, 30, 15, 7, 0),
        (1, 0, 0, 40, 9, 5, 1),
        (1, 0, 1, 80, 10, 6, 0),
        (1, 1, 0, 160, 11, 7, 0),
    ]
    assert (list(found.kind_names), found.ids[0], len(set(found.ids))) == (["product", "kit"], "00000000", 6)


def test_one_order_keeps_its_kind() -> None:
    lines = Orders(["x"], [1], [0], [5], [7], [9], [-1], ["kit"])
    found = flatline.condensed(replace(LAST, orders=lines)).orders
    assert [found.kind_names[code] for code in found.kind] == ["kit"]


def test_volumes_since_the_beginning_go_on_growing() -> None:
    row = {"id": "own", "type": "personal_tier", "mode": "slab", "threshold_on": "cumulative_cv"}
    row |= {"tiers": [{"from": 0, "bps": 100}, {"from": 150_000, "bps": 200}]}
    last = inputs(PEOPLE, [order("1", "a", 60_000)])
    found = flatline.flatline(plan(**default(component=[row], caps={}, eligibility={})), last, [10_000], months=2)
    assert [one.promised for one in found.months] == [600, 600, 1200]


def test_orders_without_hub_and_kind_stay_so() -> None:
    lines = Orders(["x", "y"], [1, 1], [0, 0], [5, 6], [7, 8], [9, 10])
    found = flatline.condensed(replace(LAST, orders=lines)).orders
    assert (found.seller.tolist(), found.hub.tolist(), list(found.kind)) == ([1], [-1], [])
    assert (found.amount.tolist(), found.cv.tolist(), found.pv.tolist()) == ([11], [15], [19])


@CAREFUL
@given(strategies.whole_cases(), st.lists(st.integers(0, 10_000), min_size=1, max_size=3))
def test_the_first_month_is_the_last_period_before_the_cap_on_the_total(case: dict[str, Any], curve: list[int]) -> None:
    undated = [{key: value for key, value in one.items() if key != "period"} for one in case["orders"]]
    components = [one for one in case["plan"]["components"] if one["type"] != "geometric"]
    one = cases.read(case | {"orders": undated, "plan": case["plan"] | {"components": components}}, file="x.json")
    capless = replace(one.plan, caps=Caps(None, one.plan.caps.per_participant))
    found = flatline.flatline(one.plan, one.inputs, curve, months=3)
    assert found.months[0].promised == sum(engine.compute(capless, one.inputs).totals)
    assert all(month.turnover <= found.months[0].turnover for month in found.months)
