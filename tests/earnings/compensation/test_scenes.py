"""The small networks on which the lint tries a plan: shapes, volumes around thresholds, what stands beside."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.earnings.compensation.plans.lint import scenes, searches
from hubapp.earnings.compensation.plans.lint.scenes import PLENTY, SHAPES, Scene
from hubapp.earnings.compensation.plans.schema import Plan
from tests.earnings.compensation.examples import DEFAULT, plan

PERSONAL, TEAM, HUB, POOL = DEFAULT["component"]


def steps(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"from": start, "bps": bps} for start, bps in pairs]


def of(*components: dict[str, Any]) -> Plan:
    return plan(component=[{"id": f"c{at}", **one} for at, one in enumerate(components)], caps={}, eligibility={})


def tiered(*starts: int) -> Plan:
    return of({"type": "personal_tier", "tiers": steps(*((start, at) for at, start in enumerate(starts)))})


def test_shapes_are_one_alone_lines_and_legs() -> None:
    ways = [[sum(1 for above in parents if above == place) for place in range(len(parents))] for parents in SHAPES]
    assert ways == [[0], [1, 0], [1, 1, 0], [2, 0, 0], [2, 1, 0, 0]]
    assert all(parents[0] == -1 and -1 not in parents[1:] for parents in SHAPES)
    assert [parents.index(1) if 1 in parents else None for parents in SHAPES] == [None, None, 2, None, 3]


def test_one_sells_more_and_nobody_else() -> None:
    assert Scene((-1, 0, 0), (5, 6, 7)).selling(1, 10) == Scene((-1, 0, 0), (5, 16, 7))


def test_one_as_two_keeps_the_sales_and_may_give_away_the_legs() -> None:
    scene = Scene((-1, 0, 1, 1), (5, 9, 7, 8))
    assert scene.split(1, 4, with_legs=False) == Scene((-1, 0, 1, 1, 1), (5, 5, 7, 8, 4))
    assert scene.split(1, 4, with_legs=True) == Scene((-1, 0, 4, 4, 1), (5, 5, 7, 8, 4))


def test_a_person_is_tried_as_two_with_nothing_half_and_everything() -> None:
    scene = Scene((-1, 0), (10, 4))
    assert list(searches._selves(scene, 0)) == [
        scene.split(0, 0, with_legs=True),
        scene.split(0, 5, with_legs=False),
        scene.split(0, 5, with_legs=True),
        scene.split(0, 10, with_legs=False),
        scene.split(0, 10, with_legs=True),
    ]
    assert list(searches._selves(scene, 1)) == [scene.split(1, moved, with_legs=False) for moved in (2, 4)]
    assert list(searches._selves(Scene((-1,), (0,)), 0)) == []


def test_thresholds_are_where_rates_and_fixed_payments_begin() -> None:
    assert scenes.thresholds(plan()) == [50_000, 100_000, 200_000, 500_000, 2_000_000]
    assert scenes.thresholds(of({**HUB, "id": "h", "tiers": steps((1, 5))})) == [1, 100_000]
    assert scenes.thresholds(of({"type": "group_tier", "tiers": steps((0, 1), (7, 2))})) == [7]
    assert scenes.thresholds(of({"type": "differential", "rate_by_rank": {"x": 1}})) == [10_000]


def test_volumes_stand_beneath_at_between_and_above_thresholds() -> None:
    found = list(scenes.scenes(tiered(0, 100, 300, 500)))
    tried = [sorted({cv for scene in found if scene.parents == parents for cv in scene.volumes}) for parents in SHAPES]
    assert tried[0] == [0, 99, 100, 299, 300, 499, 500, 1000, 10_000]
    assert tried[1] == [0, 99, 299, 300, 500, 10_000]
    assert tried[2:] == [[0, 300, 10_000]] * 3
    assert len(set(found)) == len(found) == 9 + 6**2 + 3**3 + 3**3 + 3**4


def test_scenes_stand_side_by_side_each_with_its_hub_and_connector() -> None:
    two = [Scene((-1, 0), (5, 0)), Scene((-1, 0, 0), (0, 7, 8))]
    found = scenes.side_by_side(of({"type": "generation", "breakaway_rank": "B", "rates_bps": [1]}), two)
    people, orders, hubs = found.members, found.orders, found.hubs
    assert people.tree.parent.tolist() == [-1, 0, -1, -1, 3, 3, -1]
    assert (list(people.ids), sorted(people.ids)) == (people.ids, people.ids)
    assert {people.coded_ranks()[1][code] for code in people.coded_ranks()[0]} == {"B"}
    assert people.active.all()
    assert set(people.customers.tolist()) == {PLENTY}
    assert people.earlier_cv.tolist() == [0] * 7
    assert (orders.seller.tolist(), orders.hub.tolist(), orders.buyer.tolist()) == ([0, 4, 5], [0, 1, 1], [0] * 3)
    for column in (orders.amount, orders.cv, orders.pv):
        assert column.tolist() == [5, 7, 8]
    assert (hubs.connectors, hubs.repeat_customers, len(set(hubs.ids))) == ([[(2, 1)], [(6, 1)]], [1, 1], 2)
    assert hubs.customers == [PLENTY, PLENTY]


def test_a_scene_may_sell_something_else_to_somebody_else() -> None:
    orders = Scene((-1,), (5,)).inputs(plan(), buyer=1, kind="kit").orders
    assert (orders.buyer.tolist(), [orders.kind_names[code] for code in orders.kind]) == ([1], ["kit"])
    orders = Scene((-1,), (5,)).inputs(plan()).orders
    assert (orders.buyer.tolist(), [orders.kind_names[code] for code in orders.kind]) == ([0], ["product"])


@pytest.mark.parametrize(
    ("components", "rank"),
    [
        ([PERSONAL], None),
        ([PERSONAL, {"type": "unilevel", "levels_bps": [1]}], None),
        ([PERSONAL, {"type": "unilevel", "levels_bps": [1], "depth_by_rank": {"silver": 1, "gold": 2}}], "gold"),
        ([TEAM, {"type": "differential", "rate_by_rank": {"gold": 1, "silver": 2}}], "silver"),
        ([{"type": "differential", "rate_by_rank": {"b": 2, "a": 2}}], "a"),
        ([{"type": "generation", "breakaway_rank": "B", "rates_bps": [1]}], "B"),
    ],
)
def test_everybody_has_the_rank_that_earns_most(components: list[dict[str, Any]], rank: str | None) -> None:
    assert scenes.best_rank(of(*({**one, "id": f"x{at}"} for at, one in enumerate(components)))) == rank
