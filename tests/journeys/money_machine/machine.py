"""The whole machine, and how to let it run with a seed and for so many steps."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.journeys.money_machine.base import Base
from tests.journeys.money_machine.rules.faults import Faults
from tests.journeys.money_machine.world import World

STEPS = 200  # in a sequence
MOST_RUNS, BETWEEN_SEEDS = 4, 1_000_003


class Machine(Faults):
    """Every family of rules; a new one goes to the end of the line of inheritance."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to."""

    seed: int
    steps: int
    sequences: int
    seconds: float


@contextmanager
def running_in(world: World) -> Iterator[None]:
    """Let the machine work in this world."""
    Base.world, Base.steps, Base.history, Machine.examples = world, 0, None, 0
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        yield
    finally:
        structlog.configure(**kept)
        world.close()


def run(number: int, sequences: int, *, at_least: int = 0, is_shrinking: bool = True) -> Run:
    """So many sequences from a seed, and more until there are enough steps.

    A failure is shrunk to the shortest list of steps and printed with its seed.
    """
    begun, steps, before = time.monotonic(), Base.steps, Machine.examples
    made = settings(
        max_examples=sequences,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if is_shrinking else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        for more in range(MOST_RUNS):
            run_state_machine_as_test(seed(number + more * BETWEEN_SEEDS)(Machine), settings=made)
            if Base.steps - steps >= at_least:
                break
    except BaseException as error:
        error.add_note(f"the money machine failed with seed {number}; the steps above repeat it")
        raise
    return Run(number, Base.steps - steps, Machine.examples - before, time.monotonic() - begun)
