"""Losers first: what everybody gains or loses sums to the difference of the totals, the worst comes first."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import cases, preview
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.schema import Caps, Plan
from tests.earnings.compensation import strategies
from tests.earnings.compensation.examples import default, inputs, order, person, plan

CAREFUL = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
TREE = [person("a"), person("b", "a"), person("c", "b")]


def read(case: dict[str, Any]) -> cases.Case:
    undated = [{key: value for key, value in one.items() if key != "period"} for one in case["orders"]]
    return cases.read(case | {"orders": undated}, file="random.json")


def halved(old: Plan) -> Plan:
    """The same plan with a cap that half of it reaches."""
    return replace(old, caps=Caps((old.caps.total_bps or 3000) // 2, old.caps.per_participant, old.caps.scale_order))


def with_rate(bps: int) -> Plan:
    row = {"id": "margin", "type": "retail_margin", "bps": bps}
    return plan(**default(component=[row], caps={}, eligibility={}))


@CAREFUL
@given(strategies.whole_cases())
def test_the_differences_sum_to_the_difference_of_the_totals(case: dict[str, Any]) -> None:
    one = read(case)
    fewer = one.inputs.without(one.inputs.orders.ids[:2])
    found = preview.losers_first(one.plan, halved(one.plan), [one.inputs, fewer])
    assert sum(row.difference for row in found.rows) == found.after - found.before
    assert all(sum(moved for _, moved in row.parts) == row.difference for row in found.rows)


@CAREFUL
@given(strategies.whole_cases())
def test_the_worst_comes_first_and_losers_before_all_others(case: dict[str, Any]) -> None:
    one = read(case)
    found = preview.losers_first(one.plan, halved(one.plan), [one.inputs])
    differences = [row.difference for row in found.rows]
    assert differences == sorted(differences)
    assert list(found.losers) == list(found.rows[: len(found.losers)])
    assert found.lost == -sum(difference for difference in differences if difference < 0)


@CAREFUL
@given(strategies.whole_cases())
def test_the_same_plan_gives_no_losers_and_no_winners(case: dict[str, Any]) -> None:
    one = read(case)
    found = preview.losers_first(one.plan, one.plan, [one.inputs, one.inputs])
    assert found.rows == ()
    assert found.before == found.after


def test_who_loses_by_how_much_and_in_how_many_periods() -> None:
    months = [inputs(TREE, [order("1", "b", 10_000), order("2", "c", 1000)]), inputs(TREE, [order("3", "b", 500)])]
    found = preview.losers_first(with_rate(1000), with_rate(800), months)
    rows = [(row.member, row.before, row.after, row.less_in, row.parts) for row in found.rows]
    assert rows == [("b", 1050, 840, 2, (("margin", -210),)), ("c", 100, 80, 1, (("margin", -20),))]
    assert [(one.turnover_before, one.before, one.after) for one in found.periods] == [
        (11_000, 1100, 880),
        (500, 50, 40),
    ]


def test_somebody_who_loses_in_one_period_and_gains_more_in_another_is_no_loser() -> None:
    tiers = [{"from": 0, "bps": 0}, {"from": 1000, "bps": 3000}]
    row = {"id": "margin", "type": "personal_tier", "mode": "slab", "tiers": tiers}
    steep = plan(**default(component=[row], caps={}, eligibility={}))
    months = [inputs(TREE, [order("1", "b", 900)]), inputs(TREE, [order("2", "b", 2000)])]
    found = preview.losers_first(with_rate(1000), steep, months)
    assert [(one.member, one.difference, one.less_in) for one in found.rows] == [("b", 310, 1)]
    assert found.losers == ()


def test_a_period_with_the_same_pay_is_none_with_less() -> None:
    tiers = [{"from": 0, "bps": 1000}, {"from": 1000, "bps": 800}, {"from": 5000, "bps": 999}]
    flat = {"id": "margin", "type": "personal_tier", "mode": "slab", "tiers": tiers}
    changed = plan(**default(component=[flat], caps={}, eligibility={}))
    months = [inputs(TREE, [order("1", "b", 500)]), inputs(TREE, [order("2", "b", 2000), order("3", "c", 5000)])]
    found = preview.losers_first(with_rate(1000), changed, months)
    assert [(one.member, one.difference, one.less_in) for one in found.losers] == [("b", -40, 1), ("c", -1, 1)]
    assert found.lost == 41
    assert [(one.ratio_before, one.ratio_after) for one in found.periods] == [(1000, 1000), (1000, 942)]


def test_what_moves_from_one_component_to_another_is_said_of_both() -> None:
    row = {"id": "other", "type": "retail_margin", "bps": 800}
    changed = plan(**default(component=[row], caps={}, eligibility={}))
    found = preview.losers_first(with_rate(1000), changed, [inputs(TREE, [order("1", "b", 1000)])])
    assert [(one.difference, one.parts) for one in found.rows] == [(-20, (("margin", -100), ("other", 80)))]


def test_who_is_paid_under_the_new_plan_only_is_there_too() -> None:
    found = preview.losers_first(with_rate(0), with_rate(1000), [inputs(TREE, [order("1", "b", 1000)])])
    assert [(one.member, one.before, one.after, one.less_in) for one in found.rows] == [("b", 0, 100, 0)]


def test_who_loses_one_unit_is_a_loser() -> None:
    found = preview.losers_first(with_rate(1000), with_rate(999), [inputs(TREE, [order("1", "b", 1000)])])
    assert [(one.member, one.difference) for one in found.losers] == [("b", -1)]


def test_each_plan_may_classify_the_same_sales_in_its_own_way() -> None:
    was, would = (inputs(TREE, [order("1", "b", 1000, buyer=buyer)]) for buyer in ("customer", "participant"))
    found = preview.compared([((with_rate(1000), was), (with_rate(1000), would))])
    assert [(row.member, row.difference) for row in found.rows] == [("b", -100)]
    assert (found.periods[0].turnover_before, found.periods[0].turnover_after) == (1000, 0)


def test_periods_are_read_one_by_one() -> None:
    asked: list[str] = []

    def months() -> Any:
        for name in ("1", "2"):
            asked.append(name)
            yield inputs(TREE, [order(name, "b", 1000)])

    assert len(preview.losers_first(with_rate(1000), with_rate(900), months()).periods) == len(asked)


@CAREFUL
@given(st.integers(0, 10**9), st.integers(1, 10**9))
def test_a_ratio_is_never_shown_lower_than_it_is(paid: int, turnover: int) -> None:
    shown = preview.ratio(paid, turnover)
    assert shown * turnover >= paid * 10_000 > (shown - 1) * turnover or paid == shown == 0


def test_without_sales_there_is_no_ratio() -> None:
    assert preview.ratio(0, 0) == 0
    assert preview.losers_first(with_rate(1), with_rate(2), list[Inputs]()).periods == ()
