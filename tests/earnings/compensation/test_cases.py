"""What a worked case leaves out, how its periods follow one another, and the currency that it is in."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.inputs import Hubs
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import Caps
from tests.earnings.compensation.examples import case, order, person

MARGIN = {"type": "retail_margin", "bps": 100}


def test_whom_a_case_leaves_out() -> None:
    one = cases.read(case([MARGIN], [person("b", "a"), person("a")], []), file="f")
    members = one.inputs.members
    assert (members.ids, members.tree.parent.tolist()) == (["a", "b"], [-1, 0])
    assert (members.ranks, members.active.tolist()) == ([None, None], [True, True])
    for column in (members.customers, members.customer_pv, members.customer_cv, members.earlier_cv):
        assert column.tolist() == [0, 0]
    assert (one.plan.id, one.plan.version, one.plan.currency) == ("case", 0, None)
    assert one.plan.rounding == Rounding("half_up", 1)
    assert (one.periods, one.refunds, one.advances, one.only, one.expected) == ({"": ()}, None, None, None, {})


def test_a_hubs_customers_are_those_of_its_connectors() -> None:
    people = [person("a", connector_of="h", customers=3), person("b", connector_of="h", customers=4), person("c")]
    orders = [order("1", "c", 5, hub="g"), order("2", None, 6, hub="h"), order("3", "c", 7, hub=None)]
    one = cases.read(case([MARGIN], people, orders), file="f")
    assert one.inputs.hubs == Hubs(["g", "h"], [[], [(0, 1), (1, 1)]], [0, 7], [0, 0])
    assert (one.inputs.orders.hub.tolist(), one.inputs.orders.seller.tolist()) == ([0, 1, -1], [2, -1, 2])


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        (["P10", "P2", "P2"], {"P2": (1, 2), "P10": (0,)}),
        (["2a", "10", 2], {"2": (2,), "2a": (0,), "10": (1,)}),
        (["²", "1"], {"1": (1,), "²": (0,)}),
    ],
)
def test_periods_follow_one_another_by_their_numbers(written: list[Any], read_as: dict[str, Any]) -> None:
    orders = [order(f"o{at}", "a", 5, period=period) for at, period in enumerate(written)]
    one = cases.read(case([MARGIN], [person("a")], orders), file="f")
    assert list(one.periods.items()) == list(read_as.items())


@pytest.mark.parametrize(
    ("period", "words"),
    [
        ("", "is missing: either every order carries a period or none"),
        (None, "is missing: either every order carries a period or none"),
        (False, "is missing: either every order carries a period or none"),
        (True, "must be a text"),
        (1.5, "must be a text"),
        (["1"], "must be a text"),
        ("1" * 5000, "is longer than 100 characters"),
    ],
)
def test_a_period_is_a_text_or_a_number(period: object, words: str) -> None:
    orders = [order("1", "a", 5, period=0), order("2", "a", 5, period=period)]
    with pytest.raises(BadInput) as refusal:
        cases.read(case([MARGIN], [person("a")], orders), file="f")
    assert str(refusal.value) == f"f: orders[1].period: {words}"


def test_one_currency_is_that_of_the_plan_or_of_the_first_order_that_says_one() -> None:
    orders = [order("1", "a", 5), order("2", "a", 5, currency="EUR"), order("3", "a", 5, currency="EUR")]
    cases.read(case([MARGIN], [person("a")], orders, plan={"currency": "EUR"}), file="f")
    cases.read(case([MARGIN], [person("a")], orders), file="f")
    with pytest.raises(BadInput, match=r"^f: orders\[1\]\.currency: EUR beside USD: "):
        cases.read(case([MARGIN], [person("a")], orders, plan={"currency": "USD"}), file="f")
    orders[2]["currency"] = "TND"
    with pytest.raises(BadInput, match=r"^f: orders\[2\]\.currency: TND beside EUR: "):
        cases.read(case([MARGIN], [person("a")], orders), file="f")


@pytest.mark.parametrize(
    ("change", "key"),
    [({"cap": {"colour": 1}}, "cap.colour"), ({"holdback": {"colour": 1}}, "holdback.colour"), ({"x": 1}, "x")],
)
def test_a_cases_plan_has_no_other_keys(change: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput, match=rf"^f: plan\.{key}: unknown key"):
        cases.read(case([MARGIN], [], [], plan=change), file="f")


def test_an_order_has_no_other_keys_and_says_what_it_came_to() -> None:
    for change, words in (({"colour": 1}, "orders[0].colour: unknown key"), ({"cv": -1}, "orders[0].cv: must not be")):
        with pytest.raises(BadInput) as refusal:
            cases.read(case([MARGIN], [person("a")], [{**order("1", "a", 5), **change}]), file="f")
        assert str(refusal.value).startswith(f"f: {words}")


def test_a_case_may_cap_each_participant_alone() -> None:
    one = cases.read(case([MARGIN], [], [], plan={"cap": {"per_participant_cents": 5}}), file="f")
    assert one.plan.caps == Caps(None, 5)
