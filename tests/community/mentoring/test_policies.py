"""Who welcomes whom, and what is left of a plan."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.mentoring import policies
from hubapp.community.mentoring.policies import STEPS, Candidate

CANDIDATES = st.lists(st.builds(Candidate, st.uuids(), st.uuids(), st.integers(0, 5)), min_size=1, max_size=8)


@given(CANDIDATES)
def test_nobody_else_has_fewer_and_of_equals_nobody_has_a_lower_rank(candidates: list[Candidate]) -> None:
    chosen = policies.choose(candidates)
    mine = min((one.open_count, one.rank) for one in candidates if one.account_id == chosen)
    assert all(mine <= (one.open_count, one.rank) for one in candidates)


@given(CANDIDATES)
def test_the_order_in_which_they_are_asked_does_not_matter(candidates: list[Candidate]) -> None:
    assert policies.choose(candidates) == policies.choose(candidates[::-1])


def test_where_nobody_is_nobody_is_chosen() -> None:
    assert policies.choose([]) is None


@given(st.sets(st.sampled_from(STEPS)), st.booleans(), st.booleans())
def test_a_plan_has_the_steps_of_what_is_switched_on_and_is_done_with_all_of_them(
    done: set[str], talks: bool, meets: bool
) -> None:
    steps = policies.plan(dict.fromkeys(done, True), {"conversations": talks, "events": meets})
    shown = [step for step, _is_done in steps]
    assert ("hello" in shown, "gathering" in shown) == (talks, meets)
    assert {"profile", "trade"} <= set(shown)
    assert policies.is_done(steps) == (set(shown) <= done)
