"""A plan in words: every component, every limit and every piece has a sentence, and each value is said in it."""

from __future__ import annotations

import ast
from dataclasses import fields, replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hubapp.earnings.compensation.plans import components, outcome, rules, schema
from hubapp.earnings.compensation.plans.engine import COMPONENTS
from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.product import EVENT_TIMES
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.tiers import Tiers
from hubapp.earnings.compensation.plans.words import components as spoken
from hubapp.earnings.compensation.plans.words import limits, pieces
from hubapp.earnings.compensation.plans.words.plan import passages
from hubapp.earnings.compensation.plans.words.speech import VOLUMES, Speech
from tests.earnings.compensation.examples import plan

SPEECH = Speech(lambda minor: f"€{minor}", lambda bps: f"{bps / 100:g}%", str, date.isoformat)
TIERS, STEEPER = Tiers.of([(0, 100), (500, 200)]), Tiers.of([(0, 100), (600, 300)])
RULE = schema.MemberRule(10, 500)

# One of every type, and for each of its fields another value: a new field without one fails here.
EXAMPLES: dict[Any, tuple[Any, dict[str, Any]]] = {
    schema.PersonalTier: (
        schema.PersonalTier("one", TIERS, "marginal", "cv"),
        {"tiers": STEEPER, "mode": "slab", "threshold_on": "gv", "by_order": True},
    ),
    schema.RetailMargin: (schema.RetailMargin("one", 100), {"bps": 200}),
    schema.Differential: (
        schema.Differential("one", "slab", TIERS, {}, "gv", RULE),
        {
            "mode": "marginal",
            "schedule": STEEPER,
            "rate_by_rank": {"gold": 5},
            "threshold_on": "gpv",
            "rule": replace(RULE, min_customers=3),
            "max_paid_per_sale": 3,
        },
    ),
    schema.Unilevel: (
        schema.Unilevel("one", (500, 300), None, "none"),
        {"levels": (400,), "depth_by_rank": {"gold": 2}, "compression": "dynamic"},
    ),
    schema.Generation: (schema.Generation("one", "gold", (500,)), {"rank": "silver", "rates": (400, 200)}),
    schema.GroupTier: (
        schema.GroupTier("one", TIERS, "slab", "gv", frozenset()),
        {"tiers": STEEPER, "mode": "marginal", "on": "gv_down", "ranks": frozenset({"gold"})},
    ),
    schema.Pool: (
        schema.Pool("one", 50, 0, {"a": 1}, None, None),
        {"fund_bps": 60, "fund_fixed": 900, "shares": {"a": 2}, "shares_on": "hub_new_customers_repeat", "cap_bps": 5},
    ),
    schema.HubShare: (
        schema.HubShare("one", 1700, 6000, 4000),
        {"fee_bps": 1800, "connector_bps": 5000, "company_bps": 5000},
    ),
    schema.HubTier: (
        schema.HubTier("one", TIERS, "marginal", "cv", 3000, 100, 10, {}),
        {
            "tiers": STEEPER,
            "mode": "slab",
            "on": "amount",
            "fixed_payment": 4000,
            "fixed_min_turnover": 200,
            "fixed_min_customers": 11,
            "split": {"a": 10_000},
        },
    ),
    schema.FeeCascade: (
        schema.FeeCascade("one", (schema.CascadeStep("IN", {"a": 5000}, None, None),)),
        {"steps": (schema.CascadeStep("IN", {"b": 5000}, "c", 300),)},
    ),
    schema.CascadeStep: (
        schema.CascadeStep("IN", {"a": 5000}, None, None),
        {"payer": "b", "to": {"c": 100}, "rest": "d", "part_bps": 300},
    ),
    schema.Geometric: (
        schema.Geometric("one", 100, 1, 2, 300),
        {"reward": 200, "numerator": 2, "denominator": 3, "budget": 400},
    ),
    schema.MemberRule: (
        schema.MemberRule(10, 500),
        {"min_customers": 11, "min_volume": 600, "in_points": False, "majority": True},
    ),
    schema.Period: (
        schema.Period("month", "UTC", 16, "delivered_at"),
        {"kind": "iso_week", "timezone": "Europe/Paris", "close_lag_days": 17, "event_time": "paid_at"},
    ),
    schema.Base: (
        schema.Base(frozenset({"kit"}), frozenset({"customer"}), 60),
        {"exclude_kinds": frozenset({"kit", "training"}), "buyers": frozenset({"participant"}), "lookback_days": 90},
    ),
    schema.Caps: (
        schema.Caps(3000, 500, ("team",)),
        {"total_bps": 2000, "per_participant": 600, "scale_order": ("team", "hub")},
    ),
    schema.Refunds: (schema.Refunds(400, 100, 5000), {"max_age_days": 300, "holdback_bps": 200, "recover_bps": 4000}),
    Rounding: (Rounding("down", 1), {"mode": "half_up", "unit": 5}),
    schema.Plan: (
        plan(),
        {
            "components": plan().components[:1],
            "rounding": Rounding("half_up"),
            "caps": schema.Caps(),
            "id": "other",
            "version": 9,
            "currency": "CHF",
            "effective_from": date(2031, 1, 1),
            "period": schema.Period("iso_week", "UTC", 20, "paid_at"),
            "base": schema.Base(frozenset(), frozenset({"event"}), 70),
            "rule": None,
            "retail_share_min": (3, 4),
            "refunds": schema.Refunds(1, 2, 3),
        },
    ),
}
SAY = {
    schema.MemberRule: lambda one: limits.rule_sentences(one, SPEECH),
    schema.Period: lambda one: limits.period_sentences(one, SPEECH),
    schema.Base: lambda one: limits.base_sentences(one, SPEECH),
    schema.Caps: lambda one: limits.cap_sentences(one, SPEECH),
    schema.Refunds: lambda one: limits.refund_sentences(one, SPEECH),
    Rounding: lambda one: limits.rounding_sentences(one, SPEECH),
    schema.Plan: lambda one: passages(one, SPEECH),
    schema.CascadeStep: lambda one: spoken.passage(schema.FeeCascade("one", (one,)), SPEECH),
}
NEVER_SAID = {"id", "type"}  # of a component: they head its passage


