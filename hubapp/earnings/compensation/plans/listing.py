"""Places listed by what a column holds there, so that nobody's line is explained by a search through all orders."""

from __future__ import annotations

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column


class Listing:
    """Which places of a column hold each key from 0 up to `size`, ascending; keys below 0 are left out."""

    def __init__(self, keys: Column, size: int) -> None:
        self._places = np.argsort(keys, kind="stable")
        self._begins = np.searchsorted(keys.take(self._places), np.arange(size + 1))

    def of(self, key: int) -> list[int]:
        """The places that hold a key."""
        found: list[int] = self._places[self._begins[key] : self._begins[key + 1]].tolist()
        return found
