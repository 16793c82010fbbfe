"""`python -m tests.journeys.money_machine --minutes 60`: as many steps as fit, with random seeds, one line for each."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from tests.journeys.money_machine.machine import unseen

SEQUENCES = 5  # with each seed
ENOUGH_TO_SEE_ALL = 20  # minutes
TEST = "tests/journeys/test_money_machine.py::test_a_seed_of_ones_own"


@click.command()
@click.option("--minutes", default=60.0, help="How long.")
@click.option("--seed", type=int, envvar="HUBAPP_SEED", help="This one only, to see a failure again.")
def soak(minutes: float, seed: int | None) -> None:
    """Each seed in a process of its own, so that what one leaves behind does not help the next."""
    with TemporaryDirectory() as folder:
        _soak(minutes, seed, Path(folder))


def _soak(minutes: float, seed: int | None, album: Path) -> None:
    begun, chance = time.monotonic(), random.SystemRandom()
    while True:
        number = chance.randrange(2**32) if seed is None else seed
        asked = {
            **os.environ,
            "HUBAPP_SEED": str(number),
            "HUBAPP_SEQUENCES": str(SEQUENCES),
            "HUBAPP_ALBUM": str(album),
        }
        command = [sys.executable, "-m", "pytest", "-q", "-n0", "-s", "--no-header", TEST]
        if subprocess.run(command, env=asked, check=False).returncode:
            click.echo(f"FAILED with seed {number}; see it again with HUBAPP_SEED={number} make soak", err=True)
            sys.exit(1)
        if seed is not None:
            return
        if time.monotonic() - begun > minutes * 60:
            break
    seen = {name for file in album.glob("*.json") for name in json.loads(file.read_text())}
    if missing := unseen(seen):
        click.echo(f"never came to pass: {', '.join(missing)}", err=True)
        sys.exit(minutes >= ENOUGH_TO_SEE_ALL)


if __name__ == "__main__":
    soak()
