"""Volumes kept sale by sale are those of the batch at any moment, and say what is missing in terms of customers."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import live
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.live import NOTHING, Condition, Hub, Step, Volumes
from hubapp.earnings.compensation.plans.tree import plant
from tests.earnings.compensation import keeping, strategies
from tests.earnings.compensation.examples import DEFAULT, plan
from tests.earnings.compensation.keeping import Sale

CAREFUL = strategies.careful(60)
KINDS = ("product", "kit", "shipping")
BASE = plan().base


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[int], list[tuple[int, Sale]], list[int]]:
    """(parents, sales in order, which of them are refunded at once after the next one)."""
    size = draw(st.integers(1, 8))
    parents = [draw(st.integers(-1, place - 1)) for place in range(size)]
    sale = st.builds(
        Sale, st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, len(BUYERS) - 1), st.sampled_from(KINDS)
    )
    sales = draw(st.lists(st.tuples(st.integers(0, size - 1), sale), max_size=12))
    return parents, sales, [place for place in range(len(sales)) if draw(st.booleans())]


def batch(parents: list[int], sales: list[tuple[int, Sale]]) -> list[Volumes]:
    size = len(parents)
    ids, zero = [f"m{place}" for place in range(size)], [0] * size
    people = Members(ids, plant(parents, ids), [None] * size, [True] * size, zero, zero, zero, zero)
    rows = [
        (f"o{at}", member, one.buyer, one.cv, one.cv, one.pv, -1, one.kind) for at, (member, one) in enumerate(sales)
    ]
    ground = Ground(Inputs(people, Orders(*zip(*rows, strict=True)) if rows else Orders()), base=BASE)
    columns = (ground.own, ground.own_pv, ground.gv, ground.gpv, *ground.ratios)
    return [Volumes(*row) for row in zip(*(column.tolist() for column in columns), strict=True)]


@CAREFUL
@given(histories())
def test_live_volumes_are_those_of_the_batch_after_every_sale_and_refund(history: Any) -> None:
    parents, sales, gone = history
    kept: dict[int, Volumes] = {}
    standing: list[tuple[int, Sale]] = []
    line = plant(parents, []).path
    for place, (member, sale) in enumerate(sales):
        keeping.record(kept, sale, line(member), base=BASE)
        standing.append((member, sale))
        if place in gone:
            back, lost = standing.pop(0)
            keeping.record(kept, lost, line(back), base=BASE, is_refund=True)
        assert [kept.get(one, NOTHING) for one in range(len(parents))] == batch(parents, standing)


@CAREFUL
@given(histories())
def test_refunding_every_sale_returns_live_volumes_to_zero(history: Any) -> None:
    parents, sales, _ = history
    kept: dict[int, Volumes] = {}
    line = plant(parents, []).path
    for is_refund in (False, True):
        for member, sale in sales:
            keeping.record(kept, sale, line(member), base=BASE, is_refund=is_refund)
    assert set(kept.values()) <= {NOTHING}


def test_only_the_sellers_line_is_touched() -> None:
    touched = [member for member, _ in keeping.deltas(Sale(500), ["seller", "sponsor", "root"], base=None)]
    assert touched == ["seller", "sponsor", "root"]


def test_what_is_missing_is_said_for_personal_team_and_hub() -> None:
    volumes = Volumes(own=49_999, gv=100_000)
    assert live.steps(plan(), volumes, hub=Hub(amount=1, cv=2_000_000)) == [
        Step("personal", "cv", 49_999, tier=1, bps=1000, missing=1, next_bps=1200),
        Step("team", "gv", 100_000, tier=2, bps=200, missing=400_000, next_bps=300),
        Step("hub", "hub_cv", 2_000_000, tier=3, bps=700, missing=None, next_bps=None),
    ]
    assert [step.component for step in live.steps(plan(), volumes)] == ["personal", "team"]


def test_conditions_count_customers_and_what_they_bought() -> None:
    found = live.conditions(plan(), customers=7, customer_cv=10_000, hub=Hub(cv=99_999, customers=10))
    assert found == [
        Condition("team", missing_customers=3, missing_volume=0, either=True),
        Condition("hub", missing_customers=0, missing_volume=1, either=False),
    ]
    assert [one.is_met for one in found] == [True, False]


def test_more_than_is_asked_is_nothing_missing() -> None:
    (team,) = live.conditions(plan(), customers=12, customer_cv=20_000)
    assert (team.missing_customers, team.missing_volume, team.is_met) == (0, 0, True)


def test_conditions_in_points_count_points_and_without_any_nothing_was_bought() -> None:
    team = {**DEFAULT["component"][1], "customer_rule": {"min_customer_pv": 50}}
    rules = plan(component=[team], caps={}, eligibility={})
    asked = Condition("team", missing_customers=None, missing_volume=30, either=True, in_points=True)
    assert live.conditions(rules, customers=9, customer_cv=9, customer_pv=20) == [asked]
    assert [one.missing_volume for one in live.conditions(rules)] == [50]
    only = plan(component=[DEFAULT["component"][1]], caps={}, eligibility={"min_verified_customers": 4})
    assert live.conditions(only) == [Condition("team", missing_customers=4, missing_volume=None, either=True)]
    assert live.conditions(plan(component=[DEFAULT["component"][1]], caps={}, eligibility={})) == []


def test_every_kind_of_tiers_has_its_step() -> None:
    steps = [{"from": 10, "bps": 100}, {"from": 50, "bps": 200}]
    rows = [
        {"id": "g", "type": "group_tier", "tiers": steps, "mode": "slab"},
        {"id": "c", "type": "personal_tier", "tiers": steps, "threshold_on": "cumulative_cv"},
        {"id": "s", "type": "differential", "schedule": steps, "threshold_on": "gpv"},
        {"id": "r", "type": "differential", "rate_by_rank": {"x": 1}},
        {"id": "h", "type": "hub_tier", "tiers": steps, "on": "amount"},
    ]
    volumes = Volumes(own=9, gv=59, gpv=50)
    assert live.steps(plan(component=rows, caps={}), volumes, earlier_cv=1, hub=Hub(amount=60, cv=7)) == [
        Step("g", "gv_down", 50, tier=2, bps=200, missing=None, next_bps=None),
        Step("c", "cumulative_cv", 10, tier=1, bps=100, missing=40, next_bps=200),
        Step("s", "gpv", 50, tier=2, bps=200, missing=None, next_bps=None),
        Step("h", "hub_amount", 60, tier=2, bps=200, missing=None, next_bps=None),
    ]
    (first, *_) = live.steps(plan(component=rows, caps={}), Volumes())
    assert first == Step("g", "gv_down", 0, tier=0, bps=0, missing=10, next_bps=100)


def test_before_the_first_sale_there_is_nothing() -> None:
    assert Volumes(own=0, own_pv=0, gv=0, gpv=0, from_customers=0, everything=0) == NOTHING
    assert Hub() == Hub(amount=0, cv=0, customers=0)
    assert Volumes(own=3).named("cumulative_cv") == 3
    row = {"id": "c", "type": "personal_tier", "tiers": [{"from": 0, "bps": 1}], "threshold_on": "cumulative_cv"}
    assert [one.reached for one in live.steps(plan(component=[row], caps={}), Volumes(own=3))] == [3]


def test_changes_of_volumes_are_added_each_to_its_own() -> None:
    assert Volumes(1, 2, 3, 4, 5, 6) + Volumes(10, 20, 30, 40, 50, 60) == Volumes(11, 22, 33, 44, 55, 66)


def test_a_volume_by_name_is_that_of_the_batch() -> None:
    volumes = Volumes(own=2, own_pv=3, gv=5, gpv=7)
    names = ("cv", "pv", "gv", "gpv", "gv_down", "cumulative_cv")
    assert [volumes.named(name, earlier_cv=11) for name in names] == [2, 3, 5, 7, 3, 13]
