"""Columns of whole numbers: 64 bits where a bound proves that they hold everything, Python's integers beyond."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from hubapp.earnings.compensation.plans.errors import BadInput

Column: TypeAlias = NDArray[Any]
WORD = 2**63  # what is smaller than this, either way, is exact in 64 bits
FEW = 64  # up to as many values Python's own loop is faster


def integers(values: Sequence[int] | Column, *, key: str = "") -> Column:
    """As 64-bit integers, or as Python's where one does not fit. Refuses what is no whole number."""
    found = np.asarray(values)
    if found.dtype.kind in "bi":
        return found.astype(np.int64, copy=False)
    if not found.size:
        return np.zeros(0, np.int64)
    if not isinstance(values, np.ndarray):
        # Neighbours beyond 64 bits make numpy choose unsigned or even binary fractions: start from the values again.
        found = np.array([*values], object)
    if not all(isinstance(value, int | np.integer) for value in found.flat):
        raise BadInput("holds what is no whole number", key=key)
    found = np.array([int(value) for value in found], object)
    return found.astype(np.int64) if reach(found) < WORD else found


def places(values: Sequence[int] | Column) -> Column:
    """As indexes, in the width that they come in."""
    found = np.asarray(values)
    return found if found.size else np.zeros(0, np.intp)


def reach(column: Column) -> int:
    """How far from zero a column goes."""
    if column.size <= FEW:
        return max(map(abs, column.ravel().tolist()), default=0)
    return max(int(column.max()), -int(column.min()))


def total(column: Column) -> int:
    """The exact sum, whatever its size."""
    if column.size <= FEW:
        return sum(column.tolist())
    if column.dtype == object or reach(column) * column.size < WORD:
        return int(column.sum())
    # In two halves: 32 bits of each value summed at a time cannot leave 64 bits with fewer than 2**31 values.
    return int((column >> 32).sum()) * 2**32 + int((column & (2**32 - 1)).sum())


def stays_under(column: Column, limit: int) -> bool:
    """Whether any sum of some of its values, either way, is smaller than the limit."""
    if reach(column) * column.size < limit:
        return True
    return bool(column.size) and column.min() >= 0 and total(column) < limit


def sums(size: int, keys: Column, values: Column) -> Column:
    """Values summed by key, with one place more at the end for the key -1 (no seller, no hub, no sponsor)."""
    found = np.zeros(size + 1, values.dtype)
    np.add.at(found, keys, values)
    return found


def added(columns: Sequence[Column]) -> Column:
    """Several columns as one."""
    found: Column = columns[0].astype(np.result_type(*columns))
    for column in columns[1:]:
        found += column
    return found


def coded(values: Any, names: Sequence[str | None]) -> tuple[Column, list[str | None]]:
    """Words as numbers: (the number of each, what the numbers mean); with `names` they are numbers already."""
    if len(names):
        return places(values), list(names)
    index: dict[str | None, int] = {}
    return np.array([index.setdefault(value, len(index)) for value in values], np.intp), list(index)


def plain(values: Sequence[Any] | Column) -> list[Any]:
    """A list of Python's own values, as JSON and people need them."""
    return values.tolist() if isinstance(values, np.ndarray) else list(values)
