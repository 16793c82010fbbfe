"""One fault on trial: a forked child takes it over and runs tests until one fails.

Mostly the function that holds the fault gets its changed code in place, so that nothing is imported or collected anew.
A fault outside of any function takes effect at import: then the child imports the core and its tests again.
"""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType

import pytest

from tests.mutants import suite
from tests.mutants.faults import Fault

ROOT = Path(__file__).parents[2]
# Imported anew where a fault takes effect at import, so that nobody holds on to what the module was before.
RENEWED = ("hubapp.earnings.compensation", "hubapp.console", "tests.earnings", "tests.factories")
KEPT = "hubapp.earnings.compensation.models"  # tables are known once
# How a trial ends. Who never ends, or asks for all memory, is found out too, and counted beside the others; a child
# that fails by itself has proved nothing.
SURVIVED, FOUND, ENDLESS, BROKEN = 0, 1, 3, 4
MEMORY = 4 * 2**30  # a fault may ask for any number of members


class Planted(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Gives one module its changed code."""

    def __init__(self, name: str, path: Path, code: CodeType) -> None:
        self.name, self.path, self.code = name, path, code

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> importlib.machinery.ModuleSpec | None:
        """Only that module."""
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.path, loader=self)  # type: ignore[arg-type]

    def create_module(self, _spec: importlib.machinery.ModuleSpec) -> None:
        """As usual."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the changed code."""
        exec(self.code, module.__dict__)


def in_place(fault: Fault, items: Sequence[pytest.Item], seconds: Mapping[str, float]) -> int:
    """Fork a child in which the function has the fault, and these tests run, each for so long at most."""
    name, line = fault.home or ("", 0)
    code = next(code for code in _codes(fault.code()) if (code.co_name, code.co_firstlineno) == (name, line))
    holders = functions().get((str(fault.path), name, line), [])

    def run() -> int:
        if not holders:  # then nothing would be planted, and every fault survive
            return BROKEN
        for function in holders:
            function.__code__ = code
        for item in items:
            with _limited(seconds[item.nodeid]):
                if not suite.passes(item):
                    return FOUND
        return SURVIVED

    return start(run)


def anew(fault: Fault | None, tests: Sequence[str], seconds: float) -> int:
    """Fork a child that imports everything again with the fault in it, if any, and runs these tests."""

    def run() -> int:
        for name in [name for name in sys.modules if name.startswith(RENEWED) and not name.startswith(KEPT)]:
            del sys.modules[name]
        if fault is not None:
            path = fault.path.relative_to(ROOT).with_suffix("")
            sys.meta_path.insert(0, Planted(".".join(path.parts), fault.path, fault.code()))
        with _limited(seconds):
            return FOUND if pytest.main(["-x", *suite.OPTIONS, *tests], plugins=[suite.Pure()]) else SURVIVED

    return start(run)


def start(run: Callable[[], int]) -> int:
    """Fork; the child ends with what `run` answers, or as broken. Returns its process id."""
    child = os.fork()
    if child:
        return child
    status = BROKEN
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        with _silence():
            status = run()
    finally:
        os._exit(status)


def ended(child: int) -> int | None:
    """The child's answer, None: still at it. A child that the system killed asked for too much."""
    done, status = os.waitpid(child, os.WNOHANG)
    if not done:
        return None
    code = os.waitstatus_to_exitcode(status)
    return ENDLESS if code < 0 else code


def wait(child: int) -> int:
    """The child's answer, whenever it comes."""
    while (code := ended(child)) is None:
        time.sleep(0.02)
    return code


def _codes(code: CodeType) -> Iterator[CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield constant
            yield from _codes(constant)


@cache
def functions() -> dict[tuple[str, str, int], list[FunctionType]]:
    """Every function that was imported, whatever decorates or holds it, by file, name and first line."""
    gc.unfreeze()  # what was put aside is not listed
    found: dict[tuple[str, str, int], list[FunctionType]] = {}
    for one in gc.get_objects():
        if isinstance(one, FunctionType):
            code = one.__code__
            found.setdefault((code.co_filename, code.co_name, code.co_firstlineno), []).append(one)
    return found


@contextmanager
def _limited(seconds: float) -> Iterator[None]:
    """So many seconds of the processor: a busy machine ends nobody."""

    def over(_signal: int, _frame: FrameType | None) -> None:
        os._exit(ENDLESS)

    signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


@contextmanager
def _silence() -> Iterator[None]:
    with Path(os.devnull).open("w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
        yield
