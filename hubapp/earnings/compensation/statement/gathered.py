"""Sums and lists by number, out of columns that stay columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hubapp.earnings.compensation.plans.columns import WORD, Column, stays_under, sums


class Listed:
    """The places at which a column holds each number from 0 up to `size`, ascending; -1 is nobody's."""

    def __init__(self, column: Column, size: int) -> None:
        self._places = np.argsort(column, kind="stable")
        self._begins = np.bincount(column + 1, minlength=size + 1).cumsum()
        self._plain = plain(self._places), plain(self._begins)

    def __getitem__(self, number: int) -> Sequence[int]:
        places, begins = self._plain
        return places[begins[number] : begins[number + 1]]

    def of_all(self, numbers: Column) -> Column:
        """Those of several numbers, one after the other."""
        first = self._begins[numbers]
        many = self._begins[numbers + 1] - first
        found: Column = self._places[np.repeat(first - many.cumsum() + many, many) + np.arange(many.sum())]
        return found


def summed(size: int, keys: Column, values: Column, chosen: Column) -> Column:
    """Values summed by key where chosen, in integers that hold the sums; -1 (no seller, no hub) is nobody's."""
    picked = values[chosen]
    return sums(size, keys[chosen], picked if stays_under(picked, WORD) else picked.astype(object))[:-1]


def plain(column: Column) -> Sequence[Any]:
    """What holds the same as Python's own integers, one by one as they are asked for."""
    return column.tolist() if column.dtype == object else memoryview(column)  # type: ignore[arg-type]


def words(values: Any, names: Sequence[str | None]) -> list[str | None]:
    """A column of words, which may come as places in a list of names."""
    return [names[one] for one in plain(values)] if len(names) else list(values)