def said(example: Any) -> Any:
    say = SAY.get(type(example), lambda one: spoken.passage(one, SPEECH))
    return say(example)


def bare(example: Any, field: str) -> Any:
    """Without what the words leave out while another field is there."""
    clashes = {"rate_by_rank": {"schedule": None}, "shares": {}, "split": {}}
    return replace(example, **clashes.get(field, {}))


def all_fields() -> list[tuple[Any, str]]:
    found = []
    for kind in EXAMPLES:
        skipped = NEVER_SAID if kind is not schema.Plan else set()
        found += [(kind, field.name) for field in fields(kind) if field.name not in skipped]
    return found


@pytest.mark.parametrize(("kind", "field"), all_fields(), ids=lambda one: getattr(one, "__name__", str(one)))
def test_every_value_of_a_plan_changes_its_words(kind: Any, field: str) -> None:
    example, others = EXAMPLES[kind]
    assert field in others, f"{kind.__name__}.{field} has no example: does it have a sentence?"
    before = bare(example, field)
    assert said(replace(before, **{field: others[field]})) != said(before)


def test_every_type_of_the_schema_has_an_example() -> None:
    types = {one for one in vars(schema).values() if isinstance(one, type) and one.__module__ == schema.__name__}
    assert types <= set(EXAMPLES)


def test_every_component_of_the_engine_has_its_words_and_a_title() -> None:
    assert set(COMPONENTS) == set(spoken.PASSAGES) == set(spoken.TITLES)


def test_every_moment_volume_and_compression_has_words() -> None:
    assert set(limits.MOMENTS) == set(EVENT_TIMES)
    assert set(spoken.COMPRESSIONS) == {"none", "standard", "dynamic"}
    assert {"cv", "pv", "gv", "gv_down", "gpv", "cumulative_cv"} <= set(VOLUMES)


def words_of_pieces() -> set[str]:
    """The first argument of every Piece(…) in the components' source, both arms of a choice included."""
    found = set()
    for path in Path(components.__path__[0]).glob("*.py"):
        tree = ast.parse(path.read_text())
        named = {
            target.id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == outcome.Piece.__name__
            ):
                why = node.args[0]
                why = named[why.id] if isinstance(why, ast.Name) else why
                found |= {
                    leaf.value
                    for leaf in ast.walk(why)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }
    return found


def test_every_piece_and_every_forfeit_has_a_sentence() -> None:
    assert words_of_pieces() == set(pieces.SENTENCES)
    assert set(pieces.REASONS) == {rules.FEW_CUSTOMERS, rules.INSIDE_BUYERS}


def test_a_piece_says_rate_base_and_whose_it_was() -> None:
    one = Piece("level", 30_000, 500, 15_000_000, "o1", "p7", level=2)
    assert pieces.sentence(one, SPEECH, lambda name: f"<{name}>") == "5% of €30000, level 2, sales of <p7>"
    fund = Piece("pool", 900, None, 100)
    assert pieces.sentence(fund, SPEECH, str) == "a part of the pool (from €900)"
    assert pieces.reason(rules.FEW_CUSTOMERS) == "too few customers of their own"


def test_marginal_tiers_are_said_as_slices_and_slabs_as_steps() -> None:
    marginal = spoken.passage(schema.PersonalTier("one", TIERS, "marginal", "cv"), SPEECH)
    slab = spoken.passage(schema.PersonalTier("one", TIERS, "slab", "gpv"), SPEECH)
    assert marginal.steps == ("1% of the first €500", "2% of what is above €500")
    assert slab.steps == ("from 0 points on: 1% of everything", "from 500 points on: 2% of everything")


def test_the_default_plan_reads_from_what_it_is_to_its_refunds() -> None:
    keys = [one.key for one in passages(plan(), SPEECH)]
    tables = ["period", "base", "eligibility", "caps", "rounding", "refunds"]
    assert keys == ["plan", "personal", "team", "hub", "hub_pool", *tables]
    assert all(one.sentences for one in passages(plan(), SPEECH))
