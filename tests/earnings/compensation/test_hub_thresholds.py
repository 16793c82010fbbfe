"""`threshold_on = "hub"`: a tier is reached by what is sold in the hubs that somebody looks after."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import cases, engine, live, product, trying
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.lint import scenes, searches
from hubapp.earnings.compensation.plans.lint.scenes import EVERYBODY, Scene
from hubapp.earnings.compensation.plans.live import Hub, Step, Volumes
from hubapp.earnings.compensation.plans.paid_as import Own, as_customers, paid_as
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.words.plan import passages
from tests.earnings.compensation import examples, statements
from tests.earnings.compensation.examples import case, evaluated, order, person
from tests.earnings.compensation.test_words import SPEECH

STEPS = [{"from": 0, "bps": 500}, {"from": 1000, "bps": 1000}]
PERSONAL: dict[str, Any] = {"type": "personal_tier", "mode": "slab", "threshold_on": "hub", "tiers": STEPS}
DIFFERENTIAL: dict[str, Any] = {"type": "differential", "threshold_on": "hub", "schedule": STEPS}
# k and l look after north together, s after south; v after nothing.
PEOPLE = [person("k", connector_of="north"), person("l", "k", connector_of="north")]
PEOPLE += [person("s", "k", connector_of="south"), person("v", "l")]


def of(*rows: dict[str, Any], **changes: Any) -> Plan:
    named = [{"id": f"c{at}", **row} for at, row in enumerate(rows)]
    return examples.plan(component=named, **{"caps": {}, "eligibility": {}, **changes})


def amounts(output: dict[str, Any], component: str) -> dict[str, int]:
    return {name: row[component] for name, row in output["payouts"].items()}


def test_each_connector_reaches_tiers_by_the_whole_of_their_hub_wherever_they_sell() -> None:
    orders = [order("1", "l", 400, hub="north", amount=500), order("2", None, 300, hub="north", amount=500)]
    orders += [order("3", "s", 999, hub="north", amount=0), order("4", "k", 200, hub="south", amount=999)]
    orders.append(order("5", "v", 100, hub="north", amount=0))
    # North has 1,000: k and l share it and have both reached it. South has 999, and v looks after nothing.
    assert amounts(evaluated([PERSONAL], PEOPLE, orders), "personal_tier") == {"k": 20, "l": 40, "s": 50, "v": 5}


def test_the_difference_goes_up_to_whose_hub_reached_the_higher_rate() -> None:
    orders = [order("1", "s", 600, hub="north"), order("2", "v", 400, hub="north")]
    # k 10 % above s with 5 %; of v's sale v keeps 5 %, l takes the other 5 %, and nothing is left for k.
    expected = {"k": 30, "l": 20, "s": 30, "v": 20}
    assert amounts(evaluated([DIFFERENTIAL], PEOPLE, orders), "differential") == expected


def test_a_plan_of_the_product_counts_the_hubs_cv_of_sales_to_customers_only() -> None:
    sold = [order("1", "k", 999, hub="north", amount=5000), order("2", "l", 500, hub="north", buyer="participant")]
    result = engine.compute(of(PERSONAL), examples.inputs(PEOPLE, sold))
    assert result.paid[0].amounts == [999 * 500 // 10_000, 0, 0, 0]
    more = examples.inputs(PEOPLE, [*sold, order("3", None, 1, hub="north")])
    assert engine.compute(of(PERSONAL), more).paid[0].amounts[0] == 99


def test_somebody_with_several_hubs_has_them_together() -> None:
    people = examples.inputs(PEOPLE, [order("1", "k", 600, hub="north"), order("2", None, 400, hub="south")])
    both = people.hubs.connectors[0][:1]
    hubs = type(people.hubs)(people.hubs.ids, [both, both], people.hubs.customers, people.hubs.repeat_customers)
    assert engine.compute(of(PERSONAL), type(people)(people.members, people.orders, hubs)).paid[0].amounts[0] == 60


@pytest.mark.parametrize(
    ("row", "key"),
    [
        ({**PERSONAL, "mode": "marginal"}, "threshold_on"),
        ({**DIFFERENTIAL, "mode": "marginal"}, "mode"),
        ({"type": "hub_tier", "tiers": STEPS, "threshold_on": "gv"}, "threshold_on"),
    ],
)
def test_slices_need_a_volume_that_own_sales_are_a_part_of(row: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as refusal:
        cases.read(case([row], PEOPLE, []), file="f")
    assert refusal.value.key == f"plan.components[0].{key}"


def test_a_hubs_own_tiers_may_say_what_they_always_stand_on() -> None:
    row = {"type": "hub_tier", "tiers": STEPS}
    assert cases.read(case([{**row, "threshold_on": "hub"}], [], []), file="f").plan.components == (
        cases.read(case([row], [], []), file="f").plan.components
    )


def test_the_live_step_stands_on_what_the_hubs_came_to() -> None:
    plan, held = of(PERSONAL, DIFFERENTIAL, {**PERSONAL, "threshold_on": "cv"}), Hub(amount=500, cv=400, customers=8)
    found = paid_as(plan, Volumes(own=5), Own(), is_active=True, held=held)
    expected = [Step(f"c{at}", "hubs_cv", 400, tier=1, bps=500, missing=600, next_bps=1000) for at in (0, 1)]
    assert [one.step for one in found] == [*expected, Step("c2", "cv", 5, 1, 500, 995, 1000)]
    assert {one.why for one in found} == {""}
    assert [one.bps for one in live.steps(plan, Volumes(), held=Hub(cv=1000))] == [1000, 1000, 500]


def test_what_is_missing_is_said_in_customers_of_the_hubs() -> None:
    step = Step("c0", "hubs_cv", 400, tier=1, bps=500, missing=601, next_bps=1000)
    assert as_customers(step, Own(customers=1, cv=5), Hub(cv=400, customers=8)) == 13
    assert as_customers(step, Own(customers=1, cv=5), Hub()) is None
    assert as_customers(step.__class__("c0", "hubs_amount", 1, 1, 1, 600, 1), Own(), Hub(amount=300, customers=1)) == 2


def test_what_else_stands_against_it_is_said_first() -> None:
    row = {**DIFFERENTIAL, "customer_rule": {"min_customers": 1}}
    (found,) = paid_as(of(row), Volumes(own=5), Own(), is_active=True)
    assert found.why == "few_customers"


def test_the_plan_says_which_sales_the_rate_follows() -> None:
    said = [one.sentences for one in passages(of(PERSONAL), SPEECH) if one.key == "c0"]
    assert "The rate follows the sales, net of tax, of the hubs that one looks after:" in said[0]
    (worked,) = cases.read(case([PERSONAL], [], []), file="f").plan.components
    assert worked != of(PERSONAL).components[0]


def test_a_what_if_counts_what_everybody_sells_for_who_holds_the_hub() -> None:
    people = [trying.Person("a", None, 400), trying.Person("b", 0, 600)]
    paid = [trying.try_out(of(PERSONAL), people, connector=one).paid for one in (None, 0, 1)]
    assert paid == [50, 70, 80]


def test_the_lint_finds_the_cliff_and_who_loses_by_anothers_hub() -> None:
    tiers = [{"from": 0, "bps": 0}, {"from": 100, "bps": 1000}]
    plan = of({**DIFFERENTIAL, "schedule": tiers})
    assert searches.cliff(plan)[0] == 10
    drop, where = searches.worst_drop(plan)
    assert drop == 9  # of 0.99 beneath, once who sells it has reached the rate too
    assert where.endswith("everybody looks after a hub")


def test_the_lint_tries_each_person_as_who_looks_after_the_hub() -> None:
    plan, parents = of(PERSONAL), (-1, 0)
    assert list(scenes.keepers(plan, parents)) == [EVERYBODY, 0, 1]
    assert list(scenes.keepers(of({**PERSONAL, "threshold_on": "gv"}), parents)) == [None]
    assert {one.keeper for one in scenes.scenes(plan) if one.parents == parents} == {EVERYBODY, 0, 1}
    found = scenes.side_by_side(plan, [Scene(parents, (5, 6), EVERYBODY), Scene(parents, (7, 8), 1)])
    assert found.hubs.connectors == [[(0, 1)], [(1, 1)], [(4, 1)]]
    assert found.orders.hub.tolist() == [0, 1, 2, 2]
    assert searches._where(plan, Scene((-1,), (100,), 0), 0).endswith("sells EUR 1.00, person 1 looks after the hub")
    assert Scene((-1,), (10,), 0).split(0, 5, with_legs=False) == Scene((-1, 0), (5, 5), 0)


def test_the_lint_sees_a_threshold_that_own_purchases_would_reach() -> None:
    base = {**examples.DEFAULT["base"], "commissionable_buyers": ["customer", "participant"]}
    tiers = [{"from": 0, "bps": 0}, {"from": 100, "bps": 1000}]
    found = {one.check: one.value for one in searches._pay_for_nothing(of({**PERSONAL, "tiers": tiers}, base=base))}
    # Three people buy 20 times 1.00 of themselves, and each has a hub.
    assert found["self-purchase path"] == 600


def test_everybodys_statement_of_a_worked_case_verifies() -> None:
    orders = [order("1", "s", 600, hub="north"), order("2", "v", 400, hub="north"), order("3", "k", 9, hub="south")]
    result = statements.computed(case([PERSONAL, DIFFERENTIAL], PEOPLE, orders))
    closed = statements.closed(result)
    for at, name in enumerate(("k", "l", "s", "v")):
        document = statements.document(closed, name)
        statements.right(statements.sealed(document))
        assert document["totals"]["due"] == result.totals[at] > 0


def test_a_statement_shows_the_turnover_that_its_tier_was_reached_by() -> None:
    source = statements.SOURCE.replace(
        'mode = "marginal"\non = "cv"\ntiers', 'mode = "slab"\nthreshold_on = "hub"\ntiers'
    )
    source = source.replace('id = "hub"\n', 'id = "hub"\nthreshold_on = "hub"\n')
    plan = product.read(tomllib.loads(source), file="plan.toml")
    sold = [
        order("1", "k", 40_000, hub="north"),
        order("2", None, 10_000, hub="north"),
        order("3", "v", 7, hub="north"),
    ]
    closed = statements.closed(engine.compute(plan, examples.inputs(PEOPLE, sold)), source=source)
    turnovers = {}
    for name in ("k", "l", "s", "v"):
        document = statements.document(closed, name)
        statements.right(statements.sealed(document))
        turnovers[name] = document["standing"]["hub_turnover"]
    assert turnovers == {"k": 50_007, "l": 50_007, "s": 0, "v": 0}
    document = statements.document(closed, "k")
    del document["standing"]["hub_turnover"]
    report = verify_statement.check(statements.sealed(document))
    assert any("standing.hub_turnover: is missing" in one for one in report.problems)
