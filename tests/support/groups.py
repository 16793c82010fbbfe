"""Which tests share a worker: those that share a network or a crowd, and storms that would meet one another.

By path, because the marks of pytest-xdist 3.8 (xdist_group) do not reach its scheduler under pytest 9.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

# Pattern of a test's name → the group that runs one after the other on one worker.
GROUPS = {
    r"tests/browser/(?!test_map)": "browser",
    r"tests/cli/test_demo": "past",
    r"tests/home/search/test_flat\.py": "crowd",
    r"tests/journeys/test_storms\.py": "storms",
    r"tests/journeys/test_crashes\.py": "crashes",
    r"tests/journeys/test_crash_points\.py": "crash-points",
    r"tests/journeys/test_money_machine\.py::test_a_planted": "plants",
}
# What takes minutes begins first, the longest before the others: begun last, one worker would end long after the rest.
LONG = (
    r"browser$",
    r"tests/browser/test_map\.py",
    r"tests/journeys/test_money_machine\.py",
    r"plants$",
    r"past$",
    r"crashes$",
    r"tests/architecture/test_routes\.py",
    r"crowd$|crash-points$|storms$",
)


def group_of(name: str) -> str:
    """The group of a test; its own name where it goes with nobody."""
    return next((group for pattern, group in GROUPS.items() if re.match(pattern, name)), name)


def turn_of(name: str) -> int:
    """The place of a test's group in the order in which groups begin."""
    group = group_of(name)
    return next((turn for turn, pattern in enumerate(LONG) if re.match(pattern, group)), len(LONG))


class ByGroup(LoadScopeScheduling):  # type: ignore[misc]  the library has no types
    """Hands out tests to whoever is free, a group as a whole, in the order in which workers have collected them."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False  # the group with the most tests is not the longest
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid)
