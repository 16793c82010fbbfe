"""Agreeing and ending retainers, and taking something of one back: each act is in the audit log with what it does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from flask_babel import gettext as _

from hubapp.console import services as people
from hubapp.earnings.retainers import network, services
from hubapp.earnings.retainers.models import Retainer, RetainerTakeBack
from hubapp.earnings.retainers.services import Proposal, Wanted
from hubapp.kernel.errors import NotFound, Refusal
from hubapp.kernel.money import Money
from hubapp.people.membership import queries as membership
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import in_hub
from hubapp.web.render import money


class NobodyFound(Refusal):
    """Neither an address nor a handle of the hub."""

    status = 422
    field = "person"

    def __init__(self, handle: str) -> None:
        super().__init__(_("Nobody in this hub has the handle %(handle)s.", handle=handle[:60]))


class NotTheirField(Refusal):
    """The same refusal as for a connector's address, at the field of this form."""

    status = 422
    field = "person"


def person(*, hub_id: int, typed: str) -> UUID:
    """The account with this e-mail address, or whose handle in the hub this is.

    Refuses with NobodyFound, or with NotTheirField in the words of NoSuchAccount and NotConfirmed.
    """
    wanted = typed.strip().lower()
    if "@" in wanted[1:]:
        try:
            return people.account_of(email=wanted).id
        except Refusal as refusal:
            raise NotTheirField(str(refusal)) from refusal
    with in_hub(hub_id):
        member = membership.member_by_handle(wanted.removeprefix("@"))
    if member is None:
        raise NobodyFound(typed.strip())
    return member.account_id


def propose(*, hub_id: int, proposal: Proposal, actor: Actor, now: datetime) -> UUID:
    """Write down what somebody of the central team wants to agree. Refuses as retainers do."""
    with in_hub(hub_id):
        row = services.propose(proposal=proposal, proposer_id=_id(actor), now=now)
    _note(row, actor, "retainer.propose", row.reason, now)
    return row.id


def decide(*, retainer_id: UUID, is_approved: bool, answer: str, actor: Actor, now: datetime) -> Retainer:
    """Agree to it, or refuse it with a reason. Refuses as retainers do."""
    with in_hub(network.retainer(retainer_id).hub_id):
        if is_approved:
            row = services.approve(retainer_id=retainer_id, approver_id=_id(actor), answer=answer, now=now)
        else:
            row = services.refuse(retainer_id=retainer_id, refuser_id=_id(actor), answer=answer, now=now)
    _note(row, actor, "retainer.approve" if is_approved else "retainer.refuse", row.answer, now)
    return row


def end(*, retainer_id: UUID, last_day: date, reason: str, actor: Actor, now: datetime) -> Retainer:
    """Bring its end nearer. Refuses as retainers do."""
    with in_hub(network.retainer(retainer_id).hub_id):
        row = services.end(retainer_id=retainer_id, who=_id(actor), last_day=last_day, reason=reason, now=now)
    _note(row, actor, "retainer.end", row.end_reason or "", now)
    return row


def propose_take_back(*, retainer_id: UUID, wanted: Wanted, actor: Actor, now: datetime) -> None:
    """Write down what somebody of the central team wants back of a period. Refuses as retainers do."""
    with in_hub(network.retainer(retainer_id).hub_id):
        row = services.propose_take_back(wanted=wanted, proposer_id=_id(actor), now=now)
    _note_take_back(row, actor, "retainer.ask_back", row.reason, now)


def decide_take_back(
    *, retainer_id: UUID, take_back_id: UUID, is_approved: bool, answer: str, actor: Actor, now: datetime
) -> None:
    """Take it back, or say no with a reason. Refuses as retainers do."""
    decision: dict[str, Any] = {"take_back_id": take_back_id, "answer": answer, "now": now}
    with in_hub(network.retainer(retainer_id).hub_id):
        if is_approved:
            row = services.approve_take_back(approver_id=_id(actor), **decision)
        else:
            row = services.refuse_take_back(refuser_id=_id(actor), **decision)
    _note_take_back(row, actor, "retainer.take_back" if is_approved else "retainer.leave", row.answer, now)


def _note_take_back(row: RetainerTakeBack, actor: Actor, action: str, reason: str, now: datetime) -> None:
    details = {"amount": money(Money(row.amount, row.currency)), "period": str(row.period_id), "words": row.words}
    subject = f"retainer:{row.retainer_id}"
    audit.record(
        actor=actor, action=action, hub_id=row.hub_id, subject=subject, reason=reason, details=details, now=now
    )


def _id(actor: Actor) -> UUID:
    if actor.id is None:
        raise NotFound
    return actor.id


def _note(row: Retainer, actor: Actor, action: str, reason: str, now: datetime) -> None:
    """The log says what was promised: amount, rhythm and days, as they are from here on."""
    days = f"{row.first_day.isoformat()}/{row.last_day.isoformat() if row.last_day else '…'}"
    details = {"amount": money(Money(row.amount, row.currency)), "rhythm": row.rhythm, "days": days}
    subject = f"retainer:{row.id}"
    audit.record(
        actor=actor, action=action, hub_id=row.hub_id, subject=subject, reason=reason, details=details, now=now
    )
