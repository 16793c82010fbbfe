"""What a takeout is made of: parts, and how their values are read."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Part:
    """One file of JSON, and the pictures that belong to it."""

    name: str
    content: Any
    pictures: Sequence[tuple[str, str]] = field(default=())


def picked(row: Any, names: str) -> dict[str, Any]:
    """These of a row's values, by their names."""
    return {name: getattr(row, name) for name in names.split()}


def pages(ask: Callable[[uuid.UUID | None], Sequence[Any]]) -> Iterator[Sequence[Any]]:
    """One page after the other, by the id of the last row, until there is none."""
    after: uuid.UUID | None = None
    while page := ask(after):
        yield page
        after = page[-1].id
