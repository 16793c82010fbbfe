"""`python -m tests.mutants --sample 200 --seed 1`: plants faults, says which no test found; 1 under 90 % found."""

from __future__ import annotations

import gc
import os
import random
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import pytest

from tests.mutants import suite, trial
from tests.mutants.faults import Fault, faults
from tests.mutants.suite import Reached

CORE = trial.ROOT / "hubapp" / "earnings" / "compensation" / "plans"
TESTS = trial.ROOT / "tests" / "earnings" / "compensation"
# Words only: nothing there is reckoned.
WORDS = ("refused.py", "errors.py", "lint/findings.py", "lint/report.py")
ASKED = 90  # per cent
EXAMPLES = "25"
SLOWEST, AT_LEAST = 5, 3.0  # times as long as without a fault, and seconds


def everything() -> list[Fault]:
    """Every fault of the core, module by module."""
    modules = sorted(path for path in CORE.rglob("*.py") if str(path.relative_to(CORE)) not in WORDS)
    return [fault for path in modules for fault in faults(path)]


def is_equal(fault: Fault, named: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether equivalent.toml names it: by its words, by how its line begins (`on`), or by both."""
    groups = named.get(_short(fault), [])
    return any(
        fault.text.startswith(group.get("on", "")) and fault.words in group.get("faults", [fault.words])
        for group in groups
    )


def is_asked(fault: Fault, only: Sequence[str]) -> bool:
    """Whether it stands in one of the places, `tree.py` or `tree.py:158`; without places: always."""
    places = [one.partition(":") for one in only or ("",)]
    return any(name in _short(fault) and line in {"", str(fault.line)} for name, _, line in places)


@dataclass(frozen=True, slots=True)
class Bench:
    """The tests, and what is known of them without a fault."""

    items: dict[str, pytest.Item]
    reached: list[Reached]

    def begin(self, fault: Fault) -> int:
        """Put a fault on trial: the quick tests first, of those that reach its function; answers the process."""
        if fault.home is None:
            return self.anew(fault)
        where = (str(fault.path), *fault.home)
        tests = sorted((one.seconds, one.test) for one in self.reached if where in one.functions)
        limits = {test: _patience(seconds) for seconds, test in tests}
        return trial.in_place(fault, [self.items[test] for _, test in tests], limits)

    def anew(self, fault: Fault | None) -> int:
        """All tests, file by file, the quick ones first."""
        files = [str(TESTS / f"test_{name}.py") for name in self._files()]
        return trial.anew(fault, files, _patience(sum(one.seconds for one in self.reached)))

    def _files(self) -> list[str]:
        taken: dict[str, float] = {}
        for one in self.reached:
            name = one.test.partition("::")[0].rpartition("/")[2].removeprefix("test_").removesuffix(".py")
            taken[name] = taken.get(name, 0) + one.seconds
        return sorted(taken, key=taken.__getitem__)


def _patience(seconds: float) -> float:
    return SLOWEST * seconds + AT_LEAST


def looked_at(items: Sequence[pytest.Item], chosen: Sequence[Fault]) -> Bench:
    """Every test once, without a fault. They have to pass."""
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder) / "reached"

        def look() -> int:
            suite.trace(items, CORE, into)
            return trial.SURVIVED

        if trial.wait(trial.start(look)) != trial.SURVIVED:
            raise click.ClickException("the tests do not run without a fault")
        try:
            found = Bench({item.nodeid: item for item in items}, suite.read(into))
        except ValueError as error:
            raise click.ClickException(str(error)) from error
    if any(fault.home is None for fault in chosen) and trial.wait(found.anew(None)) != trial.SURVIVED:
        raise click.ClickException("the tests fail without a fault when everything is imported again")
    trial.functions()
    gc.collect()
    gc.freeze()  # children share what they do not change
    return found


def tried(chosen: Sequence[Fault], *, jobs: int, begin: Callable[[Fault], int]) -> Iterator[tuple[Fault, int]]:
    """(fault, how its trial ended), as they come in, `jobs` at a time."""
    waiting, running = list(reversed(chosen)), dict[int, Fault]()
    while waiting or running:
        while waiting and len(running) < jobs:
            fault = waiting.pop()
            running[begin(fault)] = fault
        for child, fault in list(running.items()):
            code = trial.ended(child)
            if code is not None:
                del running[child]
                yield fault, code
        time.sleep(0.002)


@click.command()
@click.option("--sample", default=0, help="How many faults, chosen by chance; 0: all.")
@click.option("--seed", default=1, help="Which ones.")
@click.option("--jobs", default=os.cpu_count() or 1, help="How many at a time.")
@click.option("--only", multiple=True, help="Only modules whose path holds this, such as tree.py, or one line of it.")
def main(sample: int, seed: int, jobs: int, only: Sequence[str]) -> None:
    """Plant faults in the pure core one at a time and run the tests that reach them."""
    os.environ["HUBAPP_EXAMPLES"] = EXAMPLES
    named = tomllib.loads((Path(__file__).parent / "equivalent.toml").read_text())
    known = everything()
    chosen = [fault for fault in known if is_asked(fault, only)]
    equal = [fault for fault in chosen if is_equal(fault, named)]
    chosen = [fault for fault in chosen if fault not in equal]
    if 0 < sample < len(chosen):
        chosen = random.Random(seed).sample(chosen, sample)
    click.echo(f"{len(known)} faults known, {len(equal)} of those asked for change nothing; {len(chosen)} are tried.")
    shares: list[float] = []

    def use(items: Sequence[pytest.Item]) -> None:
        shares.append(_report(chosen, looked_at(items, chosen), jobs))

    code = pytest.main([*suite.OPTIONS, str(TESTS)], plugins=[suite.Kept(use)])
    if not shares:
        raise click.ClickException(f"the tests could not be collected: {code}")
    if shares[0] < ASKED:
        sys.exit(1)


def _report(chosen: Sequence[Fault], bench: Bench, jobs: int) -> float:
    begun, seconds = time.monotonic(), sum(one.seconds for one in bench.reached)
    click.echo(f"{len(bench.items)} tests of the core pass without a fault, in {seconds:.0f} s.")
    ends = Counter[int]()
    broken = []
    for fault, end in tried(chosen, jobs=jobs, begin=bench.begin):
        if end == trial.BROKEN:
            broken.append(fault)
        else:
            ends[_said(fault, end)] += 1
    # Where the changed code does not fit in place it is imported instead.
    for fault, end in tried(broken, jobs=jobs, begin=bench.anew):
        ends[_said(fault, end)] += 1
    killed = ends[trial.FOUND] + ends[trial.ENDLESS]
    share = 100 * killed / max(1, killed + ends[trial.SURVIVED])
    took = time.monotonic() - begun
    click.echo(
        f"{killed} killed ({ends[trial.ENDLESS]} of them without an end), {ends[trial.SURVIVED]} survived,"
        f" {ends[trial.BROKEN]} could not be tried, in {took:.0f} s: {share:.1f} % (at least {ASKED} % asked)."
    )
    return 0.0 if ends[trial.BROKEN] else share


def _said(fault: Fault, end: int) -> int:
    words = {trial.SURVIVED: "survived", trial.BROKEN: "could not be tried"}
    if end in words:
        click.echo(f"{words[end]} {fault.path.relative_to(trial.ROOT)}:{fault.line}: {fault.words}")
    return end


def _short(fault: Fault) -> str:
    return str(fault.path.relative_to(CORE))


if __name__ == "__main__":
    main()
