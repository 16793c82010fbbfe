"""Rules of moderation, and of helpers' rights, by their properties."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.conversations import policies as talk
from hubapp.community.moderation import policies
from hubapp.community.moderation.policies import Facts
from hubapp.people.membership import policies as rights
from tests.factories.hubs import NOW

FACTS = st.builds(
    Facts,
    is_open=st.booleans(),
    is_there=st.booleans(),
    is_hidden=st.booleans(),
    is_held=st.booleans(),
    has_subject=st.booleans(),
    has_role=st.booleans(),
)
ENDS = st.one_of(st.none(), st.integers(-50, 50).map(lambda days: NOW + timedelta(days=days)))
PERMISSIONS = st.sets(st.sampled_from(rights.PERMISSIONS))
LEVELS = st.fixed_dictionaries({area: st.sampled_from(["none", "view", "act"]) for area in rights.AREAS})


@given(FACTS)
def test_there_is_always_something_to_do_and_never_what_makes_no_sense(facts: Facts) -> None:
    acts = policies.possible(facts)
    assert acts or not facts.is_open
    assert ("leave" in acts) == (facts.is_open and not (facts.is_held and facts.is_there))
    assert len(set(acts)) == len(acts)
    assert not ("hide" in acts and (facts.is_hidden or not facts.is_there))
    assert not ("suspend" in acts and (facts.has_role or not facts.has_subject))
    assert ("approve" in acts) == ("refuse" in acts) == (facts.is_held and facts.is_there)


@given(FACTS, st.lists(st.sampled_from(policies.ACTS), max_size=4))
def test_what_is_done_at_once_is_possible_each_and_concerns_thing_and_person_once(
    facts: Facts, acts: list[str]
) -> None:
    if not policies.fits(acts, facts):
        return
    assert set(acts) <= set(policies.possible(facts))
    assert len(acts) <= 2
    assert len(acts) == 1 or (set(acts) & {"hide", "refuse"} and set(acts) & {"warn", "suspend"})


@given(FACTS)
def test_each_possible_act_can_be_done_alone(facts: Facts) -> None:
    assert all(policies.fits([act], facts) for act in policies.possible(facts))


@given(st.lists(ENDS, max_size=6))
def test_the_longest_suspension_counts(ends: list[None]) -> None:
    is_suspended, until = policies.standing(ends, NOW)
    running = [end for end in ends if end is None or end > NOW]
    assert is_suspended == bool(running)
    assert (until is None) == (not running or None in running)
    assert until is None or (until > NOW and all(end is None or end <= until for end in ends))


@given(st.lists(ENDS, max_size=6), ENDS)
def test_one_more_suspension_never_shortens_and_one_less_never_lengthens(ends: list[None], more: None) -> None:
    def length(found: list[None]) -> float:
        is_suspended, until = policies.standing(found, NOW)
        return 0 if not is_suspended else float("inf") if until is None else (until - NOW).total_seconds()

    assert length([*ends, more]) >= length(ends)


@pytest.mark.parametrize("days", policies.DAYS)
def test_a_suspension_lasts_as_long_as_was_said(days: int) -> None:
    until = policies.until(days, NOW)
    assert until == (NOW + timedelta(days=days) if days else None)


@given(st.sampled_from(policies.ACTS), st.booleans(), st.booleans())
def test_what_takes_something_away_can_be_appealed_once_while_it_stands(act: str, is_undone: bool, has: bool) -> None:
    may = policies.may_appeal(act, is_undone=is_undone, has_appealed=has)
    assert may == (act in {"hide", "warn", "suspend", "refuse"} and not is_undone and not has)


@given(st.integers(0, 20), st.integers(0, 10), st.booleans())
def test_first_texts_wait_until_enough_were_let_out(published: int, first: int, has_role: bool) -> None:
    assert talk.waits(published=published, first_held=first, has_role=has_role) == (published < first and not has_role)


@given(LEVELS, PERMISSIONS)
def test_levels_are_what_one_reads_back(levels: dict[str, str], others: set[str]) -> None:
    granted = rights.permissions_for(levels, others)
    assert {area: rights.level_of(granted, area) for area in rights.AREAS} == levels
    single = {name for name in others if name not in rights.IN_AREAS and name not in rights.CONNECTOR_ONLY}
    assert set(granted) - rights.IN_AREAS == single


@given(PERMISSIONS)
def test_saving_what_is_shown_changes_nothing(permissions: set[str]) -> None:
    granted = rights.grantable(permissions)
    levels = {area: rights.level_of(granted, area) for area in rights.AREAS}
    saved = rights.permissions_for(levels, granted, now=granted)
    assert {name for name in rights.PERMISSIONS if rights.allows("helper", saved, name)} == {
        name for name in rights.PERMISSIONS if rights.allows("helper", granted, name)
    }


@given(PERMISSIONS, st.sampled_from(sorted(rights.AREAS)))
def test_who_may_act_may_look(permissions: set[str], area: str) -> None:
    look, acts = rights.AREAS[area]
    for act in acts:
        if rights.allows("helper", permissions, act):
            assert rights.allows("helper", permissions, look)
