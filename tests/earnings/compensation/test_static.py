"""What is read off a plan without running it: worst cases, people paid per sale, and the words of each finding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases
from hubapp.earnings.compensation.plans.lint import static
from hubapp.earnings.compensation.plans.lint.findings import OURS, Finding, Status
from hubapp.earnings.compensation.plans.schema import Caps, Plan
from tests.earnings.compensation.examples import DEFAULT, case, person, plan

PERSONAL, TEAM, HUB, POOL = DEFAULT["component"]
BASE = DEFAULT["base"]
STEPS = [{"from": 0, "bps": 100}, {"from": 1000, "bps": 300}]


def component(row: dict[str, Any]) -> Any:
    return cases.read(case([row], [person("a")], []), file="f").plan.components[0]


def of(*components: dict[str, Any], **changes: Any) -> Plan:
    rows = [{"id": f"c{at}", **one} for at, one in enumerate(components)]
    return plan(component=rows, **{"caps": {}, **changes})


def found(read: Plan, clause: str, check: str) -> Finding:
    (one,) = [one for one in static.findings(read) if (one.clause, one.check) == (clause, check)]
    return one


@pytest.mark.parametrize(
    ("row", "worst"),
    [
        ({"type": "personal_tier", "tiers": STEPS}, 300),
        ({"type": "retail_margin", "bps": 120}, 120),
        ({"type": "differential", "schedule": STEPS}, 300),
        ({"type": "differential", "rate_by_rank": {"x": 40, "y": 70}}, 70),
        ({"type": "differential", "rate_by_rank": {}}, 0),
        ({"type": "unilevel", "levels_bps": [5, 3]}, 8),
        ({"type": "generation", "breakaway_rank": "x", "rates_bps": [6, 3]}, 9),
        ({"type": "group_tier", "tiers": STEPS}, None),
        ({"type": "pool", "fund_bps": 60, "shares": {}}, 60),
        ({"type": "pool", "fund_fixed": 1, "shares": {}}, None),
        ({"type": "hub_share", "fee_bps": 1701, "split_bps": {"connector": 2500, "company": 7500}}, 426),
        ({"type": "hub_tier", "tiers": STEPS}, 300),
        ({"type": "hub_tier", "tiers": STEPS, "fixed_payment": 1}, None),
        ({"type": "hub_tier", "tiers": STEPS, "fixed_payment": 7, "fixed_min_turnover": 3000}, 324),
        ({"type": "hub_tier", "tiers": STEPS, "fixed_min_turnover": 3000}, 300),
    ],
)
def test_the_most_that_a_component_pays_of_cv(row: dict[str, Any], worst: int | None) -> None:
    assert static.worst_bps(component(row)) == worst


def test_the_worst_case_is_said_component_by_component_against_the_cap() -> None:
    words = "personal 15 + team 4 + hub 10 + hub_pool 0.5 = 29.5 % of cv at worst, against a cap of 30 %"
    assert found(plan(), "worst case", "payout ratio") == Finding(
        "worst case", "payout ratio", Status.OK, 2950, words, OURS
    )


@pytest.mark.parametrize(
    ("components", "cap", "status", "words"),
    [
        ([PERSONAL], 1500, Status.OK, "personal 15 = 15 % of cv at worst, against a cap of 15 %"),
        ([PERSONAL], 1499, Status.WARNED, "personal 15 = 15 % of cv at worst, against a cap of 14.99 %"),
        ([PERSONAL], 0, Status.WARNED, "personal 15 = 15 % of cv at worst, against a cap of 0 %"),
        (
            [{"type": "hub_share", "fee_bps": 1000, "split_bps": {"connector": 10_000}}],
            3000,
            Status.WARNED,
            "c0 10 = 10 % of cv at worst, where c0 is of amounts with tax, not of cv, against a cap of 30 %",
        ),
        (
            [
                {"type": "hub_tier", "tiers": [{"from": 0, "bps": 100}]},
                {"type": "hub_tier", "on": "amount", "tiers": [{"from": 0, "bps": 100}]},
            ],
            3000,
            Status.WARNED,
            "c0 1 + c1 1 = 2 % of cv at worst, where c1 is of amounts with tax, not of cv, against a cap of 30 %",
        ),
        ([PERSONAL], None, Status.WARNED, "personal 15 = 15 % of cv at worst, and there is no cap on the total"),
        (
            [{"type": "retail_margin", "bps": 0}],
            None,
            Status.OK,
            "c0 0 = 0 % of cv at worst, and there is no cap on the total",
        ),
        (
            [{"type": "retail_margin", "bps": 1}],
            None,
            Status.WARNED,
            "c0 0.01 = 0.01 % of cv at worst, and there is no cap on the total",
        ),
        (
            [{"type": "retail_margin", "bps": 10_000}],
            None,
            Status.WARNED,
            "c0 100 = 100 % of cv at worst, and there is no cap on the total",
        ),
        (
            [{"type": "retail_margin", "bps": 10_000}, {"type": "retail_margin", "bps": 1}],
            None,
            Status.REFUSED,
            "c0 100 + c1 0.01 = 100.01 % of cv at worst, and there is no cap on the total",
        ),
        (
            [PERSONAL, {**POOL, "id": "p", "fund_fixed": 5}],
            3000,
            Status.WARNED,
            "personal 15 = 15 % of cv at worst, without bound: p, against a cap of 30 %",
        ),
        (
            [PERSONAL, {**POOL, "id": "p", "fund_fixed": 5}],
            None,
            Status.REFUSED,
            "personal 15 = 15 % of cv at worst, without bound: p, and there is no cap on the total",
        ),
    ],
)
def test_promises_over_the_cap_are_warned_of_and_endless_ones_need_a_cap(
    components: list[dict[str, Any]], cap: int | None, status: Status, words: str
) -> None:
    rows = [{name: value for name, value in row.items() if name != "fund_bps"} for row in components]
    one = found(replace(of(*rows), caps=Caps(cap)), "worst case", "payout ratio")
    assert (one.status, one.reason) == (status, words)


@pytest.mark.parametrize(
    ("count", "status"), [(3, Status.OK), (4, Status.WARNED), (5, Status.WARNED), (6, Status.REFUSED)]
)
def test_people_paid_per_sale_are_few(count: int, status: Status) -> None:
    one = found(of({"type": "unilevel", "levels_bps": [100] * count}), "M17", "paid people per sale")
    words = f"one sale pays up to {count} people through the tree; more than 3 is many, more than 5 is refused"
    assert (one.status, one.value, one.reason) == (status, count, words)


def test_pay_on_group_volume_pays_people_without_a_bound() -> None:
    one = found(of({"type": "group_tier", "tiers": STEPS}, PERSONAL), "M17", "paid people per sale")
    words = "one sale pays people without a bound through the tree (group_tier); more than 3 is many"
    assert (one.status, one.value, one.reason) == (Status.REFUSED, 0, f"{words}, more than 5 is refused")
    assert found(of(PERSONAL, HUB), "M17", "paid people per sale").value == 0


@pytest.mark.parametrize(("declared", "status"), [(2, Status.REFUSED), (3, Status.OK), (4, Status.OK)])
def test_more_steps_than_are_declared_are_refused(declared: int, status: Status) -> None:
    one = found(of({**TEAM, "max_paid_per_sale": declared}), "M17", "declared paid people")
    words = f"team declares max_paid_per_sale = {declared} and has 3 positive steps"
    assert (one.status, one.value, one.reason) == (status, 3, words)


def test_nothing_is_said_of_steps_that_nobody_declared() -> None:
    row = {name: value for name, value in TEAM.items() if name != "max_paid_per_sale"}
    checks = [one.check for one in static.findings(of(row, PERSONAL, {"type": "unilevel", "levels_bps": [1]}))]
    assert "declared paid people" not in checks
    none = {"type": "differential", "rate_by_rank": {"x": 0}, "max_paid_per_sale": 0}
    assert found(of(none), "M17", "declared paid people").value == 0


def test_lower_rates_for_more_are_refused_wherever_they_stand() -> None:
    falling = [{"from": 0, "bps": 5}, {"from": 9, "bps": 4}]
    rows = [
        {"type": "personal_tier", "tiers": falling},
        {"type": "differential", "schedule": falling},
        {"type": "hub_tier", "tiers": falling},
        {"type": "differential", "rate_by_rank": {"x": 1}},
        {"type": "personal_tier", "tiers": [{"from": 0, "bps": 5}, {"from": 9, "bps": 5}]},
    ]
    refused = [one for one in static.findings(of(*rows)) if one.clause == "regressive tiers"]
    words = "pays a lower rate for more: 5, 4 basis points"
    assert refused == [
        Finding("regressive tiers", name, Status.REFUSED, 4, f"{name} {words}", OURS) for name in ("c0", "c1", "c2")
    ]


def test_what_is_commissionable_is_said() -> None:
    bare = replace(plan(), base=None)
    kinds, rare = found(bare, "M4", "excluded kinds"), found(bare, "M4", "other kinds")
    assert (kinds.status, kinds.value) == (Status.REFUSED, 3)
    assert kinds.reason == "base.exclude_kinds lacks entry_fee, kit, training"
    assert (rare.status, rare.value) == (Status.WARNED, 3)
    assert rare.reason == "base.exclude_kinds lacks shipping, gift_card, donation"
    buyers, days = found(bare, "M3", "own purchases"), found(bare, "M1", "look-back")
    assert (buyers.status, buyers.value) == (Status.REFUSED, 1)
    assert buyers.reason == "purchases of participant count towards pay and thresholds"
    assert (days.status, days.value) == (Status.REFUSED, 0)
    assert days.reason == "a buyer is outside the network 0 days after leaving it; at least 60 are needed"


def test_what_is_as_it_should_be_is_said_too() -> None:
    words = {(one.clause, one.check): one.reason for one in static.findings(plan()) if one.status is Status.OK}
    assert words["M4", "excluded kinds"] == "joining, kits and training pay nothing"
    assert ("M4", "other kinds") not in words
    assert words["M3", "own purchases"] == "only customers count"
    assert words["M19", "withdrawal"].startswith("close_lag_days is 16; no commission is final before the 14 days")
    assert words["M7", "customers"] == "group pay asks for 10 verified customers; the Amway rule has ten"
    assert words["M2", "majority"] == "group pay needs a majority of volume from outside the network"
    assert words["M3", "retail share"].startswith("retail_reward_share_min is 2/3; at least 2/3 of group pay")


@pytest.mark.parametrize(
    ("change", "clause", "check", "status", "value"),
    [
        ({"period": {"close_lag_days": 14}}, "M19", "withdrawal", Status.OK, 14),
        ({"period": {"close_lag_days": 13}}, "M19", "withdrawal", Status.REFUSED, 13),
        ({"base": {**BASE, "participant_lookback_days": 60}}, "M1", "look-back", Status.OK, 60),
        ({"base": {**BASE, "participant_lookback_days": 59}}, "M1", "look-back", Status.REFUSED, 59),
        ({"eligibility": {"retail_reward_share_min": [2, 3]}}, "M3", "retail share", Status.OK, 6666),
        ({"eligibility": {"retail_reward_share_min": [665, 1000]}}, "M3", "retail share", Status.REFUSED, 6650),
        ({"eligibility": {"retail_reward_share_min": [3, 4]}}, "M3", "retail share", Status.OK, 7500),
        ({"eligibility": {"min_verified_customers": 10}}, "M7", "customers", Status.OK, 10),
        ({"eligibility": {"min_verified_customers": 9}}, "M7", "customers", Status.WARNED, 9),
        ({"eligibility": {"or_min_customer_cv": 9}}, "M7", "customers", Status.WARNED, 0),
        ({"eligibility": {}}, "M7", "customers", Status.WARNED, 0),
        ({"eligibility": {}}, "M2", "majority", Status.WARNED, 0),
        ({"eligibility": {"min_verified_customers": 9}}, "M2", "majority", Status.WARNED, 0),
        ({"eligibility": {"majority_nonparticipant": True}}, "M2", "majority", Status.OK, 1),
    ],
)
def test_each_number_is_held_to_its_clause(
    change: dict[str, Any], clause: str, check: str, status: Status, value: int
) -> None:
    one = found(plan(**change), clause, check)
    assert (one.status, one.value) == (status, value)


def test_a_plan_without_a_period_or_a_share_says_so() -> None:
    bare = replace(plan(), period=None, retail_share_min=None, rule=None)
    assert (found(bare, "M19", "withdrawal").status, found(bare, "M19", "withdrawal").value) == (Status.REFUSED, 0)
    assert "retail share" not in [one.check for one in static.findings(bare)]
    assert found(bare, "M2", "majority").reason.startswith("group pay does not need a majority")
