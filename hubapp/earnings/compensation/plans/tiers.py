"""Tiers: the rate reached at a volume, and the integral of the rate up to it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column


@dataclass(frozen=True, slots=True)
class Tiers:
    """`starts` ascending (a boundary belongs to the upper tier), `rates` in basis points; beneath the first start 0."""

    starts: tuple[int, ...]
    rates: tuple[int, ...]
    floors: tuple[int, ...] = ()

    @classmethod
    def of(cls, steps: Sequence[tuple[int, int]]) -> Tiers:
        """From (from, bps) pairs, already checked."""
        floors, sum_ = [0], 0
        for (start, rate), (end, _) in pairwise(steps):
            sum_ += (end - start) * rate
            floors.append(sum_)
        return cls(tuple(start for start, _ in steps), tuple(rate for _, rate in steps), tuple(floors))

    def rate(self, volume: int) -> int:
        """The rate reached at `volume`."""
        place = bisect_right(self.starts, volume)
        return self.rates[place - 1] if place else 0

    def integral(self, volume: int) -> int:
        """Exact: the sum over all tiers of what fell into them."""
        place = bisect_right(self.starts, volume)
        if not place:
            return 0
        return self.floors[place - 1] + (volume - self.starts[place - 1]) * self.rates[place - 1]

    def pay(self, volume: int, *, mode: str) -> int:
        """Exact pay for `volume`: its integral, or all of it at the reached rate."""
        return self.integral(volume) if mode == "marginal" else volume * self.rate(volume)

    def rates_at(self, volumes: Column) -> Column:
        """`rate` of every volume."""
        found = np.zeros(len(volumes), np.int16)  # basis points
        for here, place in self._reached(volumes):
            found[here] = self.rates[place]
        return found

    def integrals(self, volumes: Column) -> Column:
        """`integral` of every volume: each tier adds what its rate differs by, on what lies above its start."""
        found = np.zeros(len(volumes), volumes.dtype)
        for here, place in self._reached(volumes):
            step = self.rates[place] - (self.rates[place - 1] if place else 0)
            found[here] += (volumes[here] - self.starts[place]) * step
        return found

    def pays(self, volumes: Column, *, mode: str) -> Column:
        """`pay` for every volume."""
        return self.integrals(volumes) if mode == "marginal" else volumes * self.rates_at(volumes)

    def _reached(self, volumes: Column) -> Iterator[tuple[slice | Column, int]]:
        """(which volumes reach it, tier) from the lowest tier on: there are fewer and fewer."""
        here: slice | Column = slice(None)
        for place, start in enumerate(self.starts):
            reached = volumes[here] >= start
            if not reached.all():
                here = np.flatnonzero(reached) if isinstance(here, slice) else here[reached]
            yield here, place

    @property
    def is_rising(self) -> bool:
        """Whether no tier pays less than the one beneath it (the integral is convex)."""
        return all(low <= high for low, high in pairwise(self.rates))

    @property
    def highest(self) -> int:
        """The best rate."""
        return max(self.rates)

    def pieces(self, low: int, high: int) -> list[tuple[int, int]]:
        """(amount, rate) of what lies between two volumes, tier by tier."""
        edges = [low, *(start for start in self.starts if low < start < high), high]
        return [(end - start, self.rate(start)) for start, end in pairwise(edges) if end > start]
