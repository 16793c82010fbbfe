"""Digests of what a run reads and pays: as documented, the same whatever holds the facts, and those of old stay."""

from __future__ import annotations

import struct
from dataclasses import replace
from hashlib import sha256
from json import dumps
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from hubapp.earnings.compensation.plans import cases, digests, engine
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.names import Uuids
from hubapp.earnings.compensation.plans.tree import plant

SCHEDULE = [{"from": 0, "bps": 300}, {"from": 9_000, "bps": 700}]
TIERS = [{"from": 0, "bps": 1_000}, {"from": 5_000, "bps": 1_500}]
COMPONENTS = [
    {"id": "own", "type": "personal_tier", "mode": "marginal", "tiers": TIERS},
    {"id": "team", "type": "differential", "schedule": SCHEDULE, "customer_rule": {"min_customers": 2}},
    {"id": "hubs", "type": "hub_share", "fee_bps": 333, "split_bps": {"connector": 7_000, "company": 3_000}},
]
CASE: dict[str, Any] = {
    "plan": {"components": COMPONENTS, "rounding": "down", "id": "old"},
    "members": [
        {"id": "a", "connector_of": "h1"},
        {"id": "b", "sponsor": "a", "customers": 1, "rank": "gold"},
        {"id": "ç", "sponsor": "b", "customers": 3},
    ],
    "orders": [
        {"id": "o2", "seller": "ç", "buyer": "customer", "cv": 7_001, "amount": 8_000, "hub": "h1"},
        {"id": "o1", "seller": "b", "buyer": "customer", "cv": 5_003, "amount": 6_000},
        {"id": "o3", "cv": 10, "amount": 12, "buyer": "participant", "hub": "h1"},
    ],
}


def computed() -> Result:
    case = cases.read(CASE, file="case.json")
    return engine.compute(case.plan, case.inputs)


def q(*numbers: int) -> bytes:
    return struct.pack(f"<{len(numbers)}q", *numbers)


def test_a_period_that_was_closed_by_rows_still_verifies() -> None:
    result = computed()
    inputs = "56b9234826c6edcf5b6520146af2e86e97fb1c522bdff44573a5ffa00b1b86b4"
    assert digests.form_of(inputs) == 1
    assert digests.of_inputs(result.ground.inputs, form=1) == inputs
    assert digests.of_inputs(result.ground.inputs, version="v", form=1) == sha256(f"v\n{inputs}".encode()).hexdigest()
    assert digests.of_result(result, form=1) == "9afcb4aab80e10897e21722a2023b817088ff5fd2d9893f4bae12b608bb33b72"


def test_inputs_are_digested_as_the_form_says() -> None:
    parts = [
        b"inputs 2 v\n",
        b"member t 3\n1:a,1:b,2:\xc3\xa7,member.sponsor q 3\n" + q(-1, 0, 1),
        b'[null, "gold"]\nmember.rank q 3\n' + q(0, 1, 0) + b"member.active q 3\n" + q(1, 1, 1),
        b"member.customers q 3\n" + q(0, 1, 3) + b"member.customer_pv q 3\n" + q(0, 0, 0),
        b"member.customer_cv q 3\n" + q(0, 0, 0) + b"member.earlier_cv q 3\n" + q(0, 0, 0),
        b"order t 3\n2:o1,2:o2,2:o3,order.seller q 3\n" + q(1, 2, -1) + b"order.hub q 3\n" + q(-1, 0, 0),
        b'[""]\norder.kind q 3\n' + q(0, 0, 0) + b"order.buyer q 3\n" + q(0, 0, 1),
        b"order.amount q 3\n" + q(6_000, 8_000, 12) + b"order.cv q 3\n" + q(5_003, 7_001, 10),
        b"order.pv q 3\n" + q(0, 0, 0),
        b'["hub", "h1", [["a", 1]], 0, 0]\n',
    ]
    inputs = computed().ground.inputs
    assert digests.of_inputs(inputs, version="v") == "v2:" + sha256(b"".join(parts)).hexdigest()


def test_a_result_is_digested_as_the_form_says() -> None:
    result = computed()
    whole = b"result 2\nmember t 3\n1:a,1:b,2:\xc3\xa7,"
    for paid, final in zip(result.paid, result.final, strict=True):
        lost = [paid.forfeited.get(member, 0) for member in range(3)]
        why = [int(paid.kept.why[member]) if lost[member] else 0 for member in range(3)]
        columns = {"amount": final, "rounded": paid.amounts, "exact": paid.exact, "lost": lost, "why": why}
        for name, numbers in columns.items():
            whole += f"{paid.component.id}.{name} q 3\n".encode() + q(*numbers)
    left = ["own", [["fractions", 6000]]], ["team", [["forfeited", 2800400], ["fractions", 2400]]]
    whole += "".join(dumps(["breakage", *one]) for one in left).encode()
    assert digests.of_result(result) == "v2:" + sha256(whole).hexdigest()


