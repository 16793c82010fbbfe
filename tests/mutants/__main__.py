"""`python -m tests.mutants --sample 200 --seed 1`: plants faults, says which no test found; 1 under 90 % found."""

from __future__ import annotations

import os
import random
import sys
import time
import tomllib
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from tests.mutants import trial
from tests.mutants.faults import Fault, faults

CORE = trial.ROOT / "hubapp" / "earnings" / "compensation" / "plans"
TESTS = trial.ROOT / "tests" / "earnings" / "compensation"
# Words only: nothing there is reckoned.
WORDS = ("refused.py", "errors.py", "lint/findings.py", "lint/report.py")
FAST = ("golden", "components", "product", "tree", "columns", "live", "refusals", "reading", "properties", "naive")
ASKED = 90  # per cent
SLOWEST = 4  # times as long as without a fault
EXAMPLES = "25"


def everything() -> list[Fault]:
    """Every fault of the core, module by module."""
    modules = sorted(path for path in CORE.rglob("*.py") if str(path.relative_to(CORE)) not in WORDS)
    return [fault for path in modules for fault in faults(path)]


def tests_for(path: Path) -> list[str]:
    """The lint has tests of its own, which take longer."""
    names = ("reading", "lint") if path.parent.name == "lint" else FAST
    return [str(TESTS / f"test_{name}.py") for name in names]


def equivalents() -> dict[str, set[str]]:
    """Faults that change nothing that can be seen, by module, with their reasons in the file."""
    named = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text())
    return {module: {fault for group in groups for fault in group["faults"]} for module, groups in named.items()}


def tried(chosen: Sequence[Fault], *, jobs: int, seconds: dict[str, float]) -> Iterator[tuple[Fault, bool]]:
    """(fault, whether a test found it), as they come in, `jobs` at a time."""
    waiting, running = list(reversed(chosen)), dict[int, tuple[Fault, float]]()
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[trial.start(fault.path, fault.code(), tests_for(fault.path))] = fault, time.monotonic()
        for child, (fault, begun) in list(running.items()):
            code = trial.ended(child, begun=begun, seconds=seconds[tests_for(fault.path)[0]])
            if code is not None:
                del running[child]
                yield fault, code != 0
        time.sleep(0.02)


def patience(chosen: Sequence[Fault]) -> dict[str, float]:
    """How long each set of tests may take with a fault. They have to pass without one."""
    found = {}
    for tests in {tuple(tests_for(fault.path)) for fault in chosen}:
        begun, code = time.monotonic(), None
        child = trial.start(None, None, tests)
        while code is None:
            time.sleep(0.02)
            code = trial.ended(child, begun=begun, seconds=600)
        if code:
            raise click.ClickException(f"without a fault the tests end with {code}: {', '.join(tests)}")
        found[tests[0]] = SLOWEST * (time.monotonic() - begun) + 5
    return found


@click.command()
@click.option("--sample", default=0, help="How many faults, chosen by chance; 0: all.")
@click.option("--seed", default=1, help="Which ones.")
@click.option("--jobs", default=os.cpu_count() or 1, help="How many at a time.")
@click.option("--only", default="", help="Only modules whose path holds this.")
def main(sample: int, seed: int, jobs: int, only: str) -> None:
    """Plant faults in the pure core one at a time and run its fast tests on each."""
    os.environ["HUBAPP_EXAMPLES"] = EXAMPLES
    named, known = equivalents(), everything()
    chosen = [fault for fault in known if only in str(fault.path)]
    equal = [fault for fault in chosen if fault.words in named.get(_short(fault), ())]
    chosen = [fault for fault in chosen if fault not in equal]
    if 0 < sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    click.echo(f"{len(known)} faults known, {len(equal)} of those asked for change nothing; {len(chosen)} are tried.")
    killed = survived = 0
    for fault, is_found in tried(chosen, jobs=jobs, seconds=patience(chosen)):
        killed, survived = killed + is_found, survived + (not is_found)
        if not is_found:
            click.echo(f"survived {fault.path.relative_to(trial.ROOT)}:{fault.line}: {fault.words}")
    share = 100 * killed / max(1, killed + survived)
    click.echo(f"{killed} killed, {survived} survived: {share:.1f} % (at least {ASKED} % asked).")
    if share < ASKED:
        sys.exit(1)


def _short(fault: Fault) -> str:
    return str(fault.path.relative_to(CORE))


if __name__ == "__main__":
    main()
