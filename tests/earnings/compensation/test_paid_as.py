"""The paid-as rank: the step that is reached, what is missing as customers, and what would forfeit it."""

from __future__ import annotations

import dataclasses

import pytest

from hubapp.earnings.compensation.plans.live import NOTHING, Step, Volumes
from hubapp.earnings.compensation.plans.paid_as import (
    Own,
    PaidAs,
    as_customers,
    asks_for_rank,
    is_inside,
    paid_as,
    tiers_of,
)
from hubapp.earnings.compensation.plans.schema import Differential, Generation, GroupTier, MemberRule, Plan, Unilevel
from hubapp.earnings.compensation.plans.tiers import Tiers
from tests.earnings.compensation.examples import plan

TIERS = Tiers.of([(0, 100), (50, 200)])
LEVELS = Unilevel("levels", (300, 200), None, "dynamic")
SOLD = Volumes(own=30_000, gv=150_000, from_customers=150_000, everything=150_000)


def places(rules: Plan, volumes: Volumes = SOLD, own: Own | None = None, *, is_active: bool = True) -> list[PaidAs]:
    return paid_as(rules, volumes, own or Own(customers=10, cv=30_000), is_active=is_active)


def only(component: object, **more: object) -> Plan:
    return dataclasses.replace(plan(), components=(component,), **more)  # type: ignore[arg-type]


def test_components_that_pay_people_for_sales_stand_in_the_plans_order() -> None:
    personal, team = places(plan())
    assert (personal.component, personal.type, personal.most_steps, personal.why) == (
        "personal",
        "personal_tier",
        3,
        "",
    )
    assert personal.step == Step("personal", "cv", 30_000, tier=1, bps=1000, missing=20_000, next_bps=1200)
    assert (team.component, team.most_steps, team.why, team.levels, team.most_levels) == ("team", 4, "", 0, 0)
    assert team.step is not None
    assert (team.step.bps, team.step.missing) == (200, 350_000)


@pytest.mark.parametrize(
    ("own", "outside", "why"),
    [
        (Own(customers=10), 150_000, ""),
        (Own(customers=9), 150_000, "few_customers"),
        (Own(customers=9, cv=10_000), 150_000, ""),
        (Own(customers=9), 75_000, "inside_buyers"),
        (Own(customers=10), 75_001, ""),
    ],
)
def test_a_group_is_paid_by_own_customers_and_sales_to_the_outside(own: Own, outside: int, why: str) -> None:
    personal, team = places(plan(), dataclasses.replace(SOLD, from_customers=outside), own)
    assert (personal.why, team.why) == ("", why)
    assert [need.component for need in team.needs] == ["team"]
    assert personal.needs == ()


def test_who_sold_nothing_is_not_inside() -> None:
    assert not is_inside(NOTHING)
    assert is_inside(Volumes(from_customers=0, everything=1))
    assert is_inside(Volumes(from_customers=1, everything=2))
    assert not is_inside(Volumes(from_customers=2, everything=3))


@pytest.mark.parametrize(("is_active", "levels", "why"), [(True, 2, ""), (False, 0, "inactive")])
def test_levels_are_taken_by_who_is_active(is_active: bool, levels: int, why: str) -> None:
    (found,) = places(only(LEVELS, rule=None), is_active=is_active)
    assert (found.levels, found.most_levels, found.why, found.step) == (levels, 2, why, None)


@pytest.mark.parametrize(
    "component",
    [
        Differential("one", "slab", None, {"gold": 500}, "gv", MemberRule()),
        Generation("one", "gold", (100,)),
        Unilevel("one", (300,), {"gold": 1}, "none"),
        GroupTier("one", TIERS, "slab", "gv", frozenset({"gold"})),
    ],
)
def test_a_rank_that_is_given_by_name_is_nobodys(component: object) -> None:
    (found,) = places(only(component))
    assert (found.why, found.step, found.levels) == ("no_rank", None, 0)
    assert asks_for_rank(component)  # type: ignore[arg-type]


def test_other_components_ask_for_none() -> None:
    assert [asks_for_rank(one) for one in (*plan().components, LEVELS)] == [False] * 5
    assert tiers_of(LEVELS) == ()
    assert tiers_of(GroupTier("one", TIERS, "slab", "gv", frozenset())) == (0, 50)


@pytest.mark.parametrize(
    ("volume", "own", "customers"),
    [
        ("cv", Own(customers=2, cv=400), 1),
        ("cv", Own(customers=2, cv=199), 2),
        ("gv", Own(customers=3, cv=300), 1),
        ("gpv", Own(customers=1, cv=900, pv=50), 2),
        ("pv", Own(customers=1, cv=900, pv=0), None),
        ("gv_down", Own(customers=2, cv=400), None),
        ("cv", Own(), None),
        ("cv", Own(customers=0, cv=5), None),
        ("cv", Own(customers=1, cv=1), 100),
    ],
)
def test_what_is_missing_is_said_in_customers_by_what_ones_own_bought(
    volume: str, own: Own, customers: int | None
) -> None:
    assert as_customers(Step("one", volume, 0, 1, 100, missing=100, next_bps=200), own) == customers


def test_nobody_begins_with_anything() -> None:
    assert Own() == Own(customers=0, orders=0, cv=0, pv=0, earlier_cv=0)


def test_nothing_is_missing_on_the_highest_step() -> None:
    assert as_customers(Step("one", "cv", 9, 1, 100, missing=None, next_bps=None), Own(customers=1, cv=5)) is None
