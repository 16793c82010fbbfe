"""What a plan leaves out has a fixed meaning, what it may not say is refused, and bounds are kept exactly."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import (
    Base,
    Caps,
    CascadeStep,
    Differential,
    FeeCascade,
    Generation,
    Geometric,
    GroupTier,
    HubShare,
    HubTier,
    MemberRule,
    Period,
    PersonalTier,
    Pool,
    Refunds,
    RetailMargin,
    Unilevel,
)
from hubapp.earnings.compensation.plans.tiers import Tiers
from tests.earnings.compensation.examples import DEFAULT, case, plan

STEPS, TIERS = [{"from": 0, "bps": 100}, {"from": 1000, "bps": 300}], Tiers.of([(0, 100), (1000, 300)])
PERSONAL = DEFAULT["component"][0]
NO_RULE = MemberRule()


def read(row: dict[str, Any]) -> Any:
    return cases.read(case([row], [], []), file="f").plan.components[0]


def refused(**changes: Any) -> str:
    """The refusal of the default plan with these changes."""
    with pytest.raises(BadInput) as refusal:
        plan(**changes)
    return str(refusal.value).removeprefix("plan.toml: ")


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ({"type": "personal_tier", "tiers": STEPS}, PersonalTier("personal_tier", TIERS, "marginal", "cv")),
        (
            {"type": "personal_tier", "tiers": STEPS, "attribute": "order_running"},
            PersonalTier("personal_tier", TIERS, "marginal", "cv", by_order=True),
        ),
        ({"type": "retail_margin", "on": "cv", "bps": 10_000}, RetailMargin("retail_margin", 10_000)),
        (
            {"type": "differential", "schedule": STEPS},
            Differential("differential", "slab", TIERS, {}, "gv", NO_RULE),
        ),
        (
            {"type": "differential", "rate_by_rank": {"x": 10_000}, "max_paid_per_sale": 2},
            Differential("differential", "slab", None, {"x": 10_000}, "gv", NO_RULE, 2),
        ),
        (
            {"type": "differential", "schedule": STEPS, "customer_rule": {"min_customers": 3}},
            Differential("differential", "slab", TIERS, {}, "gv", MemberRule(3)),
        ),
        (
            {"type": "differential", "schedule": STEPS, "eligibility": "majority_nonparticipant"},
            Differential("differential", "slab", TIERS, {}, "gv", MemberRule(majority=True)),
        ),
        ({"type": "unilevel", "levels_bps": [5000, 5000]}, Unilevel("unilevel", (5000, 5000), None, "none")),
        (
            {"type": "unilevel", "levels_bps": [1], "depth_by_rank": {"x": 12_000}},
            Unilevel("unilevel", (1,), {"x": 12_000}, "none"),
        ),
        (
            {"type": "generation", "breakaway_rank": "x", "rates_bps": [1, 2]},
            Generation("generation", "x", (1, 2)),
        ),
        ({"type": "group_tier", "tiers": STEPS}, GroupTier("group_tier", TIERS, "slab", "gv_down", frozenset())),
        ({"type": "pool", "fund_bps": 7, "shares": {}}, Pool("pool", 7, 0, {}, None, None)),
        ({"type": "pool", "fund_fixed": 7, "shares": {}}, Pool("pool", 0, 7, {}, None, None)),
        (
            {"type": "pool", "fund_bps": 7, "shares": {}, "per_participant_cap_bps_of_pool": 8},
            Pool("pool", 7, 0, {}, None, 8),
        ),
        (
            {"type": "pool", "fund_bps": 7, "shares_on": "hub_new_customers_repeat"},
            Pool("pool", 7, 0, {}, "hub_new_customers_repeat", None),
        ),
        (
            {"type": "hub_share", "fee_bps": 5, "split_bps": {"connector": 10_000}},
            HubShare("hub_share", 5, 10_000, 0),
        ),
        ({"type": "hub_share", "fee_bps": 5, "split_bps": {"company": 10_000}}, HubShare("hub_share", 5, 0, 10_000)),
        ({"type": "hub_tier", "tiers": STEPS}, HubTier("hub_tier", TIERS, "marginal", "amount", 0, 0, 0, {})),
        (
            {"type": "hub_tier", "tiers": STEPS, "split": "single", "on": "cv"},
            HubTier("hub_tier", TIERS, "marginal", "cv", 0, 0, 0, {}),
        ),
        (
            {"type": "hub_tier", "tiers": STEPS, "split": {"a": 1, "b": 9999}},
            HubTier("hub_tier", TIERS, "marginal", "amount", 0, 0, 0, {"a": 1, "b": 9999}),
        ),
        (
            {
                "type": "fee_cascade",
                "steps": [
                    {"payer": "IN", "to": {"a": 4000, "b": 6000}, "amount_bps_of_gross": 10_000, "rest": "c"},
                    {"payer": "a", "to": {}},
                    {"payer": "c", "to": {"d": 1}},
                ],
            },
            FeeCascade(
                "fee_cascade",
                (
                    CascadeStep("IN", {"a": 4000, "b": 6000}, "c", 10_000),
                    CascadeStep("a", {}, None, None),
                    CascadeStep("c", {"d": 1}, None, None),
                ),
            ),
        ),
        (
            {"type": "geometric", "reward": 9, "ratio_num": 1, "ratio_den": 1, "budget": 8},
            Geometric("geometric", 9, 1, 1, 8),
        ),
    ],
)
def test_a_component_says_what_it_does_not_leave_out(row: dict[str, Any], expected: object) -> None:
    assert read(row) == expected


@pytest.mark.parametrize(
    ("row", "key", "words"),
    [
        ({"type": "personal_tier", "tiers": STEPS, "on": "gv"}, "on", "'gv' is not one of cv"),
        ({"type": "personal_tier", "tiers": STEPS, "attribute": "x"}, "attribute", "is not one of order_running"),
        ({"type": "personal_tier", "tiers": STEPS, "mode": "x"}, "mode", "is not one of marginal, slab"),
        ({"type": "personal_tier", "tiers": STEPS, "threshold_on": "x"}, "threshold_on", "is not one of cv, pv, gv"),
        ({"type": "personal_tier", "tiers": [{"from": 0, "bps": 1, "x": 1}]}, "tiers[0].x", "unknown key"),
        ({"type": "differential", "rate_by_rank": {"x": 10_001}}, "rate_by_rank.x", "is over 100 %"),
        ({"type": "differential", "schedule": STEPS, "eligibility": "x"}, "eligibility", "is not one of majority"),
        ({"type": "differential", "schedule": STEPS, "customer_rule": {"x": 1}}, "customer_rule.x", "unknown key"),
        ({"type": "unilevel", "levels_bps": [1], "compression": "x"}, "compression", "none, standard, dynamic"),
        ({"type": "group_tier", "tiers": STEPS, "on": "cv"}, "on", "'cv' is not one of gv_down, gv"),
        ({"type": "pool", "fund_bps": 1, "shares": {}, "allocation": "x"}, "allocation", "not one of largest"),
        ({"type": "pool", "fund_bps": 1, "shares_on": "x"}, "shares_on", "is not one of hub_new"),
        ({"type": "hub_share", "fee_bps": 1, "split_bps": {"x": 1}}, "split_bps.x", "unknown key"),
        ({"type": "hub_share", "fee_bps": 1, "split_bps": {"company": 9999}}, "split_bps", "not 9999"),
        ({"type": "hub_tier", "tiers": STEPS, "on": "gv"}, "on", "'gv' is not one of amount, cv"),
        ({"type": "hub_tier", "tiers": STEPS, "split": {"a": 1, "b": 10_000}}, "split", "not 10001"),
        ({"type": "hub_tier", "tiers": STEPS, "split": {"a": 10_001}}, "split.a", "is over 100 %"),
        ({"type": "fee_cascade", "steps": [{"payer": "IN", "to": {}, "x": 1}]}, "steps[0].x", "unknown key"),
        ({"type": "fee_cascade", "steps": [{"payer": "IN", "to": {"a": 10_001}}]}, "steps[0].to.a", "is over 100 %"),
        ({"type": "geometric", "reward": 1, "ratio_num": 0, "ratio_den": 0, "budget": 1}, "ratio_den", "at least 1"),
        ({"type": "retail_margin", "bps": 1, "id": ""}, "id", "must be a text"),
    ],
)
def test_what_a_component_may_not_say_is_refused(row: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(BadInput) as refusal:
        read(row)
    assert str(refusal.value).startswith(f"f: plan.components[0].{key}: ")
    assert words in str(refusal.value)


def test_what_the_plan_leaves_out() -> None:
    bare = plan(period={"close_lag_days": 0}, base={}, rounding={}, caps={}, refunds={}, eligibility={})
    assert bare.period == Period("month", "UTC", 0, "delivered_at")
    assert bare.base == Base(frozenset(), frozenset({"customer"}), 60)
    assert (bare.rounding, bare.caps, bare.refunds) == (Rounding("down", 1), Caps(), Refunds(400, 0, 5000))
    assert (bare.rule, bare.retail_share_min) == (None, None)


@pytest.mark.parametrize(
    ("table", "rule"),
    [
        ({"min_verified_customers": 3}, MemberRule(3, None, in_points=False)),
        ({"or_min_customer_cv": 5}, MemberRule(None, 5, in_points=False)),
        ({"majority_nonparticipant": True}, MemberRule(in_points=False, majority=True)),
        ({"scope": "team"}, MemberRule(in_points=False)),
    ],
)
def test_a_rule_of_the_plan_may_ask_for_one_thing(table: dict[str, Any], rule: MemberRule) -> None:
    assert plan(eligibility=table).rule == rule


def test_a_cap_may_stand_alone() -> None:
    assert plan(caps={"total_bps": 5}).caps == Caps(5)
    assert plan(caps={"per_participant_cents": 5}).caps == Caps(None, 5)


@pytest.mark.parametrize(
    ("table", "name", "most"),
    [
        ("period", "close_lag_days", 366),
        ("base", "participant_lookback_days", 3660),
        ("refunds", "max_age_days", 36_600),
        ("refunds", "holdback_bps", 10_000),
        ("refunds", "recover_bps_of_next_payouts", 10_000),
        ("caps", "total_bps", 10_000),
    ],
)
def test_numbers_of_the_plan_have_a_bound(table: str, name: str, most: int) -> None:
    plan(**{table: {**DEFAULT[table], name: most}})
    assert refused(**{table: {**DEFAULT[table], name: most + 1}}).startswith(f"{table}.{name}: is over ")


def test_versions_and_units_begin_at_one() -> None:
    assert (plan(version=1).version, plan(rounding={"unit": 1}).rounding.unit) == (1, 1)
    assert plan(rounding={"unit": 5, "mode": "half_up"}).rounding == Rounding("half_up", 5)
    assert refused(version=0) == "version: must be at least 1: 0"
    assert refused(rounding={"unit": 0}) == "rounding.unit: must be at least 1: 0"
    assert refused(schema=0) == "schema: must be at least 1: 0"


@pytest.mark.parametrize("name", ["period", "base", "eligibility", "caps", "rounding", "refunds"])
def test_a_table_of_the_plan_has_no_other_keys(name: str) -> None:
    assert refused(**{name: {**DEFAULT[name], "colour": "red"}}).startswith(f"{name}.colour: unknown key; known are ")


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("base", "value"),
        ("eligibility", "scope"),
        ("rounding", "splits"),
        ("refunds", "method"),
        ("period", "kind"),
        ("period", "event_time"),
    ],
)
def test_a_word_of_the_plan_is_one_that_the_engine_knows(table: str, name: str) -> None:
    assert refused(**{table: {**DEFAULT[table], name: "x"}}).startswith(f"{table}.{name}: 'x' is not one of ")


@pytest.mark.parametrize("pair", [[0, 1], [1, 1], [2, 3]])
def test_a_share_is_a_fraction_of_at_most_everything(pair: list[int]) -> None:
    assert plan(eligibility={"retail_reward_share_min": pair}).retail_share_min == tuple(pair)


@pytest.mark.parametrize("pair", [[0, 0], [3, 2], [-1, 1], [1], [1, 2, 3], [], [True, 2], [1, 2.0], ["1", "2"]])
def test_what_is_no_such_fraction_is_refused(pair: list[Any]) -> None:
    words = f"eligibility.retail_reward_share_min: must be a fraction of at most 1 like [2, 3], not {pair!r}"
    assert refused(eligibility={"retail_reward_share_min": pair}) == words


@pytest.mark.parametrize("kind", ["geometric", "fee_cascade"])
def test_some_components_are_for_worked_cases_only(kind: str) -> None:
    row = {"geometric": {"reward": 1, "ratio_num": 1, "ratio_den": 2, "budget": 3}, "fee_cascade": {"steps": []}}[kind]
    words = f"component[1].type: {kind} is for worked cases only"
    assert refused(component=[PERSONAL, {"id": "x", "type": kind, **row}]) == words


def test_a_plan_begins_on_a_date_that_may_be_written_either_way() -> None:
    for given in ("2030-02-01", date(2030, 2, 1)):
        assert plan(effective_from=given).effective_from == date(2030, 2, 1)
    assert refused(effective_from=datetime(2030, 2, 1, tzinfo=UTC)).startswith("effective_from: must be a text")
    assert refused(effective_from="2030-02-31").startswith("effective_from: must be a date like 2027-01-01, not")
    product.refuse_past_start(replace(plan(), effective_from=None), today=date(2099, 1, 1), file="plan.toml")


@pytest.mark.parametrize("currency", ["EURO", "eur", "EU"])
def test_a_currency_is_three_capital_letters(currency: str) -> None:
    assert refused(currency=currency) == f"currency: must be one ISO 4217 code like EUR, not {currency!r}"


def test_a_hub_of_a_plan_is_paid_on_cv_and_of_a_case_on_what_was_paid() -> None:
    (hub,) = plan(component=[{"id": "h", "type": "hub_tier", "tiers": STEPS}], caps={}).components
    assert hub == HubTier("h", TIERS, "marginal", "cv", 0, 0, 0, {})
