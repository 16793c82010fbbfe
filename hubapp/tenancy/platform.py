"""The door out of one hub: sees all of them, says why, and is logged. Its importers are listed in a contract."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from hubapp.kernel import db as database
from hubapp.kernel import scope
from hubapp.kernel.db import db
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


@contextmanager
def in_hub(hub_id: int) -> Iterator[Scope]:
    """Within the platform scope, act in one hub for a while, in the same transaction: the role stays, one hub is seen.

    So the central team opens a hub and names its connector in one act, which happens whole or not at all.
    """
    with _narrowed(Scope(hub_id=hub_id, role="central")) as entered:
        yield entered
        # Rows that wait take the hub they were made in.
        db.session.flush()


@contextmanager
def in_hubs(hub_ids: Iterable[int]) -> Iterator[Scope]:
    """Within the platform scope, read in some hubs at once: as many queries as in one, each by its index.

    Nothing is written here, and no function of the database answers that asks which hub it is in.
    """
    with _narrowed(Scope(hub_ids=tuple(sorted(set(hub_ids))), role="central")) as entered:
        yield entered


@contextmanager
def _narrowed(to: Scope) -> Iterator[Scope]:
    if scope.current().role != "central":
        raise database.ScopeChanged("only the platform scope may look into one hub and out again")
    db.session.flush()
    try:
        with scope.entered(to) as entered:
            database.narrow()
            yield entered
    except BaseException:
        # The caller's refusal matters; where the transaction itself is lost, a rollback undoes the narrowing as well.
        with suppress(SQLAlchemyError):
            database.narrow()
        raise
    database.narrow()
