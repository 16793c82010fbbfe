"""The door out of one hub: sees all of them, says why, and is logged. Its importers are listed in a contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import structlog

from hubapp.kernel import scope
from hubapp.kernel.scope import Scope

log = structlog.get_logger(__name__)


@contextmanager
def platform_scope(*, reason: str, hub_id: int | None = None) -> Iterator[Scope]:
    """Act as the central role. `reason` says what for; `hub_id` narrows the ORM to one hub all the same.

    Enter it before the transaction begins: the session refuses to change its eyes midway (ScopeChanged).
    """
    log.debug("platform scope", reason=reason, hub_id=hub_id)
    with scope.entered(Scope(hub_id=hub_id, role="central")) as entered:
        yield entered
