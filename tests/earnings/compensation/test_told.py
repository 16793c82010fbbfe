"""Whose volume is shown to those above: never one that tells what a customer bought, nor by what is left of the sum."""

from __future__ import annotations

from uuid import UUID

import pytest

from hubapp.earnings.compensation import policies

ANA, BEA, CEM, DAN = (UUID(int=number) for number in range(1, 5))
VOLUMES = {ANA: 700, BEA: 50, CEM: 300, DAN: 0}


@pytest.mark.parametrize(
    ("customers", "shown"),
    [
        ({}, {ANA, BEA, CEM, DAN}),  # groups of several people
        ({BEA: 3, CEM: 9}, {ANA, BEA, CEM, DAN}),
        ({BEA: 1}, {ANA, DAN}),  # and the smallest other, which would leave Bea's
        ({BEA: 2, CEM: 2}, {ANA, DAN}),
        ({ANA: 1, BEA: 1, CEM: 2}, {DAN}),
        ({ANA: 1, BEA: 1}, {DAN}),
    ],
)
def test_few_customers_are_kept_back_and_never_alone(customers: dict[UUID, int], shown: set[UUID]) -> None:
    assert policies.told(VOLUMES, customers) == shown
