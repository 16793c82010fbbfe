"""What happened to memberships."""

from __future__ import annotations

import uuid
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MemberJoined:
    """An account became a member of the hub, for the first time or again."""

    hub_id: int
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MemberSuspended:
    """The hub suspended a member: from now on they only read."""

    hub_id: int
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MemberReadmitted:
    """A suspension ended, by itself or because somebody took it back."""

    hub_id: int
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class MemberLeft:
    """Somebody ended their membership; they may come back."""

    hub_id: int
    account_id: uuid.UUID


@dataclass(frozen=True, slots=True)
class ConnectorChanged:
    """The hub's connectors, or their parts of its share, are not what they were."""

    hub_id: int
