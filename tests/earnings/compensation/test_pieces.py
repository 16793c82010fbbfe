"""The glass box, component by component: each piece with its base, rate, order and level, checked by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, engine, explain
from hubapp.earnings.compensation.plans.engine import COMPONENTS
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.outcome import Piece
from tests.earnings.compensation.examples import case, order, person, plan

CHAIN = [person("a"), person("b", "a"), person("c", "b"), person("d", "c")]
RANKED = [person("a", rank="z"), person("b", "a", rank="y", active=False), person("c", "b", rank="x"), CHAIN[3]]
ONE_EACH = [order("o", "d", 1000), order("n", None, 50), order("p", "c", 200)]


def steps(*pairs: tuple[int, int]) -> list[dict[str, int]]:
    return [{"from": start, "bps": bps} for start, bps in pairs]


def of_inputs(component: Any, inputs: Inputs) -> dict[str, list[Piece]]:
    """Pieces by member; they sum to what the component comes to."""
    compute, explained = COMPONENTS[component.type]
    ground = Ground(inputs)
    outcome = compute(component, ground)
    found = {name: list(explained(component, ground, at)) for at, name in enumerate(inputs.members.ids)}
    exact = outcome.own if outcome.down is None else outcome.own + outcome.down
    assert [sum(piece.exact for piece in pieces) for pieces in found.values()] == exact.tolist()
    return {name: pieces for name, pieces in found.items() if pieces}


def explained(row: dict[str, Any], members: list[Any], orders: list[Any]) -> dict[str, list[Piece]]:
    one = cases.read(case([row], members, orders), file="case.json")
    return of_inputs(one.plan.components[0], one.inputs)


def level(base: int, bps: int, name: str, seller: str, number: int, why: str = "level") -> Piece:
    return Piece(why, base, bps, base * bps, name, seller, level=number)


@pytest.mark.parametrize(
    ("compression", "of_d", "of_c"),
    [("none", (3, 300), (2, 500)), ("standard", (2, 500), (1, 1000)), ("dynamic", (1, 1000), (1, 1000))],
)
def test_a_level_is_said_sale_by_sale(compression: str, of_d: tuple[int, int], of_c: tuple[int, int]) -> None:
    depths = {"x": 0, "y": 3, "z": 3}
    row = {"type": "unilevel", "levels_bps": [1000, 500, 300], "depth_by_rank": depths, "compression": compression}
    assert explained(row, RANKED, ONE_EACH) == {
        "a": [level(1000, of_d[1], "o", "d", of_d[0]), level(200, of_c[1], "p", "c", of_c[0])]
    }


@pytest.mark.parametrize("compression", ["none", "standard", "dynamic"])
def test_everybody_above_takes_one_level_of_a_sale(compression: str) -> None:
    row = {"type": "unilevel", "levels_bps": [1000, 500], "compression": compression}
    assert explained(row, CHAIN, ONE_EACH) == {
        "a": [level(200, 500, "p", "c", 2)],
        "b": [level(1000, 500, "o", "d", 2), level(200, 1000, "p", "c", 1)],
        "c": [level(1000, 1000, "o", "d", 1)],
    }


def test_a_rank_takes_the_levels_up_to_its_depth() -> None:
    row = {"type": "unilevel", "levels_bps": [1000, 500], "depth_by_rank": {"x": 1, "y": 2}}
    members = [person("a", rank="x"), person("b", "a", rank="y"), person("c", "b", rank="x"), CHAIN[3]]
    assert explained(row, members, [order("o", "d", 1000)]) == {
        "b": [level(1000, 500, "o", "d", 2)],
        "c": [level(1000, 1000, "o", "d", 1)],
    }


def test_generations_are_counted_from_the_first_of_the_rank() -> None:
    row = {"type": "generation", "breakaway_rank": "B", "rates_bps": [500, 200]}
    members = [person("r", rank="B"), person("a", "r", rank="B"), person("b", "a", rank="B"), *CHAIN[2:]]
    members[-1] = person("d", "c", rank="B")
    found = explained(row, members, [order("1", "d", 1000), order("2", "c", 100)])
    assert found == {
        "a": [level(1000, 200, "1", "d", 2, "generation"), level(100, 500, "2", "c", 1, "generation")],
        "b": [level(1000, 500, "1", "d", 1, "generation")],
        "r": [level(100, 200, "2", "c", 2, "generation")],
    }


def test_a_difference_is_to_the_highest_rate_beneath() -> None:
    row = {"type": "differential", "rate_by_rank": {"top": 501, "mid": 500, "low": 300}}
    ranks = ("top", "mid", "mid", "low")
    members = [{**one, "rank": rank} for one, rank in zip(CHAIN, ranks, strict=True)]
    assert explained(row, members, [*ONE_EACH, order("q", "b", 7)]) == {
        "a": [
            Piece("difference", 1000, 1, 1000, "o", "d"),
            Piece("difference", 200, 1, 200, "p", "c"),
            Piece("difference", 7, 1, 7, "q", "b"),
        ],
        "b": [Piece("own_sale", 7, 500, 3500, "q", "b")],
        "c": [Piece("difference", 1000, 200, 200_000, "o", "d"), Piece("own_sale", 200, 500, 100_000, "p", "c")],
        "d": [Piece("own_sale", 1000, 300, 300_000, "o", "d")],
    }


def test_a_leg_adds_what_it_is_worth_on_top_less_what_it_earned_itself() -> None:
    row = {"type": "differential", "mode": "marginal", "schedule": steps((0, 0), (1000, 200), (5000, 400))}
    members = [person("a"), person("b", "a"), person("c", "a"), person("d", "a")]
    orders = [order("1", "a", 600), order("2", "a", 700), order("3", "b", 2000), order("4", "c", 3000)]
    found = explained(row, members, orders)
    assert found["a"] == [
        Piece("own_sale", 600, 0, 0, "1", "a"),
        Piece("own_sale", 400, 0, 0, "2", "a"),
        Piece("own_sale", 300, 200, 60_000, "2", "a"),
        Piece("leg", 2000, None, 200_000, leg="b"),  # f(3300) - f(1300) - f(2000)
        Piece("leg", 3000, None, 460_000, leg="c"),  # f(6300) - f(3300) - f(3000)
    ]
    assert set(found) == {"a", "b", "c"}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, {"a": [(1500, 300)], "b": [(400, 100)]}),
        ({"mode": "marginal"}, {"a": [(1000, 100), (500, 300)], "b": [(400, 100)]}),
        ({"ranks": ["lead"]}, {"b": [(400, 100)]}),
        ({"on": "gv", "mode": "marginal", "ranks": ["lead"]}, {"b": [(1000, 100), (500, 300)], "c": [(400, 100)]}),
    ],
)
def test_a_groups_volume_is_said_tier_by_tier(change: dict[str, Any], expected: dict[str, Any]) -> None:
    row = {"type": "group_tier", "tiers": steps((0, 100), (1000, 300)), **change}
    members = [person("a"), person("b", "a", rank="lead"), person("c", "b", rank="lead")]
    found = explained(row, members, [order("1", "b", 1100), order("2", "c", 400)])
    assert found == {
        name: [Piece("group", base, bps, base * bps) for base, bps in pairs] for name, pairs in expected.items()
    }


def test_a_part_of_a_pool_is_said_with_the_whole_of_it() -> None:
    row = {"type": "pool", "fund_bps": 100, "shares": {"c": 2, "a": 1}}
    assert explained(row, CHAIN, [order("1", "b", 10_000)]) == {
        "a": [Piece("pool", 100, None, 330_000)],
        "c": [Piece("pool", 100, None, 670_000)],
    }
    fixed = {"type": "pool", "fund_fixed": 50, "shares": {"b": 1}}
    assert explained(fixed, CHAIN, []) == {"b": [Piece("pool", 50, None, 500_000)]}


def test_a_shrinking_reward_is_said_order_by_order() -> None:
    row = {"type": "geometric", "reward": 100, "ratio_num": 2, "ratio_den": 3, "budget": 170}
    found = explained(row, CHAIN, [order("1", "d", 5), order("2", "c", 0), order("3", "d", 9)])
    assert found == {
        "a": [Piece("reward", 0, None, 40_000, "2", "c")],
        "b": [
            Piece("reward", 0, None, 40_000, "1", "d"),
            Piece("reward", 0, None, 660_000, "2", "c"),
            Piece("reward", 0, None, 40_000, "3", "d"),
        ],
        "c": [
            Piece("reward", 0, None, 660_000, "1", "d"),
            Piece("reward", 0, None, 1_000_000, "2", "c"),
            Piece("reward", 0, None, 660_000, "3", "d"),
        ],
        "d": [Piece("reward", 0, None, 1_000_000, "1", "d"), Piece("reward", 0, None, 1_000_000, "3", "d")],
    }


HUBS = [person("k", connector_of="h"), person("m", connector_of="i"), person("n", connector_of="h"), person("z")]
IN_HUBS = [order("1", None, 1010, hub="h"), order("2", None, 400, hub="i"), order("3", "z", 90, hub="h")]


def by_days(row: dict[str, Any], *held: list[tuple[int, int]]) -> dict[str, list[Piece]]:
    """With connectors of h and i by the days they held it."""
    one = cases.read(case([row], HUBS, IN_HUBS), file="case.json")
    hubs = replace(one.inputs.hubs, connectors=held)
    return of_inputs(one.plan.components[0], replace(one.inputs, hubs=hubs))


def test_a_hubs_fee_is_said_hub_by_hub() -> None:
    row = {"type": "hub_share", "fee_bps": 1000, "split_bps": {"connector": 2500, "company": 7500}}
    found = by_days(row, [(0, 10), (2, 20)], [(0, 5), (1, 0)])
    assert found == {
        # A quarter of 110 is 27, by 10 and 20 days; a quarter of 40 is 10.
        "k": [Piece("hub_fee", 1100, None, 90_000, hub="h"), Piece("hub_fee", 400, None, 100_000, hub="i")],
        "n": [Piece("hub_fee", 1100, None, 180_000, hub="h")],
    }


@pytest.mark.parametrize(("mode", "tiers"), [("marginal", [(1000, 500), (100, 800)]), ("slab", [(1100, 800)])])
def test_a_hubs_turnover_is_said_tier_by_tier_and_the_fixed_payment_after_it(
    mode: str, tiers: list[tuple[int, int]]
) -> None:
    row = {"type": "hub_tier", "mode": mode, "tiers": steps((0, 500), (1000, 800)), "fixed_payment": 30}
    found = by_days({**row, "fixed_min_turnover": 1100}, [(3, 31)], [(1, 31)])
    assert found == {
        "m": [Piece("hub_tier", 400, 500, 200_000, hub="i")],
        "z": [
            *(Piece("hub_tier", base, bps, base * bps, hub="h") for base, bps in tiers),
            Piece("hub_fixed", 1100, None, 300_000, hub="h"),
        ],
    }


def test_of_a_shared_hub_each_connector_is_told_one_part() -> None:
    row = {"type": "hub_tier", "tiers": steps((0, 500))}
    assert by_days(row, [(0, 1), (2, 1)], [(0, 31), (1, 0)]) == {
        "k": [Piece("hub_part", 1100, None, 280_000, hub="h"), Piece("hub_part", 400, None, 200_000, hub="i")],
        "n": [Piece("hub_part", 1100, None, 270_000, hub="h")],
    }


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, [("1", 600, 100), ("2", 400, 100), ("2", 300, 200)]),
        ({"mode": "slab"}, [("1", 600, 200), ("2", 700, 200)]),
        ({"threshold_on": "gv"}, [("1", 100, 100), ("1", 500, 200), ("2", 700, 200)]),
        ({"mode": "slab", "threshold_on": "gv_down"}, [("1", 600, 100), ("2", 700, 100)]),
    ],
)
def test_own_sales_are_said_order_by_order(change: dict[str, Any], expected: list[tuple[str, int, int]]) -> None:
    row = {"type": "personal_tier", "tiers": steps((0, 100), (1000, 200)), **change}
    orders = [order("1", "a", 600), order("3", "b", 900), order("2", "a", 700)]
    found = explained(row, CHAIN, orders)["a"]
    assert found == [Piece("own_sale", base, bps, base * bps, name, "a") for name, base, bps in expected]


def test_a_margin_is_said_order_by_order() -> None:
    found = explained({"type": "retail_margin", "bps": 150}, CHAIN, ONE_EACH)
    assert found == {
        "c": [Piece("own_sale", 200, 150, 30_000, "p", "c")],
        "d": [Piece("own_sale", 1000, 150, 150_000, "o", "d")],
    }


def test_fees_that_are_passed_on_are_nobodys_line() -> None:
    row = {"type": "fee_cascade", "steps": [{"payer": "IN", "to": {"tax": 1000}}]}
    one = cases.read(case([row], CHAIN, ONE_EACH), file="case.json")
    assert explain.lines(engine.compute(one.plan, one.inputs), "d") == []


def test_what_stays_with_the_company_is_said_by_reason() -> None:
    def left(*rows: dict[str, Any], **changes: Any) -> dict[str, dict[str, int]]:
        one = cases.read(case(list(rows), CHAIN[:2], [order("1", "b", 1005)], plan=changes), file="case.json")
        return explain.breakage(engine.compute(one.plan, one.inputs))

    assert left({"type": "unilevel", "levels_bps": [1000, 500, 200]}, rounding="down") == {
        "unilevel": {"untaken": 1005 * 700, "fractions": 5000}
    }
    assert left({"type": "retail_margin", "bps": 1000}, cap={"total_bps": 900}) == {
        "retail_margin": {"fractions": -5000, "caps": 110_000}
    }


def test_a_line_holds_the_pieces_that_are_worth_something_and_what_became_of_them() -> None:
    members = [person("a", customers=10), person("b", "a", customers=10)]
    orders = [order("1", "a", 100_000), order("2", "b", 100_001)]
    one = cases.read(case([{"type": "retail_margin", "bps": 0}], members, orders), file="case.json")
    result = engine.compute(plan(caps={"per_participant_cents": 4000}), one.inputs)
    own, team = explain.lines(result, "a")
    assert (own.member, own.component, own.type, own.reason) == ("a", "personal", "personal_tier", None)
    assert [(piece.base, piece.bps) for piece in own.pieces] == [(50_000, 1000), (50_000, 1200)]
    assert (own.computed, own.forfeited, own.exact, own.rounded) == (110_000_000, 0, 110_000_000, 11_000)
    # f(200,001) less f(100,001): the leg's own two units stay with the leg.
    assert [(piece.why, piece.exact) for piece in team.pieces] == [("leg", 20_000_000)]
    assert (team.rounded, own.amount + team.amount) == (2000, 4000)
    assert explain.lines(result, "b")[0].shown == [1818, 2182]
