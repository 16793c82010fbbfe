"""The tests of the pure core: collected once, run one by one, and which of them reach which function."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType

import hypothesis
import pytest
from _pytest.runner import runtestprotocol

# Only says that messages of assertions in there are short.
REWRITTEN = "ignore::pytest.PytestAssertRewriteWarning"
OPTIONS = ("-q", "-n0", "--tb=no", "-p", "no:cacheprovider", "-s", "-W", REWRITTEN)
# Whatever needs these is not about the pure core.
WORLD = frozenset({"app", "client", "connection", "server", "databases", "postgres_server", "page"})
PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)


class Pure:
    """Collects the tests that need no database, with examples that are the same each time and never made smaller."""

    def __init__(self) -> None:
        self.items: list[pytest.Item] = []

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection(self) -> None:
        """After conftest.py chose its own, and before the tests are imported."""
        hypothesis.settings.register_profile(
            "mutants", hypothesis.settings.default, derandomize=True, database=None, phases=PHASES
        )
        hypothesis.settings.load_profile("mutants")

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave the others out."""
        items[:] = [item for item in items if not WORLD & set(getattr(item, "fixturenames", ()))]
        self.items = list(items)


class Kept(Pure):
    """Keeps the session open, so that its tests can be run later, and in other processes."""

    def __init__(self, use: object) -> None:
        super().__init__()
        self.use = use

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """In the place of running them all."""
        self.use(session.items)  # type: ignore[operator]
        return True


def passes(item: pytest.Item) -> bool:
    """Whether a test passes, set up and taken down by itself."""
    if hasattr(item, "_initrequest"):
        item._initrequest()
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=None))


@dataclass(frozen=True, slots=True)
class Reached:
    """A test that passes without a fault: how long it takes, and the functions of the core that it calls."""

    test: str
    seconds: float
    functions: frozenset[tuple[str, str, int]]


def trace(items: Sequence[pytest.Item], core: Path, into: Path) -> None:
    """Run every test once and note what it reaches; for a process of its own, because caches stay filled."""
    rows = [json.dumps(row) for row in _traced(items, str(core))]
    into.write_text("\n".join(rows))


def _traced(items: Sequence[pytest.Item], core: str) -> Iterator[tuple[str, bool, float, list[tuple[str, str, int]]]]:
    for item in items:
        seen: set[CodeType] = set()

        def note(frame: FrameType, event: str, _argument: object, seen: set[CodeType] = seen) -> None:
            if event == "call":
                seen.add(frame.f_code)

        begun = time.monotonic()
        sys.setprofile(note)
        try:
            is_passed = passes(item)
        finally:
            sys.setprofile(None)
        inside = [code for code in seen if code.co_filename.startswith(core)]
        places = [(code.co_filename, code.co_name, code.co_firstlineno) for code in inside]
        yield item.nodeid, is_passed, time.monotonic() - begun, places


def read(path: Path) -> list[Reached]:
    """What `trace` wrote. Raises ValueError where a test fails without a fault."""
    found = []
    for line in path.read_text().splitlines():
        test, is_passed, seconds, places = json.loads(line)
        if not is_passed:
            raise ValueError(f"{test} fails without a fault")
        found.append(Reached(test, seconds, frozenset((file, name, number) for file, name, number in places)))
    return found
