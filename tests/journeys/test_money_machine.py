"""Ten thousand steps of selling, refunding, paying out and breaking things: the books are the oracle's every time."""

from __future__ import annotations

import pytest

from tests.conftest import Live
from tests.journeys.money_machine.machine import run, running_in
from tests.journeys.money_machine.world import World

SEQUENCES = 45


@pytest.mark.parametrize(
    "seed", [pytest.param(seed, marks=pytest.mark.xdist_group(f"machine-{seed}")) for seed in (1, 2)]
)
def test_the_always_true_list_holds_after_every_sequence(live: Live, seed: int) -> None:
    with running_in(World(live)):
        done = run(seed, SEQUENCES)
    assert done.steps >= 5_000, done
