"""Plans and cases with something wrong in them: a key less, one twice, a value of another type or from elsewhere."""

from __future__ import annotations

import copy
from random import Random
from typing import Any

ODD: list[Any] = [
    *(None, True, False, 0, -1, 1, 10**15, 10**16, 2**63, 10**40, -(2**63), 1.5, float("nan"), float("inf")),
    *("", " ", "x", "unlimited", "autoship", "\ud800", "\x00", "1\n2", "slab", "marginal", "hub", "gv", "customer"),
    *([], {}, [[]], [{}], {"": 1}, {"x": None}, ["a"], [1, 2], [None], [True], {"from": 0, "bps": 1}, {"a": 10_000}),
]
# Keys that a table may not have had, and that say something in another.
KEYS = (
    *("id", "x", "", "rank", "period", "hub", "connector_of", "expected", "only", "refunds", "currency", "cap"),
    *("holdback", "threshold_on", "compression", "mode", "on", "split", "attribute", "timezone"),
)


def mutated(whole: dict[str, Any], random: Random) -> dict[str, Any]:
    """A copy with up to three changes, each anywhere."""
    whole = copy.deepcopy(whole)
    for _ in range(random.randint(1, 3)):
        places = list(_places(whole))
        if not places:
            break
        holder, key = random.choice(places)
        match random.randrange(6):
            case 0:
                del holder[key]
            case 1 if isinstance(holder, list):
                holder.append(copy.deepcopy(holder[key]))
            case 1:
                holder[random.choice(KEYS)] = copy.deepcopy(random.choice(ODD))
            case 2:
                other, place = random.choice(places)
                holder[key] = copy.deepcopy(other[place])
            case _:
                holder[key] = copy.deepcopy(random.choice(ODD))
    return whole


def _places(value: Any) -> Any:
    """(holder, key) of everything within."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, one in inner:
        yield value, key
        yield from _places(one)
