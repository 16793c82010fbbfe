"""Entering a hub: from here on the database shows this hub's rows and no other's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hubapp.kernel import scope
from hubapp.kernel.scope import Scope


@contextmanager
def hub_scope(hub_id: int) -> Iterator[Scope]:
    """Act inside one hub, as the app's role. Enter it before the transaction begins."""
    with scope.entered(Scope(hub_id=hub_id, role="app")) as entered:
        yield entered


@contextmanager
def no_hub() -> Iterator[Scope]:
    """Act on central tables only: every hub's rows are out of sight."""
    with scope.entered(scope.NOWHERE) as entered:
        yield entered


def hub_id() -> int | None:
    """The hub in scope, or None."""
    return scope.current().hub_id
