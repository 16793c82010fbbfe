"""Bad plans and bad cases: each refused in one line that names file, key and reason."""

from __future__ import annotations

from typing import Any

import pytest

from hubapp.earnings.compensation.plans import cases, product
from hubapp.earnings.compensation.plans.errors import BadInput, NotLawful
from hubapp.earnings.compensation.plans.refused import TYPES
from tests.earnings.compensation.examples import case, default, order, person

MARGIN = {"type": "retail_margin", "bps": 100}
PEOPLE = [person("a"), person("b", "a")]


def tiered(*pairs: tuple[Any, Any]) -> list[dict[str, Any]]:
    return [{"type": "personal_tier", "tiers": [{"from": start, "bps": bps} for start, bps in pairs]}]


BAD_CASES: list[tuple[dict[str, Any], str, str]] = [
    (case([MARGIN], [person("a", "b"), person("b", "a")], []), "members.sponsor", "a cycle: a < b < a"),
    (case([MARGIN], [person("a", "a")], []), "members.sponsor", "a cycle: a < a"),
    (case([MARGIN], [person("a", "ghost")], []), "members[0].sponsor", "unknown sponsor 'ghost' of 'a'"),
    (case([MARGIN], [person("a"), person("a")], []), "members[1].id", "'a' is there twice"),
    (case([MARGIN], [person("a", active="yes")], []), "members[0].active", "must be true or false, not 'yes'"),
    (case([MARGIN], [person("a", colour="red")], []), "members[0].colour", "unknown key"),
    (case(tiered((-1, 100)), PEOPLE, []), "plan.components[0].tiers[0].from", "must not be negative: -1"),
    (case(tiered((0, -1)), PEOPLE, []), "plan.components[0].tiers[0].bps", "must not be negative: -1"),
    (case(tiered((0, 1), (5, 1), (5, 2)), PEOPLE, []), "plan.components[0].tiers[2].from", "overlaps"),
    (
        case(tiered((0, 1), (5, 1), (4, 2)), PEOPLE, []),
        "plan.components[0].tiers[2].from",
        "not sorted: 4 comes after 5",
    ),
    (case(tiered((0, 10_001)), PEOPLE, []), "plan.components[0].tiers[0].bps", "is over 100 %"),
    (case(tiered((0, 2.5)), PEOPLE, []), "plan.components[0].tiers[0].bps", "must be a whole number, not 2.5"),
    (
        case([MARGIN], PEOPLE, [order("1", "a", 5, buyer=None)]),
        "orders[0].buyer",
        "must be a text, not null",
    ),
    (case([MARGIN], PEOPLE, [], refunds=None), "refunds", "must be a list"),
    (case(tiered((0, True)), PEOPLE, []), "plan.components[0].tiers[0].bps", "must be a whole number, not True"),
    (case(tiered(), PEOPLE, []), "plan.components[0].tiers", "has no tier"),
    (
        case([{"type": "unilevel", "levels_bps": [6000, 5000]}], PEOPLE, []),
        "plan.components[0].levels_bps",
        "rates over 100 %: they sum to 11000",
    ),
    (case([{"type": "magic"}], PEOPLE, []), "plan.components[0].type", "unknown type 'magic'"),
    (case([{**MARGIN, "colour": 1}], PEOPLE, []), "plan.components[0].colour", "unknown key"),
    (case([MARGIN, MARGIN], PEOPLE, []), "plan.components[1].id", "'retail_margin' is there twice"),
    (
        case(
            [{"type": "differential", "mode": "marginal", "schedule": [{"from": 0, "bps": 2}, {"from": 9, "bps": 1}]}],
            [],
            [],
        ),
        "plan.components[0].schedule",
        "must not fall",
    ),
    (
        case([{"type": "pool", "fund_fixed": 1, "shares": {"x": 1}}], PEOPLE, []),
        "plan.components.pool.shares",
        "no member",
    ),
    (
        case([{"type": "fee_cascade", "steps": [{"payer": "x", "to": {"y": 1}}]}], [], []),
        "plan.components[0].steps[0].payer",
        "'x' has received nothing",
    ),
    (case([MARGIN], PEOPLE, [order("1", "ghost", 5)]), "orders[0].seller", "'ghost' is no member"),
    (case([MARGIN], PEOPLE, [order("1", "a", -5)]), "orders[0].amount", "must not be negative: -5"),
    (case([MARGIN], PEOPLE, [order("1", "a", 5), order("1", "a", 5)]), "orders[1].id", "'1' is there twice"),
    (case([MARGIN], PEOPLE, [order("1", "a", 5, buyer="me")]), "orders[0].buyer", "'me' is not one of"),
    (
        case([MARGIN], PEOPLE, [order("1", "a", 5, period="1"), order("2", "a", 5)]),
        "orders[1].period",
        "is missing: either every order",
    ),
    (
        case([MARGIN], PEOPLE, [order("1", "a", 5), order("2", "a", 5, period="1")]),
        "orders[1].period",
        "is missing in orders[0]",
    ),
    (
        case([MARGIN], PEOPLE, [order("1", "a", 5, currency="EUR"), order("2", "a", 5, currency="USD")]),
        "orders[1].currency",
        "USD beside EUR: volumes in different currencies are not added",
    ),
    (case([MARGIN], PEOPLE, [], refunds=["9"]), "refunds", "'9' is no order"),
    (case([MARGIN], PEOPLE, [], only=["z"]), "only", "'z' is no member"),
    (case([MARGIN], PEOPLE, [], colour="red"), "colour", "unknown key"),
    (case([MARGIN], PEOPLE, [], expected={"payout": {}}), "expected.payout", "unknown key; known are payouts, "),
    (
        case([MARGIN], PEOPLE, [], expected={"payouts_by_period": {"1": {"a": {"m": [5]}}}}),
        "expected.payouts_by_period",
        "has more than 3 tables or lists within each other",
    ),
    (case([MARGIN], PEOPLE, [], plan={"holdback": {"advance": {"z": 1}}}), "plan.holdback.advance.z", "is no member"),
    (case([MARGIN], PEOPLE, [], plan={"cap": {"total_bps": 10_001}}), "plan.cap.total_bps", "is over 100 %"),
    ({"members": [], "orders": []}, "plan", "is missing"),
]