# Two share their first half, one ends and one begins with zeros.
ADA, BEN, CEM = (UUID(int=number) for number in (1, 2**120, 2**120 + 1))
People = list[tuple[UUID, UUID | None, int, str | None]]
Sales = list[tuple[UUID, UUID | None, int, str]]
PEOPLE: People = [(ADA, None, 4, "gold"), (BEN, ADA, 5, None), (CEM, BEN, 6, "gold")]
SALES: Sales = [(BEN, CEM, 10**30, "kit"), (ADA, None, 7, "product"), (CEM, BEN, 8, "kit")]


def inputs_of(people: People, sales: Sales, *, as_texts: bool = False) -> Inputs:
    place = {one: at for at, (one, *_) in enumerate(people)}
    people_ids, sale_ids = (Uuids(np.array([row[0].bytes for row in rows], "S16")) for rows in (people, sales))
    tree = plant([place[above] if above else -1 for _, above, *_ in people], range(len(people)))
    ranks, customers, zeros = [row[3] for row in people], [row[2] for row in people], [0] * len(people)
    members = Members(
        list(people_ids) if as_texts else people_ids, tree, ranks, [True] * 3, customers, zeros, zeros, zeros
    )
    orders = Orders(
        list(sale_ids) if as_texts else sale_ids,
        [place[seller] if seller else -1 for _, seller, *_ in sales],
        [0] * len(sales),
        [0] * len(sales),
        [cv for _, _, cv, _ in sales],
        [0] * len(sales),
        [-1] * len(sales),
        [kind for *_, kind in sales],
    )
    return Inputs(members, orders, Hubs(["9"], [[(place[BEN], 31)]], [1], [0]))


def test_the_order_and_the_form_of_ids_do_not_matter() -> None:
    digest = digests.of_inputs(inputs_of(PEOPLE, SALES))
    assert digests.of_inputs(inputs_of(PEOPLE[::-1], SALES[::-1])) == digest
    assert digests.of_inputs(inputs_of(PEOPLE, SALES, as_texts=True)) == digest


@pytest.mark.parametrize("place", range(3))
def test_every_sale_matters(place: int) -> None:
    sold, seller, cv, kind = SALES[place]
    changes = [
        (UUID(int=9), seller, cv, kind),
        (sold, ADA, cv, kind),
        (sold, seller, cv + 1, kind),
        (sold, seller, cv, ""),
    ]
    digest = digests.of_inputs(inputs_of(PEOPLE, SALES))
    for change in changes:
        assert digests.of_inputs(inputs_of(PEOPLE, [*SALES[:place], change, *SALES[place + 1 :]])) != digest


@pytest.mark.parametrize("form", [1, 2])
def test_orders_without_a_kind_are_digested_as_those_of_an_empty_one(form: int) -> None:
    inputs = computed().ground.inputs
    sold = replace(inputs.orders, buyer=[0, 1, 2])
    one, other = (replace(inputs, orders=orders) for orders in (sold, replace(sold, kind=[""] * 3)))
    assert digests.of_inputs(one, form=form) == digests.of_inputs(other, form=form)


def test_many_are_digested_in_parts_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    inputs = inputs_of(PEOPLE, SALES)
    digest = digests.of_inputs(inputs)
    monkeypatch.setattr(digests, "AT_ONCE", 2)
    assert digests.of_inputs(inputs) == digest


def test_a_result_is_the_same_whatever_holds_its_columns() -> None:
    result = computed()
    rich = replace(result.ground.inputs.members, earlier_cv=[2**60] * 3)  # leaves no room for 64 bits
    again = engine.compute(result.plan, replace(result.ground.inputs, members=rich))
    assert again.paid[0].kept.exact.dtype == object
    assert digests.of_result(again) == digests.of_result(result)


@pytest.mark.parametrize("many", [np.int8, np.int32, np.int64, object])
def test_the_width_of_a_column_does_not_matter(many: Any) -> None:
    inputs = computed().ground.inputs
    wide = replace(inputs.members, customers=inputs.members.customers.astype(many))
    assert digests.of_inputs(replace(inputs, members=wide)) == digests.of_inputs(inputs)
