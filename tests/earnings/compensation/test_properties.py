"""What holds for every plan and every network, and what the default plan promises besides."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import cases, digests, engine, evaluation, explain, refunds
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.lint.scenes import Scene
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.schema import Caps, Plan
from tests.earnings.compensation import examples, strategies

CAREFUL = strategies.careful(60)
WHOLE = examples.plan()
BARE = replace(WHOLE, caps=Caps(), components=WHOLE.components[:2])
VOLUMES = st.integers(0, 3_000_000)


def read(case: dict[str, Any]) -> cases.Case:
    return cases.read(case, file="random.json")


def undated(case: dict[str, Any]) -> dict[str, Any]:
    orders = [{key: value for key, value in one.items() if key != "period"} for one in case["orders"]]
    return case | {"orders": orders}


def computed(case: dict[str, Any]) -> Result:
    one = read(undated(case))
    return engine.compute(one.plan, one.inputs)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    size = draw(st.integers(1, 7))
    parents = (-1, *(draw(st.integers(0, place - 1)) for place in range(1, size)))
    return Scene(parents, tuple(draw(VOLUMES) for _ in range(size)))


def paid(plan: Plan, scene: Scene) -> list[int]:
    return engine.compute(plan, scene.inputs(plan)).totals


@CAREFUL
@given(strategies.whole_cases())
def test_no_cap_is_ever_exceeded(case: dict[str, Any]) -> None:
    result = computed(case)
    caps = result.plan.caps
    assume(caps.total_bps is not None)
    assert sum(result.totals) <= sum(one["cv"] for one in case["orders"]) * (caps.total_bps or 0) // SCALE
    assert caps.per_participant is None or max(result.totals) <= caps.per_participant


@CAREFUL
@given(strategies.whole_cases())
def test_every_line_is_the_exact_sum_of_its_pieces(case: dict[str, Any]) -> None:
    result = computed(case)
    for at, member in enumerate(result.ground.members.ids):
        lines = explain.lines(result, member)
        assert sum(line.amount for line in lines) == result.totals[at]
        for line in lines:
            assert sum(piece.exact for piece in line.pieces) == line.computed
            assert line.computed - line.forfeited == line.exact
            assert sum(line.shown) == line.amount
            assert all(piece.bps is None or piece.base * piece.bps == piece.exact for piece in line.pieces)


@CAREFUL
@given(strategies.whole_cases(), st.randoms(use_true_random=False))
def test_the_order_of_input_does_not_matter(case: dict[str, Any], chance: Any) -> None:
    mixed = copy.deepcopy(case)
    for key in ("members", "orders", "refunds"):
        chance.shuffle(mixed[key])
    first, second = (evaluation.evaluate(read(one)) for one in (case, mixed))
    # Only what each order added depends on the order of arrival.
    assert {**first, "lines": None} == {**second, "lines": None}
    assert digests.of_inputs(read(case).inputs) == digests.of_inputs(read(mixed).inputs)


@CAREFUL
@given(strategies.whole_cases())
def test_the_same_inputs_give_the_same_run_and_others_another_hash(case: dict[str, Any]) -> None:
    assert evaluation.evaluate(read(case)) == evaluation.evaluate(read(copy.deepcopy(case)))
    assume(case["orders"])
    changed = copy.deepcopy(case)
    changed["orders"][0]["cv"] += 1
    assert digests.of_inputs(read(changed).inputs) != digests.of_inputs(read(case).inputs)


@CAREFUL
@given(strategies.whole_cases())
def test_refunding_everything_returns_to_zero(case: dict[str, Any]) -> None:
    fixed = any(row.get("fund_fixed") or row.get("fixed_payment") for row in case["plan"]["components"])
    assume(not fixed)
    output = evaluation.evaluate(read(case | {"refunds": [one["id"] for one in case["orders"]]}))
    assert output["after_refund"] == {}
    uncapped = {name: sum(row.values()) for name, row in output["payouts"].items()}
    before = output.get("payouts_after_cap", uncapped)
    assert output["clawback"] == {name: -amount for name, amount in before.items()}


@CAREFUL
@given(strategies.whole_cases(), st.data())
def test_a_recruit_without_sales_changes_nobodys_pay(case: dict[str, Any], data: st.DataObject) -> None:
    sponsor = data.draw(st.sampled_from([None, *(one["id"] for one in case["members"])]))
    rank = data.draw(st.sampled_from(strategies.RANKS))
    recruit = {"id": "m00", "sponsor": sponsor, "rank": rank, "customers": 20, "customer_pv": 10**6}
    with_recruit = case | {"members": [*case["members"], recruit]}
    assert evaluation.evaluate(read(with_recruit)) == evaluation.evaluate(read(case))


@CAREFUL
@given(scenes(), st.data())
def test_by_the_default_plan_nobody_gains_by_splitting(scene: Scene, data: st.DataObject) -> None:
    member = data.draw(st.integers(0, len(scene.parents) - 1))
    moved = data.draw(st.integers(0, scene.volumes[member]))
    second = len(scene.parents)
    split = scene.split(member, moved, with_legs=data.draw(st.booleans()))
    back = [data.draw(st.booleans()) and above == second for above in split.parents]
    split = Scene(
        tuple(member if is_ else above for is_, above in zip(back, split.parents, strict=True)), split.volumes
    )
    after = paid(BARE, split)
    assert after[member] + after[second] <= paid(BARE, scene)[member]


@CAREFUL
@given(scenes(), st.data())
def test_by_the_default_plan_selling_more_never_costs_anyone(scene: Scene, data: st.DataObject) -> None:
    member = data.draw(st.integers(0, len(scene.parents) - 1))
    after = paid(BARE, scene.selling(member, data.draw(st.integers(1, 3_000_000))))
    assert all(now >= before for before, now in zip(paid(BARE, scene), after, strict=True))


@CAREFUL
@given(scenes())
def test_the_default_team_bonus_costs_exactly_f_of_the_roots_volume(scene: Scene) -> None:
    result = engine.compute(BARE, scene.inputs(BARE))
    team = result.paid[1]
    tiers = BARE.components[1].schedule  # type: ignore[union-attr]
    assert sum(team.exact) + sum(team.forfeited.values()) == tiers.integral(sum(scene.volumes))


@CAREFUL
@given(scenes(), st.integers(0, 10_000))
def test_the_product_plans_caps_hold(scene: Scene, total_bps: int) -> None:
    plan = replace(WHOLE, caps=Caps(total_bps, 200_000, ("hub_pool", "team")))
    result = engine.compute(plan, scene.inputs(plan))
    excess = sum(result.before_caps) - sum(result.totals)
    assert sum(result.totals) <= result.ground.turnover * total_bps // SCALE
    assert max(result.totals) <= 200_000
    assert excess >= 0


def _with_more(inputs: Inputs, buyer: str) -> Inputs:
    orders = inputs.orders
    place = cases.BUYERS.index(buyer)
    more = replace(
        orders, **{name: [*getattr(orders, name), *getattr(orders, name)] for name in orders.__dataclass_fields__}
    )
    size = len(orders.ids)
    ids = [*orders.ids, *(f"{name}-again" for name in orders.ids)]
    return Inputs(inputs.members, replace(more, ids=ids, buyer=[*orders.buyer, *[place] * size]), inputs.hubs)


@CAREFUL
@given(scenes())
def test_participants_purchases_never_raise_anybodys_pay(scene: Scene) -> None:
    inputs = scene.inputs(WHOLE)
    before, after = (engine.compute(WHOLE, one).totals for one in (inputs, _with_more(inputs, "participant")))
    assert all(now <= was for was, now in zip(before, after, strict=True))


@CAREFUL
@given(scenes(), st.data())
def test_by_the_default_plan_nobody_gains_by_any_number_of_selves(scene: Scene, data: st.DataObject) -> None:
    member = data.draw(st.integers(0, len(scene.parents) - 1))
    selves, split = [member], scene
    for _ in range(data.draw(st.integers(1, 4))):
        one = data.draw(st.sampled_from(selves))
        moved = data.draw(st.integers(0, split.volumes[one]))
        selves.append(len(split.parents))
        split = split.split(one, moved, with_legs=data.draw(st.booleans()))
    after = paid(BARE, split)
    assert sum(after[one] for one in selves) <= paid(BARE, scene)[member]


@CAREFUL
@given(strategies.whole_cases(), st.data())
def test_what_was_paid_and_the_differences_are_what_would_have_been_paid(
    case: dict[str, Any], data: st.DataObject
) -> None:
    old = computed(case)
    gone = [name for name in old.ground.orders.ids if data.draw(st.booleans())]
    new, now = refunds.after(old, gone), {}
    for place, paid_ in enumerate(old.paid):
        now |= {(member, paid_.component.id): amount for member, amount in enumerate(old.final[place])}
    for member, component, change in refunds.differences(old, new):
        assert change
        now[member, component] += change
    assert now == {
        (member, paid_.component.id): amount
        for place, paid_ in enumerate(new.paid)
        for member, amount in enumerate(new.final[place])
    }
