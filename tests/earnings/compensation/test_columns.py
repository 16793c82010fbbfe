"""Columns of integers never wrap: what does not fit 64 bits is reckoned with Python integers and comes out the same."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import cases, columns, digests, engine, evaluation
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.inputs import Inputs, Members, Orders
from hubapp.earnings.compensation.plans.rounding import Rounding, apportioned, divided, hamilton
from hubapp.earnings.compensation.plans.schema import Caps
from hubapp.earnings.compensation.plans.tiers import Tiers
from hubapp.earnings.compensation.plans.tree import plant
from tests.earnings.compensation import naive, strategies
from tests.earnings.compensation.examples import case, order, person, plan

CAREFUL = strategies.careful(60)
ANY = st.one_of(st.integers(0, 50), st.integers(2**31 - 2, 2**31 + 2), st.integers(2**62, 2**65))
HUGE = 10**10


def scaled(case: dict[str, Any]) -> dict[str, Any]:
    """The same case with every order so big that all of them leave 64 bits."""
    changed = copy.deepcopy(case)
    for one in changed["orders"]:
        for name in ("amount", "cv", "pv"):
            one[name] *= HUGE
    return changed


@CAREFUL
@given(strategies.whole_cases())
def test_volumes_beyond_64_bits_come_out_as_the_words_say(case: dict[str, Any]) -> None:
    big = scaled(case)
    output, plain = evaluation.evaluate(cases.read(big, file="big.json")), naive.run(big)
    assert output["payouts"] == naive.bare(plain["payouts"])
    assert output.get("forfeited", {}) == naive.bare(plain["forfeited"])
    if "cap" in case["plan"]:
        assert output["payouts_after_cap"] == naive.bare(plain["totals"])


@CAREFUL
@given(st.lists(st.one_of(ANY, ANY.map(lambda value: -value)), max_size=90))
def test_sums_are_exact_whatever_their_size(values: list[int]) -> None:
    column = columns.integers(values)
    assert column.tolist() == values
    assert columns.total(column) == sum(values)
    assert columns.reach(column) == max(map(abs, values), default=0)
    assert not columns.stays_under(column, abs(sum(values)))
    assert columns.stays_under(column, len(values) * columns.reach(column) + 1)


def test_a_sum_that_leaves_64_bits_is_exact_though_its_values_fit() -> None:
    column = np.full(100, 2**62 + 12_345)
    column[::3] = -(2**61) - 7
    assert columns.total(column) == sum(column.tolist())
    assert not columns.stays_under(np.full(100, 2**62), 100 * 2**62)
    assert columns.stays_under(np.array([0] * 99 + [2**62]), 2**62 + 1)
    assert not columns.stays_under(np.array([-1] + [0] * 98 + [2**62]), 2**62 + 1)


@pytest.mark.parametrize("values", [[1.5], [1, 2.0], np.array([0.5]), ["1"], [2**70, 0.5], [None]])
def test_what_is_no_whole_number_is_refused(values: Any) -> None:
    with pytest.raises(BadInput, match=r"^holds what is no whole number$"):
        columns.integers(values)


def test_64_bits_are_taken_where_they_hold_everything_and_no_others() -> None:
    small, big = (columns.integers(np.array([value], np.uint64)) for value in (2**62 + 1, 2**63))
    assert (small.dtype, small.tolist()) == (np.int64, [2**62 + 1])
    assert (big.dtype, [type(value) for value in big]) == (object, [int])


def test_many_small_values_are_summed_and_at_the_edge_of_64_bits_too() -> None:
    assert columns.total(np.arange(100)) == columns.total(np.arange(100).astype(object)) == 4950
    assert columns.total(np.full(128, 2**56)) == 2**63
    assert columns.total(np.full(128, -(2**56))) == -(2**63)


@pytest.mark.parametrize("values", [[2**63, -1], [2**64], [2**63 - 1], [-(2**63) - 1], np.array([2**63], np.uint64)])
def test_neighbours_of_64_bits_are_kept(values: Any) -> None:
    assert [int(value) for value in columns.integers(values)] == [int(value) for value in values]


@CAREFUL
@given(st.lists(st.tuples(ANY, st.lists(ANY, min_size=3, max_size=3)), min_size=1, max_size=6))
def test_many_are_divided_as_each_would_be(rows: list[tuple[int, list[int]]]) -> None:
    wholes = columns.integers([whole for whole, _ in rows])
    weights = np.array([columns.integers(one).astype(object) for _, one in rows], object).T
    together = divided(wholes, weights)
    assert together.T.tolist() == [hamilton(whole, one) for whole, one in rows]


@CAREFUL
@given(ANY, st.lists(ANY, max_size=8))
def test_a_column_is_divided_as_a_list_is(whole: int, weights: list[int]) -> None:
    assert apportioned(whole, columns.integers(weights)).tolist() == hamilton(whole, weights)


@CAREFUL
@given(strategies.tiers(), st.lists(st.integers(0, 60_000)))
def test_tiers_say_the_same_of_a_column_as_of_each_volume(rows: list[dict[str, int]], volumes: list[int]) -> None:
    tiers, column = Tiers.of([(row["from"], row["bps"]) for row in rows]), columns.integers(volumes)
    assert tiers.rates_at(column).tolist() == [tiers.rate(volume) for volume in volumes]
    for mode in ("marginal", "slab"):
        assert tiers.pays(column, mode=mode).tolist() == [tiers.pay(volume, mode=mode) for volume in volumes]


def test_beneath_the_first_tier_there_is_nothing() -> None:
    tiers = Tiers.of([(10, 100), (20, 200)])
    assert [(tiers.rate(volume), tiers.integral(volume)) for volume in (9, 10, 11, 21)] == [
        (0, 0),
        (100, 0),
        (100, 100),
        (200, 1200),
    ]
    assert tiers.integrals(np.array([9, 10, 11, 21])).tolist() == [0, 0, 100, 1200]
    assert (tiers.pieces(5, 25), tiers.pieces(5, 5)) == ([(5, 0), (10, 100), (5, 200)], [])


def narrow(inputs: Inputs) -> Inputs:
    """The same inputs as a database gives them: arrays in narrow widths, words as numbers."""
    members, orders = inputs.members, inputs.orders
    ranks, names = members.coded_ranks()
    people = Members(
        np.array(members.ids),
        plant(members.tree.parent.astype(np.int32), members.ids),
        ranks.astype(np.int16),
        members.active.astype(bool),
        members.customers.astype(np.int32),
        members.customer_pv.astype(np.int32),
        members.customer_cv.astype(np.int32),
        members.earlier_cv.astype(np.int32),
        names,
    )
    lines = Orders(
        np.array(orders.ids),
        orders.seller.astype(np.int32),
        orders.buyer.astype(np.int8),
        orders.amount.astype(np.int32),
        orders.cv.astype(np.int32),
        orders.pv.astype(np.int32),
        orders.hub.astype(np.int16),
        np.zeros(len(orders.ids), np.int8),
        ["product"],
    )
    return Inputs(people, lines, inputs.hubs)


@CAREFUL
@given(strategies.whole_cases())
def test_narrow_columns_give_the_same_run_as_lists(case: dict[str, Any]) -> None:
    one = cases.read(case, file="random.json")
    listed = replace(one.inputs, orders=replace(one.inputs.orders, kind=["product"] * len(one.inputs.orders.ids)))
    first, second = (engine.compute(one.plan, inputs) for inputs in (listed, narrow(one.inputs)))
    assert first.final == second.final
    assert [paid.exact for paid in first.paid] == [paid.exact for paid in second.paid]
    assert digests.of_inputs(listed) == digests.of_inputs(narrow(one.inputs))


MOST = 10**15
FIRST = [{"from": 0, "bps": 0}]


@pytest.mark.parametrize(
    ("row", "paid"),
    [
        ({"type": "pool", "fund_fixed": MOST, "shares": {"a": 1}}, MOST),
        ({"type": "hub_tier", "tiers": FIRST, "fixed_payment": MOST}, 8 * MOST),
        ({"type": "hub_tier", "tiers": FIRST, "fixed_payment": MOST // 7}, 8 * (MOST // 7)),
        ({"type": "geometric", "reward": MOST, "ratio_num": 0, "ratio_den": 1, "budget": MOST}, 8 * MOST),
        ({"type": "geometric", "reward": MOST // 7, "ratio_num": 0, "ratio_den": 1, "budget": MOST}, 8 * (MOST // 7)),
    ],
)
def test_promises_beyond_64_bits_are_paid_exactly(row: dict[str, Any], paid: int) -> None:
    one = cases.read(case([row], [person("a")], [order(f"o{at}", "a", 1, hub=f"h{at}") for at in range(8)]), file="f")
    hubs = replace(one.inputs.hubs, connectors=[[(0, 31)]] * 8)
    assert engine.compute(one.plan, replace(one.inputs, hubs=hubs)).totals == [paid]


def test_earlier_volumes_beyond_64_bits_set_the_rate_exactly() -> None:
    row = {"type": "personal_tier", "threshold_on": "cumulative_cv", "tiers": [{"from": 5, "bps": 10_000}]}
    for mode in ("marginal", "slab"):
        one = cases.read(case([{**row, "mode": mode}], [person("a")], [order("1", "a", 7)]), file="f")
        members = replace(one.inputs.members, earlier_cv=[2**63 - 5])
        assert engine.compute(one.plan, replace(one.inputs, members=members)).paid[0].exact == [70_000]


def test_what_was_paid_in_a_hub_beyond_64_bits_is_paid_on_exactly() -> None:
    row = {"type": "hub_tier", "tiers": [{"from": 0, "bps": 10_000}]}
    sold = [{**order("1", None, 0, hub="h"), "amount": MOST}]
    one = cases.read(case([row], [person("a", connector_of="h")], sold), file="f")
    assert engine.compute(one.plan, one.inputs).totals == [MOST]


def test_less_than_nothing_is_never_paid() -> None:
    one = cases.read(case([{"type": "retail_margin", "bps": 1}], [person("a")], [order("1", "a", 7)]), file="f")
    owing = replace(one.inputs, orders=replace(one.inputs.orders, cv=[-20_000]))
    with pytest.raises(AssertionError, match="negative pay"):
        engine.compute(one.plan, owing)


def test_a_unit_beyond_64_bits_leaves_nothing() -> None:
    one = cases.read(case([{"type": "retail_margin", "bps": 1}], [person("a")], [order("1", "a", 7)]), file="f")
    rounded = replace(one.plan, rounding=Rounding("down", MOST))
    assert engine.compute(rounded, one.inputs).totals == [0]


def test_a_narrow_column_does_not_wrap_in_its_width() -> None:
    people = Members(["a"], plant([-1], ["a"]), [None], [True], [10], [0], [10**5], [0])
    many = 100_000
    lines = Orders(range(many), np.zeros(many, np.int8), np.zeros(many, np.int8), np.full(many, 2**31 - 1, np.int32),
                   np.full(many, 2**31 - 1, np.int32), np.zeros(many, np.int8), np.full(many, -1, np.int8))  # fmt: skip
    result = engine.compute(replace(plan(), caps=Caps()), Inputs(people, lines))
    assert result.ground.gv.tolist() == [many * (2**31 - 1)]
    assert result.paid[0].exact == [plan().components[0].tiers.integral(many * (2**31 - 1))]  # type: ignore[union-attr]
