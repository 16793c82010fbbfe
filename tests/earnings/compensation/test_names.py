"""Ids as UUIDs in sixteen bytes each: they behave as the texts that they stand for, and are found like them."""

from __future__ import annotations

from uuid import UUID

import numpy as np
import pytest

from hubapp.earnings.compensation.plans import names
from hubapp.earnings.compensation.plans.columns import Column
from hubapp.earnings.compensation.plans.names import Uuids, chosen, numbered, order_of, places_in

# Equal first halves, zeros at the end and at the beginning, the highest bits, and one twice.
NUMBERS = [2**120 + 5, 1, 2**120, 2**128 - 1, 7, 2**64, 2**120, 2**64 + 1, 0]
DIGITS = 0x0123456789ABCDEFFEDCBA9876543210


def raw(numbers: list[int]) -> Column:
    return np.array([UUID(int=number).bytes for number in numbers], "S16")


def texts(numbers: list[int]) -> list[str]:
    return [str(UUID(int=number)) for number in numbers]


IDS, TEXTS = Uuids(raw(NUMBERS)), texts(NUMBERS)


def test_they_are_written_out_alone_and_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(names, "AT_ONCE", 4)
    assert list(IDS) == [IDS[place] for place in range(len(IDS))] == TEXTS
    assert (IDS[-1], list(IDS[2:4])) == (TEXTS[-1], TEXTS[2:4])


def test_every_digit_stands_where_it_does_in_the_text() -> None:
    assert list(Uuids(raw([DIGITS]))) == ["01234567-89ab-cdef-fedc-ba9876543210"]


def test_they_equal_the_same_texts_and_nothing_else() -> None:
    assert IDS == TEXTS
    assert Uuids(raw(NUMBERS)) == IDS
    assert TEXTS[:-1] != IDS
    assert Uuids(raw(NUMBERS[::-1])) != IDS
    assert Uuids(raw([])) == []
    assert IDS != 5


def test_one_is_found_by_its_text() -> None:
    assert [IDS.index(text) for text in TEXTS] == [0, 1, 2, 3, 4, 5, 2, 7, 8]
    assert IDS.index(TEXTS[6], 3) == 6
    assert TEXTS[8] in IDS
    assert str(UUID(int=3)) not in IDS
    assert 5 not in IDS
    with pytest.raises(ValueError, match="is not among them"):
        IDS.index(TEXTS[6], 3, 6)


def test_some_are_chosen_whatever_holds_them() -> None:
    keep = np.array([number > 2**100 for number in NUMBERS])
    wanted = [text for text, is_it in zip(TEXTS, keep, strict=True) if is_it]
    for ids in (IDS, TEXTS, np.array(TEXTS)):
        assert list(chosen(ids, keep)) == wanted


@pytest.mark.parametrize("numbers", [NUMBERS, sorted(NUMBERS), [5], [], [3, 3], [2**64, 0], [2**70, 2**64, 2**66]])
def test_order_is_the_order_of_texts_and_stable(numbers: list[int]) -> None:
    wanted = sorted(range(len(numbers)), key=lambda place: (numbers[place], place))
    assert order_of(raw(numbers)).tolist() == wanted


@pytest.mark.parametrize("numbers", [NUMBERS, [5], [], [3, 3, 1, 3], [2**64, 2**65, 2**64]])
def test_numbering_gives_each_different_one_its_place(numbers: list[int]) -> None:
    different, places = numbered(raw(numbers))
    assert list(Uuids(different)) == texts(sorted(set(numbers)))
    assert [sorted(set(numbers))[place] for place in places.tolist()] == numbers


def test_places_among_known_ones() -> None:
    known = raw([1, 2**64, 2**64 + 1, 2**127])
    assert places_in(known, raw([0, 1, 2, 2**64 + 1, 2**127, 2**128 - 1])).tolist() == [-1, 0, -1, 2, 3, -1]
    assert places_in(raw([]), raw([1])).tolist() == [-1]
