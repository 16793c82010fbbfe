"""The tree's passes against walking every path: volumes, thinned ways up, groups; deep lines and loops."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.tree import THIN, Climb, Tree, plant, stands_above
from tests.earnings.compensation import strategies

CAREFUL = strategies.careful(60)


@st.composite
def forests(draw: st.DrawFn) -> list[int]:
    """Parents of members whose numbers say nothing about their place."""
    size = draw(st.integers(0, 14))
    names = draw(st.permutations(range(size)))
    parents = [-1] * size
    for place, name in enumerate(names):
        above = draw(st.integers(-1, place - 1))
        parents[name] = names[above] if above >= 0 else -1
    return parents


def planted(parents: list[int]) -> Tree:
    return plant(parents, [f"m{place}" for place in range(len(parents))])


@CAREFUL
@given(forests(), st.randoms(use_true_random=False))
def test_a_roll_up_adds_everybody_to_all_above(parents: list[int], chance: object) -> None:
    tree = planted(parents)
    own = [7**place for place in range(len(parents))]
    expected = [sum(own[one] for one in range(len(own)) if member in tree.path(one)) for member in range(len(own))]
    assert tree.roll_up(np.array(own, np.int64)).tolist() == expected
    assert tree.roll_up(np.array(own, object)).tolist() == expected
    legs = [sum(own[one] for one, above in enumerate(parents) if above == member) for member in range(len(own))]
    assert tree.legs(np.array(own, np.int64)).tolist() == legs


@CAREFUL
@given(forests(), st.randoms(use_true_random=False))
def test_the_least_of_a_group_is_the_least_of_all_whose_way_leads_through(parents: list[int], chance: Random) -> None:
    tree, own = planted(parents), [chance.randrange(9) for _ in parents]
    expected = [min(own[one] for one in range(len(own)) if member in tree.path(one)) for member in range(len(own))]
    assert tree.least(np.array(own, np.int64)).tolist() == expected


def test_a_wide_tree_rolls_up_as_a_thin_one_does() -> None:
    parents = [-1, -1, *(place % 2 for place in range(38)), *(place * 7 % 40 for place in range(400))]
    tree, own = planted(parents), np.arange(440)
    assert len(parents) >= THIN * len(tree.levels)
    expected = np.zeros(440, np.int64)
    for member in range(440):
        expected[tree.path(member)] += member
    assert tree.roll_up(own).tolist() == expected.tolist()


@CAREFUL
@given(forests())
def test_members_are_numbered_level_by_level(parents: list[int]) -> None:
    tree = planted(parents)
    depths = [len(tree.path(member)) for member in tree.order.tolist()]
    assert depths == sorted(depths)
    assert [depths.count(depth) for depth in range(1, len(tree.levels))] == np.diff(tree.levels).tolist()
    assert tree.lift(tree.lay(np.arange(len(parents)))).tolist() == list(range(len(parents)))
    above = [int(tree.place[parents[one]]) if parents[one] >= 0 else -1 for one in tree.order.tolist()]
    assert tree.above.tolist() == above


def thinned(tree: Tree, climb: Climb, before: list[int], left: set[int]) -> list[int]:
    """The members who are left, as numbered; after a look at where everybody's way leads."""
    kept, way = climb.thin(np.array([member in left for member in before], bool))
    now = [before[number] for number in kept.tolist()]
    assert set(now) == left
    assert [int(tree.order[place]) for place in np.arange(len(tree.order))[climb.left].tolist()] == now
    expected = [next((one for one in tree.path(member)[1:] if one in left), -1) for member in before]
    assert [now[up] if up >= 0 else -1 for up in way.tolist()] == expected
    assert climb.up.tolist() == way.take(kept).tolist()
    return now


@CAREFUL
@given(forests(), st.data())
def test_a_thinned_way_up_leads_to_the_next_one_left(parents: list[int], data: st.DataObject) -> None:
    tree = planted(parents)
    climb, before = Climb(tree), tree.order.tolist()
    for _ in range(3):
        before = thinned(tree, climb, before, {member for member in before if data.draw(st.booleans())})


