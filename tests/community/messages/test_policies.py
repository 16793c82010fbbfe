"""Who may write to whom, what handles and texts become, how messages stand together."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hubapp.community.messages import policies
from hubapp.community.messages.policies import Standing
from tests.factories.hubs import NOW


@pytest.mark.parametrize(("takes", "answered"), list(product((False, True), repeat=2)))
def test_a_block_of_either_keeps_words_away_whatever_else_is_so(takes: bool, answered: bool) -> None:
    assert not policies.may_reach(
        Standing(takes, has_blocked_author=True, is_blocked_by_author=False, has_answered=answered)
    )
    assert not policies.may_reach(
        Standing(takes, has_blocked_author=False, is_blocked_by_author=True, has_answered=answered)
    )
    free = Standing(takes, has_blocked_author=False, is_blocked_by_author=False, has_answered=answered)
    assert policies.may_reach(free) == (takes or answered)


@given(st.uuids(), st.uuids())
def test_a_pair_is_the_same_whoever_begins(one: UUID, other: UUID) -> None:
    assert policies.pair_of(one, other) == policies.pair_of(other, one)


@given(st.text(max_size=60))
def test_cleaning_once_is_enough(text: str) -> None:
    assert policies.clean(policies.clean(text)) == policies.clean(text)


def test_handles_are_read_however_they_are_typed() -> None:
    assert policies.handles_in(" @Amina, ben;@amina\n@c-3 ") == ("amina", "ben", "c-3")


def test_what_one_writes_in_a_row_stands_under_one_name() -> None:
    ann, ben = UUID(int=1), UUID(int=2)
    minutes = [(ann, 0), (ann, 3), (ben, 4), (ann, 5), (ann, 30)]
    assert policies.heads((who, NOW + timedelta(minutes=at)) for who, at in minutes) == [True, False, True, True, True]


def test_a_preview_is_short_and_plain() -> None:
    assert policies.preview("**Hello** [you](x)") == "Hello you x"
    assert len(policies.preview("word " * 100)) <= 91


def after(*hours: float | None, days_ago: int = 20) -> list[tuple[datetime, datetime | None]]:
    """Questions of so long ago, each answered after so many hours, or not at all."""
    at = NOW - timedelta(days=days_ago)
    return [(at, None if one is None else at + timedelta(hours=one)) for one in hours]


@pytest.mark.parametrize(
    ("asked", "usual"),
    [
        (after(1, 2), None),  # too few to say anything
        (after(9, 1, 2), 2),
        (after(1, 2, 30, 40), 30),
        (after(1, 2, None), 2),
        (after(1, None, None), None),  # mostly nobody answered
        ([*after(1, 2, 3), *after(None, None, None, days_ago=1)], 2),  # may still be answered
        ([*after(1, 2, 3), *after(None, None, None, days_ago=3)], None),
    ],
)
def test_every_second_question_had_its_answer_within_that_time(
    asked: list[tuple[datetime, datetime | None]], usual: float | None
) -> None:
    assert policies.usual_reply(asked, now=NOW) == (None if usual is None else timedelta(hours=usual))
