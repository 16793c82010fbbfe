"""Statements verify, whoever earns by whatever plan, and say what the engine pays."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans import explain, refunds
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.statement import body
from hubapp.earnings.compensation.statement.building import Correction
from tests.earnings.compensation import examples, statements, strategies

CAREFUL = settings(max_examples=40, deadline=None, derandomize=True)


def verified(result: Result) -> None:
    closed = statements.closed(result)
    for at, member in enumerate(result.ground.members.ids):
        found = statements.document(closed, member)
        statements.right(statements.sealed(found))
        assert found["totals"]["due"] == result.totals[at]


@CAREFUL
@given(strategies.whole_cases())
def test_everybodys_file_verifies_under_any_plan(case: dict[str, Any]) -> None:
    verified(statements.computed(case))


@CAREFUL
@given(statements.product_runs())
def test_everybodys_file_verifies_with_shared_hubs_pools_and_caps(result: Result) -> None:
    verified(result)


@CAREFUL
@given(strategies.whole_cases())
def test_pieces_come_to_what_the_glass_box_shows(case: dict[str, Any]) -> None:
    result = statements.computed(case)
    closed = statements.closed(result)
    for member in result.ground.members.ids:
        shown = {line.component: line for line in explain.lines(result, member)}
        for line in statements.document(closed, member)["lines"]:
            same = shown.get(line["component"])
            assert line["computed"] == sum(piece["exact"] for piece in line["pieces"])
            assert line["reason"] == (same.reason if same else None)
            assert line["computed"] == (same.computed if same else 0)
            assert sum(piece["minor"] for piece in line["pieces"]) == line["amount"]


def test_a_rerun_gives_the_same_bytes_and_another_salt_other_names_of_the_legs() -> None:
    closed = statements.closed(statements.TEAM)
    first, again = (statements.sealed(statements.document(closed, "ana")) for _ in range(2))
    other = statements.document(closed, "ana", salt=b"another")
    assert first == again
    assert statements.parsed(first)["facts"] != other["facts"]


def test_an_amount_that_the_engine_does_not_pay_is_not_signed() -> None:
    closed = statements.closed(statements.TEAM)
    amounts = closed.network.final[0].copy()  # the run's own stay as they are
    amounts[closed.network.at("ana")] += 1
    closed.network.final[0] = amounts
    with pytest.raises(body.ImplementationsDisagree):
        statements.document(closed, "ana")


def test_the_plans_own_text_is_in_the_file_unless_it_names_people() -> None:
    plan = statements.parsed(statements.example())["plan"]
    assert plan["source"] == statements.SOURCE
    rows = examples.default()["component"]
    rows[2]["split"] = {"ana": 4000, "bea": 6000}
    named = statements.default_run({"ana": (None, 100), "bea": ("ana", 100)}, component=rows)
    found = statements.document(statements.closed(named, source="split = {bea = 6000}"), "ana")["plan"]
    assert found["source"] is None
    assert found["rules"]["components"][2]["split"] == {"people": 2, "sum": 10_000}


def test_late_refunds_are_recomputed_from_both_sides() -> None:
    was = statements.TEAM
    now = refunds.after(was, ["order-of-dan", "order-of-ana"])
    correction = Correction(
        statements.closed(was, name="2026-12", source=statements.SOURCE),
        statements.closed(now, name="2026-12", source=statements.SOURCE),
        "2027-01",
    )
    found = statements.document(statements.closed(was), "ana", corrections=[correction], debt_before=1000)
    at = list(was.ground.members.ids).index("ana")
    due = 2 * was.totals[at] - (was.totals[at] - now.totals[at]) - was.totals[at]
    assert found["totals"]["due"] == due
    assert found["totals"]["settlement"]["recovered"] == min(1000, due // 2)
    assert statements.right(statements.sealed(found)).taken["totals.settlement.debt_before"]
    assert {row["component"] for row in found["corrections"][0]["lines"]} == {"personal", "team"}


@settings(max_examples=20, deadline=None, derandomize=True)
@given(statements.product_runs())
def test_who_only_gives_back_has_a_file_of_a_period_that_they_are_not_in(result: Result) -> None:
    was = statements.TEAM
    now = refunds.after(was, ["order-of-dan", "order-of-ana"])
    sides = [statements.closed(one, name="2026-12", source=statements.SOURCE) for one in (was, now)]
    closed, correction = statements.closed(result), Correction(*sides, "2027-01")
    assert closed.network.at("ana") is None
    found = statements.document(closed, "ana", corrections=[correction])
    statements.right(statements.sealed(found))
    at = list(was.ground.members.ids).index("ana")
    assert (found["totals"]["period"], found["totals"]["due"]) == (0, now.totals[at] - was.totals[at])
    with pytest.raises(KeyError):
        statements.document(closed, "ana")


@CAREFUL
@given(strategies.whole_cases(), st.data())
def test_whatever_is_refunded_the_difference_is_the_engines(case: dict[str, Any], data: st.DataObject) -> None:
    was = statements.computed(case)
    now = refunds.after(was, case["refunds"])
    member = data.draw(st.sampled_from(list(was.ground.members.ids)))
    correction = Correction(statements.closed(was), statements.closed(now), "2027-02")
    found = statements.document(statements.closed(was), member, corrections=[correction], later=[correction])
    statements.right(statements.sealed(found))
    assert found["totals"]["by_now"] == found["totals"]["period"] + found["totals"]["corrections"]
    place = list(was.ground.members.ids).index(member)
    posted = {name: change for at, name, change in refunds.differences(was, now) if at == place}
    assert {row["component"]: row["difference"] for row in found["corrections"][0]["lines"]} == posted


@pytest.mark.parametrize(
    ("due", "debt", "holdback", "recover"), [(0, 50, 0, 5000), (-70, 50, 1000, 5000), (999, 400, 1000, 5000)]
)
def test_debts_are_settled_as_the_engine_does(due: int, debt: int, holdback: int, recover: int) -> None:
    rules = {"refunds": {"holdback_bps": holdback, "recover_bps_of_next_payouts": recover}}
    ours = verify_statement.totals_of(rules, [{"amount": due}], [], None, debt)["settlement"]
    engines = refunds.settle(due=due, debt=debt, holdback_bps=holdback, recover_bps=recover)
    assert ours == {
        "debt_before": debt,
        "recovered": engines.recovered,
        "held": engines.held,
        "paid": engines.paid,
        "debt_after": engines.debt,
    }
