"""Whether somebody may still see what a notice is about: answered by the slice above that knows roles."""

from __future__ import annotations

import uuid
from typing import Protocol

from flask import current_app

from hubapp.people.accounts import queries as accounts
from hubapp.people.notifications.kinds import Kind
from hubapp.web.areas import HubFlask

EXTENSION = "hubapp.notifications.rights"


class Checker(Protocol):
    """Whether an account may do something in a hub, as the database has it now; in every scope that sees the hub."""

    def __call__(self, *, account_id: uuid.UUID, hub_id: int, permission: str) -> bool:
        """Asked for each notice that needs a right, before it leaves."""


def install(app: HubFlask, checker: Checker) -> None:
    """Plug the answer in."""
    app.extensions[EXTENSION] = checker


def may_see(kind: Kind, *, account_id: uuid.UUID, hub_id: int | None) -> bool:
    """Whether this kind is for them: most are for everybody, some for who has a right in a hub, or in the core."""
    if not kind.needs:
        return True
    if kind.is_central:
        person = accounts.account(account_id)
        return person is not None and person.is_central
    checker: Checker = current_app.extensions[EXTENSION]
    return hub_id is not None and checker(account_id=account_id, hub_id=hub_id, permission=kind.needs)
