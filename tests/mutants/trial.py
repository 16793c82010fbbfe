"""One fault on trial: in a forked child the module is loaded with the fault, and the fast tests have to fail."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType

import pytest

ROOT = Path(__file__).parents[2]
# Imported anew in every child, so that nobody holds on to what the module was before.
RENEWED = ("hubapp.earnings.compensation.plans", "tests.earnings.compensation")


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


def name_of(path: Path) -> str:
    """The module's name."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def start(path: Path | None, code: CodeType | None, tests: Sequence[str]) -> int:
    """Fork a child that runs the tests with the fault, or without one; returns its process id."""
    child = os.fork()
    if child:
        return child
    status = 1
    try:
        with _silence():
            for name in [name for name in sys.modules if name.startswith(RENEWED)]:
                del sys.modules[name]
            if path is not None and code is not None:
                sys.meta_path.insert(0, Planted(name_of(path), path, code))
            status = int(pytest.main(["-q", "-x", "-n0", "--tb=no", "-p", "no:cacheprovider", *tests]))
    finally:
        os._exit(status)


def ended(child: int, *, begun: float, seconds: float) -> int | None:
    """The child's exit code, -1 when its time was over (a fault that never ends is found), None: still at it."""
    done, status = os.waitpid(child, os.WNOHANG)
    if done:
        return os.waitstatus_to_exitcode(status)
    if time.monotonic() - begun > seconds:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return -1
    return None


@contextmanager
def _silence() -> Iterator[None]:
    with Path(os.devnull).open("w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
        yield
