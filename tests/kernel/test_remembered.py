"""What is remembered for a while: asked once, again when its time is over or somebody said that it changed."""

from __future__ import annotations

from itertools import count

import pytest

from hubapp.kernel import remembered
from hubapp.kernel.remembered import Remembered


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The clock: set its one value."""
    hand = [100.0]
    monkeypatch.setattr(remembered, "now", lambda: hand[0])
    return hand


def test_an_answer_lasts_its_time_and_no_longer(at: list[float]) -> None:
    known: Remembered[str, int] = Remembered(2.0)
    asked = count()
    assert [known.get("a", lambda: next(asked)) for _ in range(3)] == [0, 0, 0]
    at[0] += 1.9
    assert known.get("a", lambda: next(asked)) == 0
    at[0] += 0.1
    assert known.get("a", lambda: next(asked)) == 1


def test_that_there_is_nothing_is_an_answer_too(at: list[float]) -> None:
    known: Remembered[str, int | None] = Remembered(2.0)
    asked: list[str] = []
    for _ in range(3):
        assert known.get("a", lambda: asked.append("a")) is None
    assert asked == ["a"]
    assert at


def test_what_changed_is_asked_again_and_nothing_else(at: list[float]) -> None:
    known: Remembered[tuple[int, str], int] = Remembered(60.0)
    asked = count()
    keys = [(1, "fr"), (1, "ar"), (2, "fr")]
    before = {key: known.get(key, lambda: next(asked)) for key in keys}
    known.forget(lambda key: key[0] == 1)
    after = {key: known.get(key, lambda: next(asked)) for key in keys}
    assert {key for key in keys if before[key] != after[key]} == {(1, "fr"), (1, "ar")}
    known.forget()
    assert known.get((2, "fr"), lambda: next(asked)) != before[2, "fr"]
    assert at


def test_it_does_not_grow_without_end(at: list[float]) -> None:
    known: Remembered[int, int] = Remembered(60.0, size=10)
    for key in range(1_000):
        known.get(key, lambda key=key: key)  # type: ignore[misc]
        assert len(known._known) <= 10
    assert at


def test_a_failure_is_not_remembered(at: list[float]) -> None:
    known: Remembered[str, float] = Remembered(60.0)
    with pytest.raises(ZeroDivisionError):
        known.get("a", lambda: 1 / 0)
    assert known.get("a", lambda: 3) == 3
    assert at
