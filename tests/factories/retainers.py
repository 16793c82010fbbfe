"""Retainers for tests: agreed by two invented people, earned as of a moment."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from hubapp.earnings.retainers import services
from hubapp.earnings.retainers.policies import Rhythm
from hubapp.earnings.retainers.services import Proposal
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.platform import in_hub, platform_scope
from hubapp.tenancy.scope import hub_scope
from tests.factories.hubs import NOW

PROPOSER, APPROVER = UUID(int=801), UUID(int=802)


def proposal(account_id: UUID, **changes: Any) -> Proposal:
    """300.00 a month from 1 November 2026 on."""
    usual: dict[str, Any] = {
        "amount": 30_000,
        "rhythm": Rhythm.MONTHLY,
        "first_day": date(2026, 11, 1),
        "last_day": None,
        "note": "Looks after the workshop",
        "reason": "Agreed by telephone",
    }
    return Proposal(account_id=account_id, **{**usual, **changes})


def proposed(hub_id: int, account_id: UUID, *, now: datetime = NOW, **changes: Any) -> UUID:
    """A proposal in a transaction of its own (needs an application context)."""
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        return services.propose(proposal=proposal(account_id, **changes), proposer_id=PROPOSER, now=now).id


def agreed(hub_id: int, account_id: UUID, *, now: datetime = NOW, **changes: Any) -> UUID:
    """One that a second person approved."""
    retainer_id = proposed(hub_id, account_id, now=now, **changes)
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        services.approve(retainer_id=retainer_id, approver_id=APPROVER, answer="", now=now)
    return retainer_id


def earn(hub_id: int, retainer_id: UUID, now: datetime) -> int:
    """What the job does."""
    with hub_scope(hub_id), unit_of_work():
        return services.earn(retainer_id=retainer_id, now=now)


def end(hub_id: int, retainer_id: UUID, last_day: date, now: datetime = NOW) -> None:
    """Somebody of the central team ends it."""
    with platform_scope(reason="test"), unit_of_work(), in_hub(hub_id):
        services.end(retainer_id=retainer_id, who=PROPOSER, last_day=last_day, reason="The work is done", now=now)
