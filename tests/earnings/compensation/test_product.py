"""What the product's plan adds: who counts as a buyer, caps in order, connectors' days, debts, dates."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from hubapp.earnings.compensation.plans import engine, explain, limits, product, refunds
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.inputs import BUYERS, Hubs, Inputs, buyer_class
from hubapp.earnings.compensation.plans.refunds import Settlement, settle
from hubapp.earnings.compensation.plans.schema import Caps
from tests.earnings.compensation.examples import inputs, order, person, plan

MEMBERS = [person("k"), person("m"), person("s", customers=10)]


def capped(amounts: list[list[int]], **how: Any) -> list[list[int]]:
    return [row.tolist() for row in limits.capped([np.array(row) for row in amounts], **how)]


def with_hub(orders: list[dict[str, object]], hubs: Hubs) -> Inputs:
    read = inputs(MEMBERS, orders)
    return replace(read, orders=replace(read.orders, hub=[0] * len(orders)), hubs=hubs)


@pytest.mark.parametrize("kind", ["kit", "entry_fee", "training", "shipping", "gift_card", "donation"])
def test_excluded_kinds_pay_nothing(kind: str) -> None:
    read = inputs(MEMBERS, [order("1", "s", 1000), order("2", "s", 1000)])
    result = engine.compute(plan(), replace(read, orders=replace(read.orders, kind=["product", kind])))
    assert result.totals == [0, 0, 100]


@pytest.mark.parametrize("buyer", ["participant", "event"])
def test_only_customers_purchases_count(buyer: str) -> None:
    result = engine.compute(plan(), inputs(MEMBERS, [order("1", "s", 1000, buyer=buyer), order("2", "s", 500)]))
    assert result.totals == [0, 0, 50]


@pytest.mark.parametrize(
    ("own", "until", "expected"),
    [
        (True, None, "participant"),
        (False, None, "customer"),
        (False, 40, "participant"),
        (False, 39, "customer"),
        (False, 100, "participant"),
    ],
)
def test_who_left_less_than_the_look_back_ago_is_a_participant_still(
    own: bool, until: int | None, expected: str
) -> None:
    assert BUYERS[buyer_class(is_own=own, participant_until=until, day=100, lookback_days=60)] == expected


def test_a_hubs_line_follows_the_days_that_connectors_held_it() -> None:
    hubs = Hubs(["h"], [[(0, 10), (1, 20)]], [10], [0])
    result = engine.compute(plan(), with_hub([order("1", None, 100_000)], hubs))
    assert result.final[2] == [2667, 5333, 0]  # 5 % of 1000.00 and 30.00, over 10 and 20 days


def test_a_vacant_hub_pays_nobody_and_says_so() -> None:
    result = engine.compute(plan(), with_hub([order("1", None, 100_000)], Hubs(["h"], [[]], [10], [4])))
    assert result.totals == [0, 0, 0]
    assert explain.breakage(result) == {"hub": {"untaken": 80_000_000}, "hub_pool": {"untaken": 5_000_000}}


def test_the_fixed_payment_needs_its_customers() -> None:
    hubs = Hubs(["h"], [[(0, 1)]], [9], [0])
    assert engine.compute(plan(), with_hub([order("1", None, 100_000)], hubs)).totals == [5000, 0, 0]


def test_pools_count_customers_who_came_again_and_cap_each_participant() -> None:
    hubs = Hubs(["g", "h"], [[(0, 1)], [(1, 1)]], [0, 0], [1, 9])
    result = engine.compute(plan(), with_hub([order("1", None, 100_000)], hubs))
    assert result.paid[3].amounts == [50, 100, 0]  # a fund of 500, at most 20 % each


def test_components_are_scaled_in_the_plans_order_and_the_rest_last() -> None:
    amounts, names = [[60, 40], [10, 20], [5, 5]], ["personal", "team", "pool"]
    caps = Caps(total_bps=10_000, scale_order=("pool", "team"))
    assert capped(amounts, caps=caps, names=names, turnover=135) == [[60, 40], [10, 20], [3, 2]]
    assert capped(amounts, caps=caps, names=names, turnover=109) == [[60, 40], [3, 6], [0, 0]]
    assert capped(amounts, caps=caps, names=names, turnover=50) == [[30, 20], [0, 0], [0, 0]]


def test_caps_are_kept_to_the_unit() -> None:
    amounts, names = [[60, 40], [10, 20]], ["personal", "team"]
    caps = Caps(total_bps=10_000, scale_order=("team",))
    assert capped(amounts, caps=caps, names=names, turnover=130) == amounts
    assert capped(amounts, caps=caps, names=names, turnover=129) == [[60, 40], [10, 19]]
    assert capped(amounts, caps=caps, names=names, turnover=100) == [[60, 40], [0, 0]]
    assert capped(amounts, caps=caps, names=names, turnover=99) == [[59, 40], [0, 0]]
    assert capped(amounts, caps=caps, names=names, turnover=0) == [[0, 0], [0, 0]]
    assert (limits.budget(caps, 9), limits.budget(Caps(total_bps=0), 10_000)) == (9, 0)
    assert (limits.budget(Caps(total_bps=3000), 9999), limits.budget(Caps(total_bps=3333), 1)) == (2999, 0)


def test_what_caps_take_leaves_what_was_computed_as_it_is() -> None:
    amounts = [np.array([60, 40]), np.array([10, 20])]
    how = Caps(total_bps=10_000, per_participant=50)
    found = limits.capped(amounts, caps=how, names=["personal", "team"], turnover=80)
    assert [row.tolist() for row in found] == [[34, 26], [6, 14]]
    assert [row.tolist() for row in amounts] == [[60, 40], [10, 20]]


def test_a_participants_cap_keeps_the_proportions_of_the_components() -> None:
    assert capped([[90, 10], [30, 10]], caps=Caps(per_participant=60), names=["a", "b"], turnover=0) == [
        [45, 10],
        [15, 10],
    ]


def test_a_rule_on_customers_forfeits_the_teams_part_and_names_the_reason() -> None:
    members = [person("a", customers=9, customer_pv=9999), person("b", "a", customers=10)]
    result = engine.compute(plan(), inputs(members, [order("1", "a", 150_000), order("2", "b", 100_000)]))
    (line,) = [one for one in explain.lines(result, "a") if one.component == "team"]
    assert (line.computed, line.forfeited, line.reason) == (30_000_000, 20_000_000, "few_customers")
    assert [(piece.why, piece.order, piece.leg) for piece in line.pieces] == [
        ("own_sale", "1", None),
        ("leg", None, "b"),
    ]


@pytest.mark.parametrize(("on", "kept"), [("gv", 30), ("gv_down", 0)])
def test_who_forfeits_group_pay_keeps_what_own_sales_alone_would_earn(on: str, kept: int) -> None:
    row = {"id": "group", "type": "group_tier", "on": on, "tiers": [{"from": 0, "bps": 1000}]}
    members = [person("a", customers=0), person("b", "a", customers=10)]
    read = inputs(members, [order("1", "a", 300), order("2", "b", 500)])
    (paid,) = engine.compute(plan(component=[row], caps={}), read).paid
    assert (paid.amounts[0], paid.forfeited[0]) == (kept, 500_000)


def test_who_had_nothing_to_lose_is_given_no_reason() -> None:
    members = [*(person(name, customers=10) for name in ("a", "b", "c")), person("d", customers=0)]
    row = {"id": "team", "type": "differential", "schedule": [{"from": 0, "bps": 500}]}
    sold = [order("1", "a", 100), order("2", "b", 100), order("3", "b", 100, buyer="participant"), order("4", "d", 9)]
    (paid,) = engine.compute(plan(component=[row], caps={}), inputs(members, sold)).paid
    assert (paid.forfeited, paid.kept.why.tolist()) == ({1: 50_000}, [0, 2, 0, 0])


def test_shares_of_somebody_unknown_are_refused() -> None:
    row = {"id": "pool", "type": "pool", "fund_bps": 1, "shares": {"k": 1, "zed": 1}}
    with pytest.raises(BadInput, match=r"^pool\.shares\.zed: is no member$"):
        engine.compute(plan(component=[row], caps={}), inputs(MEMBERS, []))


def test_a_refund_posts_the_difference_of_the_original_period() -> None:
    read = inputs(MEMBERS, [order("1", "s", 60_000), order("2", "s", 10_000)])
    old = engine.compute(plan(), read)
    assert refunds.differences(old, refunds.after(old, ["2"])) == [(2, "personal", -1200)]
    assert refunds.differences(old, refunds.after(old, [])) == []


@pytest.mark.parametrize(
    ("due", "debt", "expected"),
    [
        (1000, 0, Settlement(paid=900, held=100, recovered=0, debt=0)),
        (-300, 50, Settlement(paid=0, held=0, recovered=0, debt=350)),
        (1000, 2000, Settlement(paid=450, held=50, recovered=500, debt=1500)),
        (1000, 200, Settlement(paid=720, held=80, recovered=200, debt=0)),
        (0, 7, Settlement(paid=0, held=0, recovered=0, debt=7)),
    ],
)
def test_debts_are_carried_and_repaid_from_at_most_half(due: int, debt: int, expected: Settlement) -> None:
    assert settle(due=due, debt=debt, holdback_bps=1000, recover_bps=5000) == expected


def test_without_debt_and_holdback_everything_is_paid_and_a_debt_may_take_it_all() -> None:
    for due in (1, 10_000):
        assert settle(due=due) == Settlement(paid=due, held=0, recovered=0, debt=0)
    assert settle(due=5, debt=9) == Settlement(paid=0, held=0, recovered=5, debt=4)


def test_a_plan_that_starts_in_the_past_is_refused() -> None:
    product.refuse_past_start(plan(), today=date(2026, 12, 31), file="plan.toml")
    with pytest.raises(BadInput, match=r"^plan\.toml: effective_from: starts in the past: 2027-01-01 is not after"):
        product.refuse_past_start(plan(), today=date(2027, 1, 1), file="plan.toml")
