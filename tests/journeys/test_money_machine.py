"""Thousands of steps of selling, refunding, paying out and breaking things: the books are the oracle's every time."""

from __future__ import annotations

import os

import pytest

from tests.conftest import Live
from tests.journeys.money_machine.machine import run, running_in
from tests.journeys.money_machine.world import World

ENOUGH = 1_000  # steps in one `make test` and seed; `make soak` takes as many as its minutes allow
SEQUENCES = 8


def seeds() -> list[object]:
    """Each on a worker of its own."""
    return [pytest.param(seed, marks=pytest.mark.xdist_group(f"machine-{seed}")) for seed in (1, 2)]


@pytest.mark.parametrize("seed", seeds())
def test_the_always_true_list_holds_after_every_sequence(live: Live, seed: int) -> None:
    with running_in(World(live)):
        done = run(seed, SEQUENCES, at_least=ENOUGH)
    assert done.steps >= ENOUGH, done


@pytest.mark.skipif("HUBAPP_SEED" not in os.environ, reason="`make soak` names a seed")
def test_a_seed_of_ones_own(live: Live) -> None:
    with running_in(World(live)):
        done = run(int(os.environ["HUBAPP_SEED"]), int(os.environ["HUBAPP_SEQUENCES"]))
    print(f"seed {done.seed}: {done.steps} steps in {done.sequences} sequences, {done.seconds:.0f} s")  # noqa: T201
