"""The whole machine, and how to let it run with a seed and for so many steps."""

from __future__ import annotations

import gc
import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import structlog
from hypothesis import HealthCheck, Phase, seed, settings, stateful
from hypothesis.internal.conjecture import engine
from hypothesis.stateful import run_state_machine_as_test

from tests.conftest import Live
from tests.journeys.money_machine import sights, steps, truths_of_cases  # noqa: F401  its truths count too
from tests.journeys.money_machine.base import Base
from tests.journeys.money_machine.rules.faults import Faults
from tests.journeys.money_machine.world import World, Worlds

STEPS = 800  # in a sequence
ROOM = 12  # times what hypothesis gives a test case: sequences are as long as that, and each ends with a long rest
MOST_RUNS, BETWEEN_SEEDS = 4, 1_000_003


class Machine(Faults):
    """Every family of rules; a new one goes to the end of the line of inheritance."""


@dataclass(frozen=True, slots=True)
class Run:
    """What a run came to; `done` are the steps that found something to do."""

    seed: int
    steps: int
    done: int
    sequences: int
    seconds: float


@contextmanager
def running_in(live: Live, worlds: Worlds | None = None) -> Iterator[None]:
    """Let the machine work in a world made of this application.

    `worlds`: those that were made already, each with a history; without them the world is new and has none.
    """
    kept = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    for counter in (steps.taken, steps.did, sights.seen):
        counter.clear()
    world = Base.world = World(live, kept_as="bare") if worlds is None else _world_of(live, worlds)
    Machine.examples = 0
    gc.freeze()  # what the application consists of need not be looked through again and again
    try:
        yield
    finally:
        structlog.configure(**kept)
        world.leave()
        if worlds is None:
            world.remove()


def _world_of(live: Live, worlds: Worlds) -> World:
    """The world that plays on these databases; who comes first lays its ground."""
    if world := worlds.get(live.name):
        world.enter(live)
    else:
        world = Base.world = World(live)
        Machine().lay_ground()
        worlds[live.name] = world
    return world


def unseen(seen: set[str]) -> list[str]:
    """What the machine should do and meet with, and has not."""
    return sorted((Machine.rule_names() | sights.must()) - seen)


@contextmanager
def roomy() -> Iterator[None]:
    """Let hypothesis make sequences of so many steps: what it calls the size of its buffer grows with them."""
    kept = engine.BUFFER_SIZE
    engine.BUFFER_SIZE = stateful.BUFFER_SIZE = kept * ROOM
    try:
        yield
    finally:
        engine.BUFFER_SIZE = stateful.BUFFER_SIZE = kept


def run(number: int, sequences: int, *, at_least: int = 0, is_shrinking: bool = True, length: int = STEPS) -> Run:
    """So many sequences from a seed, and more until there are enough steps.

    `length`: steps in a sequence. A failure is shrunk to the shortest list of steps and printed with its seed.
    """
    begun, counted, before = time.monotonic(), steps.taken.total(), Machine.examples
    made = settings(
        stateful_step_count=length,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink) if is_shrinking else (Phase.generate,),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    try:
        with roomy():
            for more in range(MOST_RUNS):
                Machine.shortest = Machine.examples + 1
                asked = settings(made, max_examples=sequences)
                run_state_machine_as_test(seed(number + more * BETWEEN_SEEDS)(Machine), settings=asked)
                if (missing := at_least - (steps.taken.total() - counted)) <= 0:
                    break
                sequences = 2 + missing // length  # the shortest, and what is missing
    except BaseException as error:
        error.add_note(f"the money machine failed with seed {number}; the steps above repeat it")
        raise
    return Run(
        number, steps.taken.total() - counted, steps.did.total(), Machine.examples - before, time.monotonic() - begun
    )