@pytest.mark.parametrize(
    ("data", "key", "reason"), BAD_CASES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_bad_case_is_refused_in_one_line(data: dict[str, Any], key: str, reason: str) -> None:
    with pytest.raises(BadInput) as refusal:
        cases.read(data, file="bad.json")
    assert str(refusal.value).startswith(f"bad.json: {key}: ")
    assert reason in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_several_roots_are_refused_where_one_is_asked() -> None:
    data = case([MARGIN], [person("a"), person("b")], [])
    assert cases.read(data, file="two.json").inputs.members.tree.parent.tolist() == [-1, -1]
    with pytest.raises(BadInput, match=r"^two.json: members.sponsor: several roots where one is asked: a, b$"):
        cases.read(data, file="two.json", one_root=True)


@pytest.mark.parametrize("kind", sorted(TYPES))
def test_what_is_left_out_on_purpose_says_why_and_where_that_stands(kind: str) -> None:
    for read in (
        lambda: cases.read(case([{"type": kind}], PEOPLE, []), file="f"),
        lambda: product.read(default(component=[{"id": "x", "type": kind}]), file="f"),
    ):
        with pytest.raises(NotLawful) as refusal:
            read()
        assert refusal.value.words.startswith("is refused: ")
        assert refusal.value.source in str(refusal.value)
        assert f"type={kind}: " in str(refusal.value)


@pytest.mark.parametrize(
    ("change", "clause"),
    [
        ({"eligibility": {"autoship_qualification": True}}, "Vemma"),
        ({"eligibility": {"min_recruits": 3}}, "M4"),
        ({"component": [{"id": "u", "type": "unilevel", "levels_bps": "unlimited"}]}, "M17"),
        ({"component": [{"id": "u", "type": "unilevel", "levels": "unlimited"}]}, "M17"),
        ({"component": [{"id": "u", "type": "unilevel", "levels_bps": [5, "Unlimited"]}]}, "M17"),
        ({"component": [{"id": "u", "type": "unilevel", "levels_bps": [5], "depth_by_rank": "unlimited"}]}, "M17"),
        (
            {"component": [{"id": "u", "type": "unilevel", "levels_bps": [5], "depth_by_rank": {"a": "infinite"}}]},
            "M17",
        ),
        ({"component": [{"id": "g", "type": "generation", "rates_bps": "infinity"}]}, "M17"),
        ({"component": [{"id": "p", "type": "pool", "fund_bps": 1, "shares_on": "new_recruits"}]}, "M4"),
        ({"component": [{"id": "p", "type": "personal_tier", "tiers": [], "threshold_on": "own_purchases"}]}, "Vemma"),
    ],
)
def test_unlawful_keys_are_refused_wherever_they_stand(change: dict[str, Any], clause: str) -> None:
    with pytest.raises(NotLawful) as refusal:
        product.read(default(**change), file="plan.toml")
    assert refusal.value.clause.startswith(clause)


@pytest.mark.parametrize(
    ("change", "key", "reason"),
    [
        ({"schema": 2}, "schema", "is over 1: 2"),
        ({"currency": "euro"}, "currency", "ISO 4217"),
        ({"effective_from": "soon"}, "effective_from", "must be a date"),
        ({"colour": "red"}, "colour", "unknown key"),
        ({"component": []}, "component", "needs at least one"),
        ({"component": [{"id": "g", "type": "geometric", "reward": 1, "ratio_num": 1, "ratio_den": 2, "budget": 3}]},
         "component[0].type", "worked cases only"),
        ({"period": {"close_lag_days": 16, "timezone": "Mars"}}, "period.timezone", "'Mars' is no time zone"),
        ({"base": {"commissionable_buyers": ["friends"]}}, "base.commissionable_buyers", "'friends' is not one of"),
        ({"eligibility": {"retail_reward_share_min": [3, 2]}}, "eligibility.retail_reward_share_min", "fraction"),
        ({"caps": {"scale_order": ["nothing"]}}, "caps.scale_order", "'nothing' is no component"),
        ({"refunds": {"holdback_bps": 10_001}}, "refunds.holdback_bps", "is over 100 %"),
        ({"rounding": {"mode": "up"}}, "rounding.mode", "'up' is not one of"),
    ],
)  # fmt: skip
def test_a_bad_plan_is_refused_in_one_line(change: dict[str, Any], key: str, reason: str) -> None:
    with pytest.raises(BadInput) as refusal:
        product.read(default(**change), file="plan.toml")
    assert str(refusal.value).startswith(f"plan.toml: {key}: ")
    assert reason in str(refusal.value)


@pytest.mark.parametrize("value", ["9" * 5000, list(range(5000)), 10**4000, -(10**4000)])
def test_a_refusal_quotes_no_more_than_the_beginning_of_a_value(value: object) -> None:
    with pytest.raises(BadInput) as refusal:
        cases.read(case([MARGIN], PEOPLE, [order("1", "a", 5, pv=value)]), file="f")
    assert str(refusal.value).startswith("f: orders[0].pv: ")
    assert str(refusal.value).endswith("…")
    assert len(str(refusal.value)) < 150


def test_a_refusal_quotes_no_more_than_the_beginning_of_a_name() -> None:
    long = "A" * 5000
    changed = [{"currency": long}, {"period": {"close_lag_days": 16, "timezone": long}}, {"effective_from": long}]
    bad_plans = [*changed, {"caps": {"scale_order": [long]}}, {"base": {"commissionable_buyers": [long]}}]
    bad_plans.append({"eligibility": {"retail_reward_share_min": list(range(5000))}})
    bad_cases = [case([MARGIN], [person(long), person(long)], []), case([MARGIN], [person("a", long)], [])]
    bad_cases += [case([{"type": long}], [], []), case([MARGIN], [], [order("1", long, 5)])]
    for read, datas in ((product.read, [default(**change) for change in bad_plans]), (cases.read, bad_cases)):
        for data in datas:
            with pytest.raises(BadInput) as refusal:
                read(data, file="f")
            assert len(str(refusal.value)) < 250


def test_a_long_cycle_is_shown_by_its_first_people() -> None:
    people = [person(f"m{place}", f"m{(place + 1) % 50}") for place in range(50)]
    with pytest.raises(BadInput) as refusal:
        cases.read(case([MARGIN], people, []), file="f")
    names = " < ".join(f"m{place}" for place in range(11))
    assert str(refusal.value) == f"f: members.sponsor: a cycle: {names} < … (50 people) < m0"
