"""Rounding exact amounts once, and dividing whole amounts by largest remainder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

SCALE = 10_000  # exact amounts are integers in 1/10000 of a minor unit


@dataclass(frozen=True, slots=True)
class Rounding:
    """`mode` half_up or down; to whole multiples of `unit` minor units."""

    mode: str = "half_up"
    unit: int = 1

    def of(self, exact: int) -> int:
        """Minor units of an exact amount that is not negative."""
        step = SCALE * self.unit
        return (exact + (step // 2 if self.mode == "half_up" else 0)) // step * self.unit


def hamilton(total: int, weights: Sequence[int]) -> list[int]:
    """Divide `total` by `weights` so that the parts sum to it; ties go to the earlier place. No weight: nothing."""
    whole = sum(weights)
    if whole == 0:
        return [0] * len(weights)
    parts = [total * weight // whole for weight in weights]
    left = total - sum(parts)
    if left:
        order = sorted((-(total * weight % whole), place) for place, weight in enumerate(weights) if weight)
        for _, place in order[:left]:
            parts[place] += 1
    return parts
