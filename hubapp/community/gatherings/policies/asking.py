"""Which answer belongs to which question: keys that a question keeps, and that none ever has after another."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import count

from hubapp.community.gatherings.policies.details import Question


def settled(
    wanted: Iterable[Question], *, before: Sequence[Question] = (), answered: Collection[str] = ()
) -> tuple[Question, ...]:
    """The questions `wanted` under their keys, then those that are asked no more but were answered.

    `before`: what is stored, `answered`: keys that answers were given under. A key stays with its words; other words
    may have it only where nobody answered. Everything else gets the lowest key that was never used.
    """
    asked = [replace(one, is_asked=True) for one in wanted]
    free = {one.key: one for one in before}
    keys: dict[int, str] = {}

    def keep(place: int, key: str) -> None:
        keys[place] = key
        free.pop(key, None)

    for place, one in enumerate(asked):
        if one.key in free and free[one.key].label == one.label:
            keep(place, one.key)
    for place, one in enumerate(asked):
        same = next((key for key, old in free.items() if old.label == one.label), None)
        if place not in keys and same is not None:
            keep(place, same)
    used = {one.key for one in before} | set(answered)
    for place, one in enumerate(asked):
        is_open = one.key in free or one.key not in used
        if place not in keys and one.key and is_open and one.key not in {*answered, *keys.values()}:
            keep(place, one.key)
    used |= set(keys.values())
    fresh = (key for key in (f"q{number}" for number in count()) if key not in used)
    now = tuple(replace(one, key=keys.get(place) or next(fresh)) for place, one in enumerate(asked))
    return now + tuple(replace(one, is_asked=False) for key, one in free.items() if key in answered)


def mark(questions: Iterable[Question]) -> str:
    """What a form asks, in a few letters: whoever answers a form of other questions is shown those first."""
    asked = [[one.key, one.label, one.kind, *one.choices] for one in questions]
    return hashlib.sha256(json.dumps(asked).encode()).hexdigest()[:16]
