"""The lint: the default plan may be used, what pays badly is named with its number, what is unlawful is refused."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.earnings.compensation.plans import engine, product
from hubapp.earnings.compensation.plans.lint import report, scenes, searches, static
from hubapp.earnings.compensation.plans.lint.findings import Finding, Status
from hubapp.earnings.compensation.plans.schema import Plan
from tests.earnings.compensation.examples import DEFAULT, default, plan

PERSONAL, TEAM, HUB, POOL = DEFAULT["component"]
SLAB = {**TEAM, "mode": "slab", "schedule": TEAM["schedule"]}
UNILEVEL = {"id": "uni", "type": "unilevel", "levels_bps": [500, 300, 200]}


def of(*components: dict[str, Any], **changes: Any) -> Plan:
    return plan(component=list(components), **{"caps": {"total_bps": 3000}, **changes})


def named(found: Any, clause: str, check: str) -> Finding:
    return next(one for one in found if (one.clause, one.check) == (clause, check))


@pytest.fixture(scope="module")
def of_default() -> report.Report:
    return report.lint(plan())


def test_the_default_plan_may_be_used_and_pays_at_most_29_and_a_half_percent(of_default: report.Report) -> None:
    ratio = named(of_default.findings, "worst case", "payout ratio")
    assert (ratio.status, ratio.value) == (Status.OK, 2950)
    assert of_default.is_usable
    warned = [(one.clause, one.check) for one in of_default.findings if one.status is not Status.OK]
    assert warned == [("split gain", "with caps and pools")]


def test_what_the_participants_cap_does_to_splitting_is_shown(of_default: report.Report) -> None:
    assert named(of_default.findings, "split gain", "before caps").value == 0
    assert named(of_default.findings, "split gain", "with caps and pools").value == 500_000


def test_the_searches_find_what_is_known_of_each_mechanism() -> None:
    slab, unilevel, marginal = of(SLAB), of(UNILEVEL), of(TEAM)
    assert searches.split_gain(unilevel)[0] > 0
    assert searches.worst_drop(unilevel)[0] == 0
    assert searches.worst_drop(slab)[0] > 0
    assert searches.cliff(slab)[0] == 20_001  # 1 % of 20,000.00, and what the unit itself earns
    assert (searches.worst_drop(marginal)[0], searches.cliff(marginal)[0]) == (0, 1)


def refusals(read: Plan) -> list[tuple[str, str]]:
    return [(one.clause, one.check) for one in static.findings(read) if one.status is Status.REFUSED]


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"period": {"close_lag_days": 13}}, ("M19", "withdrawal")),
        ({"base": {**DEFAULT["base"], "exclude_kinds": ["shipping"]}}, ("M4", "excluded kinds")),
        ({"base": {**DEFAULT["base"], "commissionable_buyers": ["customer", "participant"]}}, ("M3", "own purchases")),
        ({"base": {**DEFAULT["base"], "participant_lookback_days": 59}}, ("M1", "look-back")),
        ({"eligibility": {"retail_reward_share_min": [1, 2]}}, ("M3", "retail share")),
        ({"component": [{**TEAM, "max_paid_per_sale": 2}]}, ("M17", "declared paid people")),
        ({"component": [{**UNILEVEL, "levels_bps": [100] * 6}]}, ("M17", "paid people per sale")),
        (
            {"component": [{"id": "g", "type": "group_tier", "tiers": [{"from": 0, "bps": 1}]}]},
            ("M17", "paid people per sale"),
        ),
        (
            {"component": [{**PERSONAL, "tiers": [{"from": 0, "bps": 5}, {"from": 9, "bps": 4}]}]},
            ("regressive tiers", "personal"),
        ),
    ],
)
def test_what_may_not_be_is_refused_with_its_clause(change: dict[str, Any], refused: tuple[str, str]) -> None:
    assert refusals(plan()) == []
    caps = {} if "component" not in change else {"caps": {"total_bps": 3000}}
    assert refusals(product.read(default(**change, **caps), file="plan.toml")) == [refused]


def test_pay_without_a_sale_is_refused() -> None:
    component = {"id": "p", "type": "pool", "fund_fixed": 900, "shares_on": POOL["shares_on"]}
    found = [one for one in searches.findings(of(component, caps={})) if one.status is Status.REFUSED]
    assert [(one.clause, one.check) for one in found] == [("M4", "recruit-only trees")]


def test_shares_by_name_are_somebodys_in_every_network_that_is_tried() -> None:
    pools = [{"id": name, "type": "pool", "shares": {"anna": 2, "bruno": 1}} for name in "pq"]
    found = list(searches.findings(of({**pools[0], "fund_bps": 100}, {**pools[1], "fund_fixed": 900}, caps={})))
    refused = [one for one in found if one.status is Status.REFUSED]
    assert [(one.check, one.value) for one in refused] == [("recruit-only trees", 900)]


def test_pay_from_kits_and_from_own_purchases_is_refused_by_running_the_plan() -> None:
    base = {**DEFAULT["base"], "exclude_kinds": [], "commissionable_buyers": ["customer", "participant"]}
    found = [one.check for one in searches.findings(of(PERSONAL, base=base)) if one.status is Status.REFUSED]
    assert found == ["pay from excluded kinds", "self-purchase path"]


def test_a_plan_without_any_cap_is_warned_of() -> None:
    ratio = named(static.findings(of(PERSONAL, caps={})), "worst case", "payout ratio")
    assert (ratio.status, ratio.value) == (Status.WARNED, 1500)
    assert "no cap" in ratio.reason


def test_promises_above_the_cap_are_warned_of() -> None:
    ratio = named(static.findings(of(PERSONAL, caps={"total_bps": 1499})), "worst case", "payout ratio")
    assert ratio.status is Status.WARNED


@pytest.mark.parametrize(
    "change",
    [
        {"caps": {"total_bps": 900}},
        {"caps": {"total_bps": 900}, "component": [PERSONAL, TEAM]},
        {"caps": {}, "component": [PERSONAL, TEAM, POOL]},
        {},
    ],
)
def test_scenes_in_one_run_are_paid_as_each_alone(change: dict[str, Any]) -> None:
    tried, read = list(scenes.scenes(plan()))[::9], product.read(default(**change), file="plan.toml")
    alone = [engine.compute(read, scene.inputs(read)).totals for scene in tried]
    assert searches._totals(read, tried) == alone
    bare = product.read(default(caps={}, component=[PERSONAL, TEAM, HUB]), file="plan.toml")
    alone = [engine.compute(bare, scene.inputs(bare)).totals for scene in tried]
    assert searches._totals(bare, tried) == alone
