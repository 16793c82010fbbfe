"""Reading one table strictly: what each kind of value may be, in the words of its refusal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.reading import Table


def table(**values: Any) -> Table:
    return Table.of(values, file="f", key="t")


def reason(read: Callable[[], object]) -> str:
    with pytest.raises(BadInput) as refusal:
        read()
    return str(refusal.value)


@pytest.mark.parametrize("value", [0, 1, 10**15])
def test_a_whole_number_goes_up_to_what_stays_exact(value: int) -> None:
    assert table(k=value).integer("k") == value


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (-1, "must not be negative: -1"),
        (10**15 + 1, f"is over {10**15}: {10**15 + 1}"),
        (True, "must be a whole number, not True"),
        (None, "must be a whole number, not None"),
        ("5", "must be a whole number, not '5'"),
        (5.0, "must be a whole number, not 5.0"),
    ],
)
def test_what_is_no_number_of_the_kind_is_refused(value: object, words: str) -> None:
    assert reason(lambda: table(k=value).integer("k")) == f"f: t.k: {words}"


def test_bounds_belong_to_what_is_allowed() -> None:
    read = table(two=2, three=3)
    assert (read.integer("two", least=2), read.integer("three", most=3)) == (2, 3)
    assert reason(lambda: read.integer("two", least=3)) == "f: t.two: must be at least 3: 2"
    assert reason(lambda: read.integer("three", most=2)) == "f: t.three: is over 2: 3"


def test_a_rate_is_at_most_everything() -> None:
    assert table(k=10_000).bps("k") == 10_000
    assert reason(lambda: table(k=10_001).bps("k")) == "f: t.k: is over 100 % (10000 basis points): 10001"


def test_what_is_left_out_has_its_default_or_is_missing() -> None:
    read = table()
    assert (read.integer("k", 7), read.bps("k", 8), read.text("k", "w")) == (7, 8, "w")
    assert (read.flag("k", default=True), read.flag("k", default=False)) == (True, False)
    assert (read.texts("k", default=["a"]), read.rows("k", default=[])) == (("a",), [])
    assert (read.maybe_text("k"), read.integers("k"), read.table("k").value) == (None, {}, {})
    for ask in (read.integer, read.bps, read.text, read.rows, read.texts, read.list_of_bps):
        assert reason(lambda ask=ask: ask("k")) == "f: t.k: is missing"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "must be a text, not ''"),
        (5, "must be a text, not 5"),
        (["a"], "must be a text, not ['a']"),
        ("c", "'c' is not one of a, b"),
    ],
)
def test_a_word_is_one_of_those_that_are_known(value: object, words: str) -> None:
    assert table(k="b").text("k", among=("a", "b")) == "b"
    assert reason(lambda: table(k=value).text("k", among=("a", "b"))) == f"f: t.k: {words}"


def test_any_word_will_do_where_none_is_asked() -> None:
    assert table(k="anything").text("k") == "anything"
    assert table(k="anything").maybe_text("k") == "anything"
    assert table(k=None).maybe_text("k") is None


def test_yes_and_no_are_no_numbers() -> None:
    assert (table(k=True).flag("k", default=False), table(k=False).flag("k", default=True)) == (True, False)
    assert reason(lambda: table(k=1).flag("k", default=False)) == "f: t.k: must be true or false, not 1"


@pytest.mark.parametrize("value", [{"a": 1}, "a", 5])
def test_a_list_is_a_list(value: object) -> None:
    read = table(k=value)
    for ask in (read.rows, read.texts, read.list_of_bps, lambda name: list(read.tables(name))):
        assert reason(lambda ask=ask: ask("k")) == "f: t.k: must be a list"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (["a", 1], "must hold texts, not 1"),
        (["", "a"], "must hold texts, not ''"),
        (["a", "b", "a"], "holds the same twice"),
    ],
)
def test_a_list_of_words_has_each_once(value: object, words: str) -> None:
    assert table(k=["b", "a"]).texts("k") == ("b", "a")
    assert reason(lambda: table(k=value).texts("k")) == f"f: t.k: {words}"


def test_tables_within_know_where_they_stand() -> None:
    read = table(k=[{"a": 1}, {"a": -1}], one={"b": "c"})
    first, second = read.tables("k")
    assert (first.integer("a"), read.table("one").text("b")) == (1, "c")
    assert reason(lambda: second.integer("a")) == "f: t.k[1].a: must not be negative: -1"
    assert reason(lambda: list(table(k=[5]).tables("k"))) == "f: t.k[0]: must be a table of keys and values"
    assert reason(lambda: table(k=[]).table("k")) == "f: t.k: must be a table of keys and values"
    assert reason(lambda: Table.of({}, file="f").integer("a")) == "f: a: is missing"


def test_numbers_by_name_have_a_bound() -> None:
    assert table(k={"a": 0, "b": 9}).integers("k", most=9) == {"a": 0, "b": 9}
    assert reason(lambda: table(k={"a": 10}).integers("k", most=9)) == "f: t.k.a: is over 9: 10"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "t.k: is empty"),
        ([5000, 5001], "t.k: rates over 100 %: they sum to 10001 basis points"),
        ([1, -1], "t.k.1: must not be negative: -1"),
    ],
)
def test_rates_together_are_at_most_everything(value: object, words: str) -> None:
    assert table(k=[4000, 6000]).list_of_bps("k") == (4000, 6000)
    assert reason(lambda: table(k=value).list_of_bps("k")) == f"f: {words}"


def test_a_key_that_nobody_reads_is_refused() -> None:
    read = table(a=1)
    assert read.only("a", "b") is read
    assert ("a" in read, "b" in read) == (True, False)
    assert reason(lambda: read.only("b", "c")) == "f: t.a: unknown key; known are b, c"