def test_the_way_up_of_a_wide_tree_is_thinned_as_a_thin_one_is() -> None:
    parents = [-1, -1, *(place % 2 for place in range(38)), *(place * 7 % 40 for place in range(400))]
    parents += [place % 440 for place in range(200)]
    tree, chance = planted(parents), Random(7)
    assert not tree.is_thin
    climb, before = Climb(tree), tree.order.tolist()
    for _ in range(4):
        before = thinned(tree, climb, before, {member for member in sorted(before) if chance.random() < 0.7})


@CAREFUL
@given(forests(), st.data())
def test_who_goes_leaves_what_they_hold_to_the_next_above_who_stays(parents: list[int], data: st.DataObject) -> None:
    tree = planted(parents)
    order = tree.order.tolist()
    left = {member for member in order if data.draw(st.booleans())}
    climb, held = Climb(tree), np.array([7**member for member in order], np.int64)
    kept, came = climb.gather(np.array([member in left for member in order], bool), held)
    nearest = {one: next((up for up in tree.path(one) if up in left), -1) for one in order if one not in left}
    expected = [sum(7**one for one, up in nearest.items() if up == order[number]) for number in kept.tolist()]
    assert came.tolist() == expected


@CAREFUL
@given(forests())
def test_a_path_ends_at_whom_it_leads_to(parents: list[int]) -> None:
    tree = planted(parents)
    for member in range(len(parents)):
        whole = tree.path(member)
        assert [tree.path(member, to=one) for one in whole] == [whole[: at + 1] for at in range(len(whole))]


@pytest.mark.parametrize("size", [2**8, 2**8 + 1, 2**16, 2**16 + 1, 2**16 + 2])
def test_a_line_without_a_branch_is_as_deep_as_it_is_long(size: int) -> None:
    tree = planted([-1, *range(size - 1)])
    assert len(tree.levels) == size + 1
    assert tree.order.tolist() == list(range(size))
    assert tree.roll_up(np.ones(size, np.int64))[:2].tolist() == [size, size - 1]


@pytest.mark.parametrize(
    ("parents", "loop"),
    [([0], "m0 < m0"), ([1, 2, 0], "m0 < m1 < m2 < m0"), ([-1, 2, 3, 2, 1], "m2 < m3 < m2"), ([-1, 0, 2], "m2 < m2")],
)
def test_a_loop_is_named(parents: list[int], loop: str) -> None:
    with pytest.raises(BadInput) as refusal:
        planted(parents)
    shown = str(refusal.value).removeprefix("members.sponsor: a cycle: ")
    assert set(shown.split(" < ")) == set(loop.split(" < "))
    assert shown.split(" < ")[0] == shown.split(" < ")[-1]


def test_at_most_three_roots_are_named() -> None:
    with pytest.raises(BadInput, match=r"several roots where one is asked: b, c, d$"):
        plant([1, -1, -1, -1, -1], "abcde", one_root=True)
    assert plant([1, -1], "ab", one_root=True).levels == (0, 1, 2)
    assert plant([], "", one_root=True).levels == (0,)


def test_who_stands_above_whom_is_whose_way_leads_through() -> None:
    parents = [2, 0, 3, -1, 0, -1, 5, 6]  # neither the first nor the last is a root
    tree, pairs = planted(parents), [(upper, lower) for upper in range(8) for lower in range(8)]
    expected = [upper in tree.path(lower) for upper, lower in pairs]
    assert stands_above(tree.parent, *np.array(pairs).T).tolist() == expected
    assert [stands_above(tree.parent, *np.array([pair]).T).tolist() for pair in pairs] == [[one] for one in expected]
    assert stands_above(tree.parent, np.zeros(0, int), np.zeros(0, int)).tolist() == []
