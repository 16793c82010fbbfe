"""A retainer in the demo's past: one of the central team proposes it, another approves."""

from __future__ import annotations

from uuid import UUID
from zoneinfo import ZoneInfo

from hubapp.cli.demo.content import Promise
from hubapp.console import retainers
from hubapp.earnings.retainers.services import Proposal
from hubapp.kernel import clock
from hubapp.kernel.db import unit_of_work
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope


def agree(*, hub_id: int, zone: ZoneInfo, account_id: UUID, promise: Promise, proposer: Actor, approver: Actor) -> None:
    """Agree it from today on, without end (needs an application context)."""
    now = clock.now()
    proposal = Proposal(
        account_id=account_id,
        amount=promise.amount,
        rhythm=promise.rhythm,
        first_day=now.astimezone(zone).date(),
        last_day=None,
        note=promise.note,
        reason=promise.reason,
    )
    with platform_scope(reason="demo: propose a retainer"), unit_of_work():
        retainer_id = retainers.propose(hub_id=hub_id, proposal=proposal, actor=proposer, now=now)
    with platform_scope(reason="demo: approve a retainer"), unit_of_work():
        retainers.decide(retainer_id=retainer_id, is_approved=True, answer="", actor=approver, now=now)
