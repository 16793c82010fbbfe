"""Asking the core, once per decision, and its answer, which both sides hear."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.moderation import policies
from hubapp.community.moderation.errors import AlreadyDecided, CannotAppeal, NoSuchAction, WordsMissing
from hubapp.community.moderation.events import DecisionAppealed
from hubapp.community.moderation.models import ModerationAppeal
from hubapp.community.moderation.services import rows, telling
from hubapp.community.moderation.services.deciding import take_back
from hubapp.community.moderation.services.reporting import checked, note
from hubapp.jobs import events
from hubapp.kernel.db import db
from hubapp.tenancy.audit import Actor


def appeal(*, action_id: UUID, account_id: UUID, name: str, words: str, now: datetime) -> ModerationAppeal:
    """Ask the core to undo what was decided about oneself.

    Refuses with NoSuchAction, CannotAppeal, WordsMissing or WordsTooLong.
    """
    action, case = rows.action_for_change(action_id=action_id)
    if action.subject_id != account_id:
        raise NoSuchAction
    has_appealed = rows.appeal_of(action_id=action_id) is not None
    if not policies.may_appeal(action.act, is_undone=action.is_undone, has_appealed=has_appealed):
        raise CannotAppeal
    said = checked(words=words, most=policies.LONGEST_APPEAL)
    if not said:
        raise WordsMissing
    made = ModerationAppeal(action_id=action_id, account_id=account_id, words=said, at=now)
    db.session.add(made)
    note(actor=Actor(account_id, name), action="appeal", case=case, details={"action": str(action_id)}, now=now)
    events.publish(DecisionAppealed(case.hub_id, made.id))
    return made


def answer_appeal(*, appeal_id: UUID, is_upheld: bool, words: str, actor: Actor, now: datetime) -> ModerationAppeal:
    """The core's last word: the decision stays, or is undone.

    Refuses with NoSuchAction, AlreadyDecided, WordsMissing or WordsTooLong.
    """
    action_id = db.session.scalar(select(ModerationAppeal.action_id).where(ModerationAppeal.id == appeal_id))
    if action_id is None:
        raise NoSuchAction
    action, case = rows.action_for_change(action_id=action_id)
    found = rows.appeal_of(action_id=action_id)
    if found is None or found.decided_at is not None:
        raise AlreadyDecided
    said = checked(words=words)
    if not said:
        raise WordsMissing
    if not is_upheld:
        take_back(action=action, case=case, words=said, actor=actor, is_final=True, now=now)
    found.is_upheld, found.answer, found.decided_at = is_upheld, said, now
    found.decided_by, found.decided_name = actor.id, actor.name
    verdict = "uphold" if is_upheld else "overturn"
    note(actor=actor, action=f"appeal.{verdict}", case=case, reason=said, details={"action": str(action_id)}, now=now)
    telling.both_sides(action=action, case=case, appeal=found, now=now)
    return found
