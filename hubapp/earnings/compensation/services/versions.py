"""Plan versions: drafted, proposed by one person, announced by another, ahead of their first day; then they stay."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import calendar, policies, queries, replaying, sources
from hubapp.earnings.compensation.errors import (
    AlreadyDecided,
    NotADraft,
    NotAPeriodStart,
    NotUsable,
    PeriodChanged,
    SamePerson,
    StartTaken,
    TooSoon,
    VersionTaken,
    WordsMissing,
)
from hubapp.earnings.compensation.events import PlanAnnounced
from hubapp.earnings.compensation.models import PlanStatus, PlanVersion
from hubapp.earnings.compensation.plans import product
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.lint.findings import Status
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.policies import MOVES
from hubapp.earnings.compensation.services.locking import locked_version
from hubapp.earnings.shares import queries as shares
from hubapp.jobs.events import publish
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

LONGEST_TEXT = 500
NEVER_PAID = ("shipping", "entry_fee", "kit", "training", "gift_card", "donation")


def save_draft(*, draft_id: UUID | None, source: str, editor_id: UUID, now: datetime) -> PlanVersion:
    """Keep a text as a draft: a new one, or in place of the draft's. It has to load; the lint may still refuse it.

    Refuses with BadInput, NoSuchVersion, NotADraft or VersionTaken.
    """
    plan = sources.read(source)
    row = PlanVersion(id=ids.uuid7()) if draft_id is None else locked_version(version_id=draft_id)
    if draft_id is not None and row.status != PlanStatus.DRAFT:
        raise NotADraft
    same = select(PlanVersion.id).where(PlanVersion.plan == plan.id, PlanVersion.version == plan.version)
    if db.session.scalar(same.where(PlanVersion.id != row.id)) is not None:
        raise VersionTaken(plan.id, plan.version)
    row.plan, row.version, row.currency = plan.id, plan.version, plan.currency or ""
    row.effective_from = policies.start_of(plan)
    row.source, row.digest = source, sources.digest(source)
    row.edited_by, row.edited_at = editor_id, now
    db.session.add(row)
    db.session.flush()
    _note(row, "plan.draft", editor_id, "", now)
    return row


def discard(*, version_id: UUID, editor_id: UUID, now: datetime) -> None:
    """Throw a draft away. Refuses with NoSuchVersion or NotADraft."""
    row = locked_version(version_id=version_id)
    if row.status != PlanStatus.DRAFT:
        raise NotADraft
    _note(row, "plan.discard", editor_id, "", now)
    db.session.delete(row)
    db.session.flush()


def propose(*, version_id: UUID, note: str, proposer_id: UUID, now: datetime) -> PlanVersion:
    """Ask a second person for a draft to be announced, with a reason.

    Refuses with NoSuchVersion, NotADraft, WordsMissing, and for what keeps it from being announced: NotUsable,
    BadInput (it starts in the past), NotAPeriodStart, PeriodChanged, StartTaken, TooSoon.
    """
    row = locked_version(version_id=version_id)
    if PlanStatus.PROPOSED not in MOVES[PlanStatus(row.status)]:
        raise NotADraft
    if not note.strip():
        raise WordsMissing("note")
    _check(row, now)
    row.status, row.note = PlanStatus.PROPOSED, note.strip()[:LONGEST_TEXT]
    row.proposed_by, row.proposed_at = proposer_id, now
    db.session.flush()
    _note(row, "plan.propose", proposer_id, row.note, now)
    return row


def decide(*, version_id: UUID, agreed: bool, answer: str, decider_id: UUID, now: datetime) -> PlanVersion:
    """Announce what somebody else proposed, or refuse it with a reason; once. Announced, it never changes.

    Refuses with NoSuchVersion, AlreadyDecided, SamePerson, WordsMissing, and as `propose` does: notice is counted from
    today.
    """
    row = locked_version(version_id=version_id)
    status = PlanStatus.ANNOUNCED if agreed else PlanStatus.REFUSED
    if status not in MOVES[PlanStatus(row.status)]:
        raise AlreadyDecided
    if row.proposed_by == decider_id:
        raise SamePerson
    if agreed:
        _check(row, now)
    elif not answer.strip():
        raise WordsMissing("answer")
    row.status, row.answer = status, answer.strip()[:LONGEST_TEXT]
    row.decided_by, row.decided_at = decider_id, now
    db.session.flush()
    _note(row, "plan.announce" if agreed else "plan.refuse", decider_id, row.answer, now)
    if agreed:
        publish(PlanAnnounced(row.id))
    return row


def _check(row: PlanVersion, now: datetime) -> None:
    """Whether it may be announced today."""
    plan = queries.plan_of(row)
    refused = [finding for finding in sources.linted(row.source).findings if finding.status is Status.REFUSED]
    if refused:
        raise NotUsable(refused[0].clause, refused[0].reason)
    today = calendar.day_of(now, policies.period_of(plan).timezone)
    product.refuse_past_start(plan, today=today, file=sources.FILE)
    _check_promises(plan)
    _check_recovery(plan)
    if (next_start := policies.wrong_start(plan)) is not None:
        raise NotAPeriodStart(next_start)
    _check_beside(plan)
    losing = replaying.losing(plan)
    earliest = policies.earliest_start(today, losing=losing)
    if policies.start_of(plan) < earliest:
        raise TooSoon(earliest, losing)


def _check_promises(plan: Plan) -> None:
    """What the database never lets through, and what this product does not do."""
    base = plan.base
    missing = sorted(set(NEVER_PAID) - (base.exclude_kinds if base is not None else set()))
    if missing:
        reason = f"must name {', '.join(missing)}: only products are ever paid for"
        raise BadInput(reason, key="base.exclude_kinds", file=sources.FILE)
    if base is None or base.buyers != {"customer"}:
        reason = "must be customers alone: purchases of participants are never paid for"
        raise BadInput(reason, key="base.commissionable_buyers", file=sources.FILE)
    if plan.refunds is not None and plan.refunds.holdback_bps:
        reason = "must be 0: a period closes when returns are over, and pays everything then"
        raise BadInput(reason, key="refunds.holdback_bps", file=sources.FILE)


def _check_recovery(plan: Plan) -> None:
    """Debts of all kinds are kept back by one rule, the network's: a plan that says another would only pretend."""
    if plan.refunds is None:
        return
    begins = calendar.midnight(policies.start_of(plan), policies.period_of(plan).timezone)
    bps = shares.rules(begins).rules.owed_back_bps
    if plan.refunds.recover_bps != bps:
        reason = f"must be {bps}: what is owed back is kept from payouts by the network's rules of shares"
        raise BadInput(reason, key="refunds.recover_bps_of_next_payouts", file=sources.FILE)


def _check_beside(plan: Plan) -> None:
    """What was announced already in its currency: another start, the same calendar."""
    for other in queries.announced(plan.currency or ""):
        if other.effective_from == policies.start_of(plan):
            raise StartTaken(other.effective_from)
        if (changed := policies.changed_period(queries.plan_of(other), plan)) is not None:
            raise PeriodChanged(*changed)


def _note(row: PlanVersion, action: str, account_id: UUID, reason: str, now: datetime) -> None:
    name = accounts.names([account_id]).get(account_id, "–")
    details = {"plan": row.plan, "version": row.version, "from": row.effective_from.isoformat(), "digest": row.digest}
    audit.record(
        actor=Actor(account_id, name),
        action=action,
        subject=f"plan:{row.id}",
        reason=reason,
        details=details,
        now=now,
    )
