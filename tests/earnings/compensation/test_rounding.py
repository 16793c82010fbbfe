"""Rounding exact amounts and dividing whole ones: halves, units, nothing to divide by, and the edge of 64 bits."""

from __future__ import annotations

import numpy as np
import pytest

from hubapp.earnings.compensation.plans.rounding import Rounding, apportioned, divided, hamilton


@pytest.mark.parametrize(
    ("rounding", "expected"),
    [
        (Rounding(), [0, 0, 1, 1, 2, 2, 3, 12]),
        (Rounding("down"), [0, 0, 0, 1, 1, 2, 2, 12]),
        (Rounding("half_up", 2), [0, 0, 0, 2, 2, 2, 2, 12]),
        (Rounding("down", 2), [0, 0, 0, 0, 0, 2, 2, 12]),
        (Rounding("half_up", 5), [0, 0, 0, 0, 0, 0, 5, 10]),
    ],
)
def test_exact_amounts_are_rounded_once_to_whole_units(rounding: Rounding, expected: list[int]) -> None:
    exact = [0, 4999, 5000, 10_000, 15_000, 20_000, 25_000, 124_999]
    assert [rounding.of(one) for one in exact] == expected
    assert rounding.of(np.array(exact)).tolist() == expected
    assert rounding.of(np.array(exact, object)).tolist() == expected


@pytest.mark.parametrize(
    ("whole", "weights", "parts"),
    [
        (10, [1, 1, 1], [4, 3, 3]),
        (11, [1, 1, 1], [4, 4, 3]),
        (7, [0, 1, 0], [0, 7, 0]),
        (7, [0, 0], [0, 0]),
        (0, [1, 2], [0, 0]),
        (5, [3, 0, 5], [2, 0, 3]),
        (5, [1, 2, 5], [1, 1, 3]),
        (9, [], []),
    ],
)
def test_a_whole_is_divided_by_largest_remainder_ties_to_the_earlier(
    whole: int, weights: list[int], parts: list[int]
) -> None:
    assert hamilton(whole, weights) == parts
    assert apportioned(whole, np.array(weights, np.int64)).tolist() == parts


def test_many_wholes_are_divided_column_by_column_those_without_weights_not_at_all() -> None:
    wholes, weights = np.array([10, 7, 5, 4]), np.array([[1, 0, 1, 3], [1, 0, 0, 5], [1, 0, 0, 8]])
    assert divided(wholes, weights).T.tolist() == [[4, 3, 3], [0, 0, 0], [5, 0, 0], [1, 1, 2]]
    assert divided(wholes.astype(object), weights.astype(object)).tolist() == divided(wholes, weights).tolist()


@pytest.mark.parametrize(
    ("whole", "weights"),
    [
        (1, [2**62, 2**62]),  # only their sum leaves 64 bits
        (2, [2**62, 2**61, 2**60, 2**62]),
        (2**33, [2**30, 2**30]),  # only the products do
        (2**33 + 1, [2**30, 3, 2**30]),
        (2**63 - 1, [1]),
        (2**63, [1]),
        (2**64 + 1, [1, 1]),
    ],
)
def test_what_leaves_64_bits_is_divided_exactly(whole: int, weights: list[int]) -> None:
    parts = apportioned(whole, np.array(weights, np.int64)).tolist()
    assert parts == hamilton(whole, weights)
    assert sum(parts) == whole
