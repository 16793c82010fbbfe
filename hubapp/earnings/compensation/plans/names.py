"""Ids of members and orders: texts, or UUIDs in sixteen bytes each, which are written out when somebody asks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import Any, overload
from uuid import UUID

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column

WIDTH = 16
AT_ONCE = 10_000
PARTS = (slice(0, 8), slice(8, 12), slice(12, 16), slice(16, 20), slice(20, None))


class Uuids(Sequence[str]):
    """A million of them take 16 MB; as texts it would be 90. `raw`: an array of 16 bytes each ("S16")."""

    __slots__ = ("raw",)
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, raw: Column) -> None:
        self.raw = raw

    def __len__(self) -> int:
        return len(self.raw)

    @overload
    def __getitem__(self, place: int) -> str: ...

    @overload
    def __getitem__(self, place: slice) -> Uuids: ...

    def __getitem__(self, place: int | slice) -> str | Uuids:
        if isinstance(place, slice):
            return Uuids(self.raw[place])
        # One alone would lose the zeros at its end.
        return str(UUID(bytes=self.raw[[place]].tobytes()))

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self.raw), AT_ONCE):
            digits = self.raw[begin : begin + AT_ONCE].tobytes().hex()
            for at in range(0, len(digits), 2 * WIDTH):
                one = digits[at : at + 2 * WIDTH]
                yield "-".join(one[part] for part in PARTS)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool((self.raw == UUID(name).bytes).any())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Uuids):
            return bool(np.array_equal(self.raw, other.raw))
        return isinstance(other, Sequence) and list(self) == list(other)

    def index(self, value: Any, start: int = 0, stop: int | None = None) -> int:
        """The place of a UUID written out. Raises ValueError where it is not there."""
        places = np.flatnonzero(self.raw[start:stop] == UUID(value).bytes)
        if not places.size:
            raise ValueError(f"{value} is not among them")
        return start + int(places[0])

    def where(self, keep: Column) -> Uuids:
        """Some of them, in the same order."""
        return Uuids(self.raw[keep])


def chosen(ids: Any, keep: Column) -> Sequence[Any]:
    """Some of the ids, in the same order."""
    if isinstance(ids, Uuids):
        return ids.where(keep)
    found: Any = ids[keep] if isinstance(ids, np.ndarray) else list(compress(ids, keep))
    return found  # type: ignore[no-any-return]


def order_of(raw: Column) -> Column:
    """The places of UUIDs in ascending order, equal ones in the order in which they come."""
    return _sorted(raw)[0]


def numbered(raw: Column) -> tuple[Column, Column]:
    """Those that are different, ascending, and the place of each one among them."""
    order, high = _sorted(raw)
    is_new = np.ones(len(order), bool)
    is_new[1:] = high[1:] != high[:-1]
    low = _half(raw, 1).take(order)
    is_new[1:] |= low[1:] != low[:-1]
    numbers = np.empty(len(order), np.int32)
    numbers[order] = np.cumsum(is_new, dtype=np.int32) - 1
    return raw.take(order[is_new]), numbers


def _sorted(raw: Column) -> tuple[Column, Column]:
    """(the places in ascending order, the upper halves in it). Mostly these alone tell which comes first."""
    high = _half(raw, 0)
    order = np.argsort(high, kind="stable")
    found = high.take(order)
    is_same = found[1:] == found[:-1]
    if is_same.any():
        low = _half(raw, 1)
        below = low.take(order)
        if (is_same & (below[1:] != below[:-1])).any():
            order = np.lexsort((low, high))
    return order, found


def _half(raw: Column, which: int) -> Column:
    """The upper or the lower eight bytes as numbers."""
    return raw.view(">u8").reshape(len(raw), 2)[:, which].astype(np.uint64)


def places_in(known: Column, sought: Column) -> Column:
    """Where UUIDs stand among known ones, which ascend; -1 for those that are not there."""
    if not len(known):
        return np.full(len(sought), -1, np.int32)
    places = np.minimum(np.searchsorted(known, sought), len(known) - 1).astype(np.int32)
    places[known.take(places) != sought] = -1
    return places
