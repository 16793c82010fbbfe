"""What happened at gatherings, for the tiers above."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID


@dataclass(frozen=True, slots=True)
class GatheringPublished:
    """Everybody can see it and register. Of a series, each date says so when it is made."""

    hub_id: int
    gathering_id: UUID


@dataclass(frozen=True, slots=True)
class GatheringMoved:
    """Its time, place or link is another one now."""

    hub_id: int
    gathering_id: UUID
    revision: int


@dataclass(frozen=True, slots=True)
class GatheringCanceled:
    """It does not take place."""

    hub_id: int
    gathering_id: UUID


@dataclass(frozen=True, slots=True)
class RegistrationConfirmed:
    """Somebody has seats."""

    hub_id: int
    gathering_id: UUID
    registration_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class RegistrationQueued:
    """Somebody waits for seats."""

    hub_id: int
    gathering_id: UUID
    registration_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class RegistrationMovedUp:
    """Somebody who waited has seats now."""

    hub_id: int
    gathering_id: UUID
    registration_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class SeatOffered:
    """Somebody who waited may have seats, once they have paid for them."""

    hub_id: int
    gathering_id: UUID
    registration_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class RegistrationCanceled:
    """Somebody does not come, or waits no more."""

    hub_id: int
    gathering_id: UUID
    registration_id: UUID
    account_id: UUID


@dataclass(frozen=True, slots=True)
class TicketCheckedIn:
    """Somebody has arrived."""

    hub_id: int
    gathering_id: UUID
    ticket_id: UUID
