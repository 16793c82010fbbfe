"""`python -m tests.benchmarks`: every goal of speed in one table, for the README."""

from __future__ import annotations

import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterable

import click
import psutil

from hubapp.kernel import log
from tests.benchmarks import (
    checkout,
    cold,
    compensation,
    crowd,
    explained,
    history,
    pages,
    paying_out,
    settling,
    watching,
)
from tests.benchmarks.ground import Ground, prepared
from tests.benchmarks.measuring import Result

# Each on databases of its own; names may be given on the command line to run some only.
BENCHMARKS: dict[str, Callable[[Ground], Iterable[Result]]] = {
    "home": pages.home,
    "checkout": checkout.place,
    "growth": pages.growth,
    "lists": crowd.lists,
    "hubs": crowd.hubs,
    "open": watching.open_pages,
    "import": history.bring,
    "cold": cold.start,
    "settle": settling.settle,
    "payout": paying_out.pay,
    "explained": explained.explain,
    "compensation": compensation.close,
}


def machine(ground: Ground) -> str:
    """What it was measured on."""
    memory = psutil.virtual_memory().total / 1024**3
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GiB of memory, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {ground.version} (embedded, every commit on disk)"
    )


def main(names: list[str]) -> int:
    """Run, print the table; 1 if a goal was missed or a benchmark failed."""
    if unknown := set(names) - set(BENCHMARKS):
        click.echo(f"No benchmark is called {', '.join(sorted(unknown))}. There are {', '.join(BENCHMARKS)}.", err=True)
        return 2
    begin, is_fine = time.monotonic(), True
    with prepared() as ground:
        log.configure(ground.settings)
        click.echo(f"Measured on {machine(ground)}; load at the start {os.getloadavg()[0]:.1f}.\n")
        click.echo("| what | measured | result | goal | |\n|---|---|---|---|---|")
        for name in names or BENCHMARKS:
            try:
                for result in BENCHMARKS[name](ground):
                    click.echo(result.row())
                    is_fine = is_fine and result.is_met
            except Exception:  # noqa: BLE001
                # One that fails must not hide what the others say.
                traceback.print_exc()
                click.echo(f"| {name} | failed | | | **failed** |")
                is_fine = False
    click.echo(f"\n{time.monotonic() - begin:.0f} seconds.")
    return 0 if is_fine else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
