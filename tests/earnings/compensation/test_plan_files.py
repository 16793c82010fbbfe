"""What a plan says once it is read: what is left out, other words for the same, and either-or."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, engine, product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.lint import static
from hubapp.earnings.compensation.plans.live import Hub, Volumes, conditions, steps
from hubapp.earnings.compensation.plans.schema import Caps
from tests.earnings.compensation.examples import DEFAULT, case, default, evaluated, inputs, order, person, plan

PEOPLE = [person("a"), person("b", "a")]
STEPS = [{"from": 0, "bps": 100}, {"from": 1000, "bps": 300}]


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({"type": "pool", "shares": {"a": 1}}, "fund_bps"),
        ({"type": "pool", "shares": {"a": 1}, "fund_bps": 1, "fund_fixed": 1}, "fund_bps"),
        ({"type": "pool", "fund_bps": 1}, "shares"),
        ({"type": "pool", "fund_bps": 1, "shares": {}, "shares_on": "hub_new_customers_repeat"}, "shares"),
        ({"type": "differential"}, "schedule"),
        ({"type": "differential", "schedule": STEPS, "rate_by_rank": {"x": 1}}, "schedule"),
        ({"type": "differential", "mode": "marginal", "schedule": STEPS, "threshold_on": "gpv"}, "mode"),
        ({"type": "differential", "mode": "marginal", "rate_by_rank": {"x": 1}}, "mode"),
        ({"type": "differential", "schedule": STEPS, "customer_rule": {}}, "customer_rule"),
        ({"type": "personal_tier", "mode": "marginal", "threshold_on": "pv", "tiers": STEPS}, "threshold_on"),
        ({"type": "hub_share", "fee_bps": 1, "split_bps": {"connector": 1, "company": 1}}, "split_bps"),
        ({"type": "hub_tier", "tiers": STEPS, "split": {"a": 1}}, "split"),
        ({"type": "geometric", "reward": 1, "ratio_num": 2, "ratio_den": 1, "budget": 1}, "ratio_num"),
        ({"type": "unilevel", "levels_bps": []}, "levels_bps"),
        ({"type": "fee_cascade", "steps": [{"payer": "IN", "to": {"a": 9000, "b": 1001}}]}, "steps[0].to"),
    ],
)
def test_either_or_and_what_must_add_up(row: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as refusal:
        cases.read(case([row], PEOPLE, []), file="f")
    assert refusal.value.key == f"plan.components[0].{key}"


@pytest.mark.parametrize("name", ["cv", "own_cv"])
def test_own_cv_is_another_word_for_cv(name: str) -> None:
    row = {"type": "personal_tier", "mode": "slab", "threshold_on": name, "tiers": STEPS}
    assert evaluated([row], PEOPLE, [order("1", "b", 1000)])["payouts"] == {"b": {"personal_tier": 30}}


def test_what_an_order_does_not_say_is_nothing() -> None:
    sold = {"id": "1", "seller": "b", "buyer": "customer", "amount": 700, "cv": 500}
    ground = Ground(inputs(PEOPLE, [sold]))
    assert (ground.gpv.tolist(), ground.own.tolist(), ground.gross, ground.turnover) == ([0, 0], [0, 500], 700, 500)
    assert (ground.orders.hub.tolist(), ground.hubs.ids) == ([-1], [])


def test_the_default_plan_is_read_as_it_is_written() -> None:
    read = plan()
    assert (read.id, read.version, read.currency, read.retail_share_min) == ("default", 1, "EUR", (2, 3))
    assert read.caps == Caps(3000, 500_000, ("hub_pool", "team"))
    assert read.rule is not None
    assert (read.rule.min_customers, read.rule.min_volume, read.rule.in_points, read.rule.majority) == (
        10,
        10_000,
        False,
        True,
    )
    assert read.period is not None
    assert (read.period.kind, read.period.close_lag_days, read.period.event_time) == ("month", 16, "delivered_at")
    assert read.refunds is not None
    assert (read.refunds.max_age_days, read.refunds.holdback_bps, read.refunds.recover_bps) == (400, 0, 5000)
    assert (read.rounding.mode, read.rounding.unit) == ("down", 1)
    bare = product.read(default(refunds={}, rounding={}, eligibility={}, caps={}), file="plan.toml")
    assert (bare.rule, bare.caps, bare.rounding.mode) == (None, Caps(), "down")


def test_a_rule_of_a_component_is_in_points_and_the_plans_in_cv() -> None:
    team = {**DEFAULT["component"][1], "customer_rule": {"min_customer_pv": 50}}
    read = inputs([person("a", customers=99), person("b", "a", customers=99)], [order("1", "b", 200_000)])
    members = replace(read.members, customer_pv=[49, 50], customer_cv=[50, 0])
    result = engine.compute(plan(component=[team], caps={}), replace(read, members=members))
    assert result.paid[0].forfeited == {}  # the leg takes all, nothing comes from the downline
    slab = {**team, "mode": "slab", "schedule": [{"from": 0, "bps": 100}, {"from": 200_001, "bps": 200}]}
    own = inputs([person("a"), person("b", "a")], [order("1", "b", 200_000), order("2", "a", 1)])
    members = replace(own.members, customer_pv=[49, 50], customer_cv=[50, 0], customers=[99, 99])
    forfeited = engine.compute(plan(component=[slab], caps={}), replace(own, members=members)).paid[0].forfeited
    assert forfeited == {0: 100 * 200_000}


def named(found: Any, clause: str, check: str) -> list[Any]:
    return [one.value for one in found if (one.clause, one.check) == (clause, check)]


def test_people_paid_per_sale_are_counted_by_positive_rates() -> None:
    rows = [
        {"id": "g", "type": "generation", "breakaway_rank": "x", "rates_bps": [100, 0, 50]},
        {"id": "u", "type": "unilevel", "levels_bps": [100, 0]},
        {"id": "d", "type": "differential", "rate_by_rank": {"x": 0, "y": 10, "z": 10}},
    ]
    counts = [named(static.findings(plan(component=[row], caps={})), "M17", "paid people per sale") for row in rows]
    assert counts == [[2], [1], [1]]
    together = static.findings(plan(component=rows, caps={}))
    assert named(together, "M17", "paid people per sale") == [4]


def test_customers_and_majority_are_asked_only_of_group_pay() -> None:
    personal, team = DEFAULT["component"][:2]
    alone, group = (list(static.findings(plan(component=[row], caps={}))) for row in (personal, team))
    assert (named(alone, "M7", "customers"), named(alone, "M2", "majority")) == ([], [])
    assert (named(group, "M7", "customers"), named(group, "M2", "majority")) == ([10], [1])


def test_a_hub_has_bought_nothing_before_its_first_order() -> None:
    assert [one.reached for one in steps(plan(), Volumes(), hub=Hub())] == [0, 0, 0]
    (team, hub) = conditions(plan(), hub=Hub())
    assert (team.missing_customers, team.missing_volume) == (10, 10_000)
    assert (hub.missing_customers, hub.missing_volume) == (10, 100_000)
