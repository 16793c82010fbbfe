"""Who welcomes whom, and what the first steps are: rules without I/O."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

HELLO, PROFILE, GATHERING, TRADE = "hello", "profile", "gathering", "trade"
STEPS = (HELLO, PROFILE, GATHERING, TRADE)
# Whoever has not gone through the plan by then does not want it.
LAPSES = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could welcome a newcomer: `rank` decides between equals, `open_count` is how many they welcome."""

    account_id: UUID
    rank: UUID
    open_count: int


def choose(candidates: Collection[Candidate]) -> UUID | None:
    """The one with the fewest open newcomers; of several, the lowest rank; nobody where there is nobody."""
    if not candidates:
        return None
    return min(candidates, key=lambda one: (one.open_count, one.rank)).account_id


def plan(done: Mapping[str, bool], features: Mapping[str, bool]) -> tuple[tuple[str, bool], ...]:
    """The steps of a hub, in their order, each with whether it is done; what the hub has switched off is no step."""
    left_out = {
        step for step, feature in ((HELLO, "conversations"), (GATHERING, "events")) if not features.get(feature, True)
    }
    return tuple((step, done.get(step, False)) for step in STEPS if step not in left_out)


def is_done(steps: Collection[tuple[str, bool]]) -> bool:
    """Whether nothing of a plan is left."""
    return all(done for _step, done in steps)
