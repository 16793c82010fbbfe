"""Which hub and which database role the running code acts for; tenancy fills it, the database session obeys it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Literal

Role = Literal["app", "central"]


@dataclass(frozen=True, slots=True)
class Scope:
    """`hub_id`: the hub whose rows are seen (None: none, or with role central: all, or those of `hub_ids` alone)."""

    hub_id: int | None = None
    role: Role = "app"
    hub_ids: tuple[int, ...] | None = None


NOWHERE = Scope()
_current: ContextVar[Scope] = ContextVar("hubapp_scope", default=NOWHERE)


def current() -> Scope:
    """The scope in force; outside of any, a scope that sees no hub."""
    return _current.get()


@contextmanager
def entered(scope: Scope) -> Iterator[Scope]:
    """Act in `scope` for the length of the block."""
    token = _current.set(scope)
    try:
        yield scope
    finally:
        _current.reset(token)
