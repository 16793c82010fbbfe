"""Rounding exact amounts once, and dividing whole amounts by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from hubapp.earnings.compensation.plans.columns import WORD, Column, reach

SCALE = 10_000  # exact amounts are integers in 1/10000 of a minor unit
Exact = TypeVar("Exact", int, Column)


@dataclass(frozen=True, slots=True)
class Rounding:
    """`mode` half_up or down; to whole multiples of `unit` minor units."""

    mode: str = "half_up"
    unit: int = 1

    def of(self, exact: Exact) -> Exact:
        """Minor units of exact amounts that are not negative."""
        step = SCALE * self.unit
        found = (exact + step // 2 if self.mode == "half_up" else exact) // step
        return found if self.unit == 1 else found * self.unit


def hamilton(whole: int, weights: Sequence[int]) -> list[int]:
    """Divide `whole` by `weights` so that the parts sum to it; ties go to the earlier place. No weight: nothing."""
    sum_ = sum(weights)
    if sum_ == 0:
        return [0] * len(weights)
    parts = [whole * weight // sum_ for weight in weights]
    left = whole - sum(parts)
    if left:
        order = sorted((-(whole * weight % sum_), place) for place, weight in enumerate(weights) if weight)
        for _, place in order[:left]:
            parts[place] += 1
    return parts


def divided(wholes: Column, weights: Column) -> Column:
    """The same for many at once: column by column, `wholes[i]` is divided down `weights[:, i]`."""
    most = reach(weights)
    if most * weights.shape[0] >= WORD or most * reach(wholes) >= WORD:
        wholes, weights = wholes.astype(object), weights.astype(object)
    sum_ = weights.sum(axis=0)
    product, divisor = wholes * weights, np.maximum(sum_, 1)
    parts, over = product // divisor, product % divisor
    left = (wholes - parts.sum(axis=0)) * (sum_ != 0)
    # Stable: the earlier of two equal remainders comes first. There are more remainders than units left.
    order = np.argsort(-over, axis=0, kind="stable")
    np.put_along_axis(over, order, np.arange(len(weights))[:, None] < left, axis=0)
    found: Column = parts + over.astype(parts.dtype)
    return found.astype(np.int64) if reach(found) < WORD else found


def apportioned(whole: int, weights: Column) -> Column:
    """`hamilton` over a whole column."""
    return divided(np.array([whole], object if whole >= WORD else np.int64), weights[:, None])[:, 0]
