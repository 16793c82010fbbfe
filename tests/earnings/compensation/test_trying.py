"""What-if on one tree, and the line of the text that a refusal is about."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import locating, product, trying
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.trying import Branch, Person
from tests.earnings.compensation.examples import default, plan

SOURCE = (Path(__file__).parent / "default_plan.toml").read_text()
FAMILY = [
    Person("Anna", None, 0, 12),
    Person("Ben", 0, 600_000, 30),
    Person("Chloé", 1, 100_000, 12),
]


def everybody(roots: tuple[Branch, ...]) -> list[Branch]:
    return [one for root in roots for one in (root, *everybody(root.beneath))]


def test_a_tree_pays_as_the_plan_says() -> None:
    trial = trying.try_out(plan(), FAMILY, connector=0)
    found = {one.person.name: (one.own, one.group, one.total) for one in everybody(trial.roots)}
    # Anna: hub 5 % of 5,000, 6 % of 2,000 and 30 fixed; team nothing, her one leg has it; a fifth of the pool of 35.
    assert found["Anna"] == (0, 700_000, 25_000 + 12_000 + 3000 + 700)
    # Ben: 10 % of 500, 12 % of 1,500, 15 % of 4,000; team 2 % of 4,000 and 3 % of 2,000.
    assert found["Ben"] == (600_000, 700_000, 5000 + 18_000 + 60_000 + 8000 + 6000)
    assert found["Chloé"] == (100_000, 100_000, 5000 + 6000)
    assert trial.turnover == 700_000
    assert trial.paid == sum(total for _, _, total in found.values())


def test_every_line_is_explained_by_pieces_that_sum_to_it() -> None:
    for one in everybody(trying.try_out(plan(), FAMILY, connector=0).roots):
        assert sum(line.amount for line in one.lines) == one.total
        assert all(sum(line.shown) == line.amount for line in one.lines)


def test_somebody_without_customers_forfeits_what_comes_from_the_group() -> None:
    few = [Person("Ben", None, 9000, 2), Person("Chloé", 0, 600_000, 12)]
    team = {
        one.person.name: [line.reason for line in one.lines if line.reason]
        for one in everybody(trying.try_out(plan(), few).roots)
    }
    assert team["Ben"] == ["few_customers"]


def test_a_circle_is_refused() -> None:
    with pytest.raises(BadInput, match="a cycle"):
        trying.try_out(plan(), [Person("Anna", 1), Person("Ben", 0)])


def test_what_the_caps_take_is_said() -> None:
    low = plan(**default(caps={"total_bps": 100, "scale_order": []}))
    trial = trying.try_out(low, FAMILY)
    # Ben 970 and Chloé 110 of sales and group, of which 1 % of 7,000 may be paid.
    assert (trial.paid, trial.cut) == (7000, 97_000 + 11_000 - 7000)
    assert trial.most == max(one.total for one in everybody(trial.roots))
    assert (trying.try_out(low, []).paid, trying.try_out(low, []).most) == (0, 0)


def of(row: dict[str, Any]) -> Plan:
    return plan(**default(component=[{"id": "one", **row}], caps={}, eligibility={}))


def totals(read: Plan, people: list[Person], *, connector: int | None = None) -> list[int]:
    return [one.total for one in everybody(trying.try_out(read, people, connector=connector).roots)]


def test_nobody_has_anything_but_a_name_to_begin_with() -> None:
    assert Person("Anna") == Person("Anna", sponsor=None, sales=0, customers=0, rank=None)
    steps = [{"from": 0, "bps": 100}, {"from": 1001, "bps": 9000}]
    row = {"type": "personal_tier", "mode": "slab", "threshold_on": "cumulative_cv", "tiers": steps}
    assert totals(of(row), [Person("Anna", None, 1000)]) == [10]


@pytest.mark.parametrize(("customers", "paid"), [(0, 0), (1, 100)])
def test_who_has_a_customer_is_active(customers: int, paid: int) -> None:
    people = [Person("Anna", None, 0, customers), Person("Ben", 0, 1000, 1)]
    assert totals(of({"type": "unilevel", "levels_bps": [1000]}), people) == [paid, 0]


@pytest.mark.parametrize(("sales", "paid"), [(0, 0), (5, 900)])
def test_a_hub_has_customers_who_came_again_once_something_was_sold(sales: int, paid: int) -> None:
    row = {"type": "pool", "fund_fixed": 900, "shares_on": "hub_new_customers_repeat"}
    assert totals(of(row), [Person("Anna", None, sales)], connector=0) == [paid]


def test_ranks_that_a_plan_names_can_be_chosen() -> None:
    row = {"id": "uni", "type": "unilevel", "levels_bps": [100], "depth_by_rank": {"silver": 1, "gold": 1}}
    rows = [
        row,
        {"id": "slab", "type": "differential", "rate_by_rank": {"tin": 1}},
        {"id": "generation", "type": "generation", "breakaway_rank": "iron", "rates_bps": [1]},
        {"id": "group", "type": "group_tier", "tiers": [{"from": 0, "bps": 1}], "ranks": ["lead", "gold"]},
        {"id": "levels", "type": "unilevel", "levels_bps": [100]},
    ]
    assert trying.ranks_of(plan(**default(component=rows, caps={}))) == ("gold", "iron", "lead", "silver", "tin")
    assert trying.ranks_of(plan(**default(component=[row], caps={}))) == ("gold", "silver")
    assert trying.ranks_of(plan()) == ()


@pytest.mark.parametrize(
    ("key", "starts"),
    [
        ("version", "version = 1"),
        ("caps.total_bps", "total_bps"),
        ("component[1].mode", 'mode = "marginal"'),
        ("component[3].fund_bps", "fund_bps"),
        ("component[0].tiers[2].bps", "tiers = "),
        ("component[1].type=binary", "type = "),
        ("component[2].nothing_like_it", "[[component]]"),
        ("refunds", "[refunds]"),
    ],
)
def test_a_key_is_found_at_its_line(key: str, starts: str) -> None:
    line = locating.line_of(SOURCE, key)
    assert line is not None
    assert SOURCE.splitlines()[line - 1].startswith(starts)


def test_the_line_is_that_of_the_right_component() -> None:
    lines = [locating.line_of(SOURCE, f"component[{place}].id") for place in range(4)]
    assert [SOURCE.splitlines()[(line or 0) - 1] for line in lines] == [
        'id = "personal"',
        'id = "team"',
        'id = "hub"',
        'id = "hub_pool"',
    ]


LONG = """[[component]]
id = "own" # [not a list
tiers = [
  {from = 0, bps = 100},  # the first ]
  {from = 5, bps = 200},
  {from = 4, bps = 300},
]
note = "a = [b"
[caps]
total_bps = 3000
"""


def test_elements_on_lines_of_their_own_are_found() -> None:
    found = [locating.line_of(LONG, f"component[0].tiers[{place}].from") for place in range(3)]
    assert found == [4, 5, 6]
    assert locating.line_of(LONG, "caps.total_bps") == 10
    assert locating.line_of(LONG, "nowhere") is None


def test_the_first_of_two_counts_and_text_in_lists_is_no_key() -> None:
    assert locating.line_of("a = 1\na = 2\n", "a") == 1
    assert locating.line_of('[caps]\norder = [\n"total_bps = 1",\n]\ntotal_bps = 3\n', "caps.total_bps") == 5
    first = "tiers = [{from = 0},\n  {from = 5}]\n"
    assert [locating.line_of(first, f"tiers[{place}].from") for place in range(2)] == [1, 2]


def test_a_refusal_of_the_reader_leads_to_its_line() -> None:
    broken = SOURCE.replace("bps = 1200", "bps = -1").replace("bps=1200", "bps=-1")
    with pytest.raises(BadInput) as caught:
        product.read(tomllib.loads(broken), file="plan.toml")
    line = locating.line_of(broken, caught.value.key)
    assert line is not None
    assert "-1" in broken.splitlines()[line - 1]


def test_text_that_is_no_toml_names_its_line() -> None:
    with pytest.raises(tomllib.TOMLDecodeError) as caught:
        tomllib.loads("a = 1\nb = = 2\n")
    assert locating.line_of_syntax(str(caught.value)) == 2
    assert locating.line_of_syntax("something else") is None
