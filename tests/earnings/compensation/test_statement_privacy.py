"""What a statement does not say about other people."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans import cases, engine, explain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.statement import facts
from tests.earnings.compensation import statements, strategies

CAREFUL = settings(max_examples=60, deadline=None, derandomize=True)


def telling(case: dict[str, Any]) -> dict[str, Any]:
    """The same case with names that are found anywhere, and amounts of which no two sums are equal."""
    names = {one["id"]: f"account-{place:04x}-{one['id']}" for place, one in enumerate(case["members"])}
    members = [{**one, "id": names[one["id"]], "sponsor": names.get(one["sponsor"])} for one in case["members"]]
    powers = count()
    orders = [
        {
            **{key: value for key, value in one.items() if key != "period"},
            "id": f"order-{one['id']}-of-{names.get(one['seller'])}",
            "seller": names.get(one["seller"]),
            **{name: 10_007 * 2 ** next(powers) for name in ("pv", "cv")},
        }
        for one in case["orders"]
    ]
    orders = [{**one, "amount": one["cv"] + 10_007 * 2 ** next(powers)} for one in orders]
    return {**case, "plan": renamed(case["plan"], names), "members": members, "orders": orders, "refunds": []}


def renamed(part: Any, names: dict[str, str]) -> Any:
    """A part of a plan in which what is said of somebody stands under the new name: shares, splits, advances."""
    if isinstance(part, list):
        return [renamed(one, names) for one in part]
    if isinstance(part, dict):
        return {names.get(name, name): renamed(one, names) for name, one in part.items()}
    return part


def inherent(result: Result, member: str) -> set[int]:
    """What the plan pays the member by, where a single person stands behind it: the sums of single sellers by rate."""
    sellers: dict[Any, set[str]] = defaultdict(set)
    sums: dict[Any, int] = defaultdict(int)
    for line in explain.lines(result, member):
        for piece in line.pieces:
            name = (line.component, piece.why, piece.bps, piece.level, piece.leg)
            sellers[name].add(piece.seller or "")
            sums[name] += piece.base
    return {sums[name] for name, people in sellers.items() if len(people) == 1}


@CAREFUL
@given(strategies.whole_cases())
def test_nobody_else_and_none_of_their_orders_is_named(case: dict[str, Any]) -> None:
    result = statements.computed(telling(case))
    closed = statements.closed(result)
    sellers = dict(zip(result.ground.inputs.orders.ids, result.ground.inputs.orders.seller, strict=True))
    for at, member in enumerate(result.ground.members.ids):
        text = statements.sealed(statements.document(closed, member)).decode()
        assert [name for name in result.ground.members.ids if name in text] == [member]
        assert all(seller == at for name, seller in sellers.items() if name in text)


@CAREFUL
@given(strategies.whole_cases())
def test_no_amount_of_somebody_else_stands_alone_but_what_the_plan_pays_by(case: dict[str, Any]) -> None:
    result = statements.computed(telling(case))
    closed = statements.closed(result)
    network = closed.network
    for at, member in enumerate(network.ids):
        found = {
            int(one) for one in re.findall(r"\b\d+\b", statements.sealed(statements.document(closed, member)).decode())
        }
        own = {number for sale in network.sales_of(at) for number in (sale.amount, sale.cv, sale.pv)}
        group = {network.gv[at] - network.own[at], network.gpv[at] - network.own_pv[at], network.turnover}
        legs = {network.gv[leg] for leg in network.frontline[at]}
        hubs = {*network.hub_amounts, *network.hub_cv}
        sums = {network.from_customers[at], network.everything[at]}
        sums |= {network.from_customers[at] - _customers(network, at), network.everything[at] - _all(network, at)}
        others = [one for one in range(len(network.ids)) if one != at]
        sales = [sale for one in others for sale in network.sales_of(one)]
        single = {number for sale in sales for number in (sale.cv, sale.pv, sale.amount)}
        single |= {network.own[one] for one in others}
        allowed = own | group | legs | hubs | sums | inherent(result, member) | {0}
        assert not (found & single) - allowed


@CAREFUL
@given(statements.product_runs())
def test_neither_other_connectors_nor_shares_by_person_are_named(result: Result) -> None:
    closed = statements.closed(result, source="a plan's text, which may name people")
    for at, member in enumerate(result.ground.members.ids):
        found = statements.document(closed, member)
        del found["plan"]["source"]
        text = json.dumps(found)
        assert set(re.findall(r'"(m\d)"', text)) == {member}
        assert set(re.findall(r'"(o\d+)"', text)) <= {sale.id for sale in closed.network.sales_of(at)}


def _customers(network: Any, at: int) -> int:
    return sum(sale.cv for sale in network.sales_of(at) if sale.buyer == "customer")


def _all(network: Any, at: int) -> int:
    return sum(sale.cv for sale in network.sales_of(at))


def team(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["facts"]["team"]
    return found


def test_small_legs_of_a_tier_stand_together_and_large_ones_under_a_pseudonym() -> None:
    legs = {"own": (None, 1000), **{f"s{n}": ("own", 100_000 + 10 * n) for n in range(4)}}
    large = {"big": ("own", 150_000), "b1": ("big", 7), "b2": ("b1", 9)}
    run = statements.default_run({**legs, **large})
    document = statements.document(statements.closed(run), "own")
    assert team(document)["together"] == [{"from": 100_000, "legs": 4, "cv": 400_060}]
    assert [row["cv"] for row in team(document)["legs"]] == [150_016]
    statements.right(statements.sealed(document))


def test_a_small_leg_hides_behind_the_smallest_large_one_of_its_tier() -> None:
    large = {"big": ("own", 150_000), "b1": ("big", 7), "b2": ("b1", 9)}
    huge = {"huge": ("own", 250_000), "h1": ("huge", 7), "h2": ("h1", 9)}
    run = statements.default_run({"own": (None, 1000), "small": ("own", 123_457), **large, **huge})
    document = statements.document(statements.closed(run), "own")
    assert team(document)["together"] == [{"from": 100_000, "legs": 2, "cv": 123_457 + 150_016}]
    assert "123457" not in statements.sealed(document).decode()


def test_pseudonyms_cannot_be_linked_between_statements_nor_made_without_the_salt() -> None:
    assert facts.pseudonym(b"one", "bea") != facts.pseudonym(b"two", "bea")
    assert facts.pseudonym(b"one", "bea") == facts.pseudonym(b"one", "bea") != facts.pseudonym(b"one", "cem")


@CAREFUL
@given(st.integers(1, 4))
def test_what_few_participants_bought_themselves_is_not_shown(buyers: int) -> None:
    names = [f"p{place}" for place in range(buyers)]
    run = statements.default_run({"own": (None, 90_000), **dict.fromkeys(names, ("own", 50000))})
    orders = run.ground.inputs.orders
    bought = replace(
        orders,
        **{
            name: [*getattr(orders, name), *values]
            for name, values in {
                "ids": [f"self-{name}" for name in names],
                "seller": [list(run.ground.members.ids).index(name) for name in names],
                "buyer": [1] * buyers,
                "amount": [777] * buyers,
                "cv": [777] * buyers,
                "pv": [777] * buyers,
                "hub": [-1] * buyers,
            }.items()
        },
    )
    result = engine.compute(run.plan, Inputs(run.ground.members, bought, run.ground.inputs.hubs))
    group = statements.document(statements.closed(result), "own")["group"]
    assert ("everything" in group) == (buyers >= facts.FEW)
    assert group.get("majority", True)


def test_a_plan_without_group_pay_says_nothing_of_the_group() -> None:
    rows = [{"id": "margin", "type": "retail_margin", "bps": 1000}]
    case = {
        "plan": {"components": rows},
        "members": [{"id": "a", "sponsor": None}, {"id": "b", "sponsor": "a"}],
        "orders": [{"id": "o", "seller": "b", "buyer": "customer", "amount": 5, "cv": 5}],
    }
    read = cases.read(case, file="case.json")
    document = statements.document(statements.closed(engine.compute(read.plan, read.inputs)), "a")
    assert (document["group"], document["facts"], document["network"]) == ({}, {}, {})
