"""Thousands of steps of selling, refunding, paying out and breaking things: the books are the oracle's every time."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis.errors import Flaky

from tests.conftest import Live
from tests.journeys.money_machine import plants, sights, steps
from tests.journeys.money_machine.machine import run, running_in, unseen
from tests.journeys.money_machine.plants import Plant
from tests.journeys.money_machine.world import Worlds

SEEDS = (1, 2, 3, 4)
ENOUGH = 2_500  # steps with each seed, 10,000 in one `make test`; `make soak` takes as many as its minutes allow
SEQUENCES = 6  # the shortest, and five that are long
RARE = 4
LENGTH, SHORT = 120, 12  # a planted bug is found in so many sequences of so many steps


@pytest.fixture
def album(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that the seeds of one run share, on whatever workers they are."""
    own = tmp_path_factory.getbasetemp()
    folder = own if worker_id == "master" else own.parent
    (folder / "machine").mkdir(exist_ok=True)
    return folder / "machine"


def seen_by_all(album: Path, seed: int) -> set[str] | None:
    """What every seed of this run has done and seen; None while others are still at it."""
    keep(album, seed)
    if any(not (album / f"{other}.json").exists() for other in SEEDS):
        return None
    return {name for other in SEEDS for name in json.loads((album / f"{other}.json").read_text())}


def keep(album: Path, seed: int) -> None:
    """Write down what this seed has done and seen."""
    (album / f"{seed}.json").write_text(json.dumps(sorted(set(+steps.did) | set(+sights.seen))))


@pytest.mark.parametrize("seed", SEEDS)
def test_the_always_true_list_holds_after_every_sequence(live: Live, worlds: Worlds, album: Path, seed: int) -> None:
    with running_in(live, worlds):
        done = run(seed, SEQUENCES, at_least=ENOUGH)
    assert done.steps >= ENOUGH, done
    # The machine may not stop doing things without anybody's noticing: whoever is last asks for each rule and fault.
    # Of the rarest a few may be missing in so many steps; `make soak` wants them all.
    if (seen := seen_by_all(album, seed)) is not None:
        assert len(missing := unseen(seen)) <= RARE, missing


@pytest.mark.parametrize("plant", plants.PLANTS, ids=lambda plant: plant.__name__)
def test_a_planted_bug_is_found(live: Live, worlds: Worlds, plant: Plant) -> None:
    # Flaky: told again with other ids and races, the same steps may miss it; it was found all the same. LookupError:
    # the product itself refuses to book what rests on the missing entry.
    with running_in(live, worlds), plant(), pytest.raises((AssertionError, LookupError, Flaky)) as found:
        run(5, SHORT, is_shrinking=False, length=LENGTH)
    assert "the money machine failed with seed 5" in "".join(found.value.__notes__)


@pytest.mark.skipif("HUBAPP_SEED" not in os.environ, reason="`make soak` names a seed")
def test_a_seed_of_ones_own(live: Live, worlds: Worlds) -> None:
    with running_in(live, worlds):
        done = run(int(os.environ["HUBAPP_SEED"]), int(os.environ["HUBAPP_SEQUENCES"]))
    keep(Path(os.environ["HUBAPP_ALBUM"]), done.seed)
    print(  # noqa: T201
        f"seed {done.seed}: {done.steps} steps, {done.done} of them with something to do,"
        f" in {done.sequences} sequences, {done.seconds:.0f} s"
    )
