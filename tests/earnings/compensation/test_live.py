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
from tests.earnings.compensation.examples import plan
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


def test_a_volume_by_name_is_that_of_the_batch() -> None:
    volumes = Volumes(own=2, own_pv=3, gv=5, gpv=7)
    names = ("cv", "pv", "gv", "gpv", "gv_down", "cumulative_cv")
    assert [volumes.named(name, earlier_cv=11) for name in names] == [2, 3, 5, 7, 3, 13]
