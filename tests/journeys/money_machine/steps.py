"""Rules that are counted: a step that found nothing to do is not one that was done."""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis.stateful import rule

NOTHING = "nothing"  # what a rule answers that had nothing to work on
taken: Counter[str] = Counter()  # rule → how often it was tried in this run
did: Counter[str] = Counter()  # rule → how often it did something


def step(**given: Any) -> Callable[[Callable[..., str | None]], Any]:
    """A rule of the machine's; it answers NOTHING where there was nothing to do."""

    def register(function: Callable[..., str | None]) -> Any:
        @functools.wraps(function)
        def counted(machine: Any, *values: Any, **named: Any) -> None:
            machine.depth += 1
            try:
                is_done = function(machine, *values, **named) != NOTHING
            finally:
                machine.depth -= 1
            if not machine.depth:  # a rule that uses another one is one step
                machine.taken(function.__name__, is_done=is_done)

        return rule(**given)(counted)

    return register


def tried(act: Callable[[], Any], *refusals: type[Exception]) -> Any:
    """What an act answered, or the refusal that it ended with."""
    try:
        return act()
    except refusals as refusal:
        return refusal
