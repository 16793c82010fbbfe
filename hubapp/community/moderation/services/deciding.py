"""Deciding about a case, and undoing what was decided; each under the case's lock, in the audit log, and told."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from hubapp.community.moderation import notices, policies, queries, things
from hubapp.community.moderation.errors import (
    AlreadyUndone,
    CoresDecision,
    DecidedMeanwhile,
    NoSuchThing,
    NotPossible,
    OwnCase,
    WordsMissing,
)
from hubapp.community.moderation.models import ModerationAction, ModerationCase
from hubapp.community.moderation.policies import APPROVE, HIDE, LEAVE, REFUSE, SUSPEND
from hubapp.community.moderation.services import rows, telling
from hubapp.community.moderation.services.reporting import checked, note
from hubapp.community.moderation.things import Thing
from hubapp.kernel.db import db
from hubapp.people.membership import queries as membership
from hubapp.people.membership import standing
from hubapp.tenancy.audit import Actor


def decide(
    *,
    case_id: UUID,
    acts: Sequence[str],
    words: str,
    days: int,
    seen: int,
    actor: Actor,
    now: datetime,
    by_core: bool = False,
) -> list[ModerationAction]:
    """Do one thing about a case, or hide and warn (or suspend) at once. `seen`: how many decisions the form showed.

    `days`: of a suspension, 0 is for good. `by_core`: the central team decides; the hub cannot undo that. Refuses with
    NoSuchCase, OwnCase, DecidedMeanwhile, NoSuchThing, NotPossible, WordsMissing or WordsTooLong.
    """
    case = rows.case_for_change(case_id=case_id)
    thing = things.look(case.kind, case.thing_id)
    if actor.id is not None and actor.id in {case.subject_id, thing.subject_id if thing else None}:
        raise OwnCase
    if rows.count_actions(case_id=case.id) != seen:
        raise DecidedMeanwhile
    if thing is None:
        raise NoSuchThing
    subject = membership.member(case.subject_id) if case.subject_id else None
    if not policies.fits(acts, queries.facts(thing, subject, is_open=case.is_open)) or (
        SUSPEND in acts and days not in policies.DAYS
    ):
        raise NotPossible
    said = checked(words=words)
    if not said and not set(acts) <= policies.SILENT:
        raise WordsMissing
    made = [_do(_action(case, act, said, days, actor, now, by_core=by_core), case, thing, actor, now) for act in acts]
    if case.is_open:
        case.closed_at = now
        outcome = "left" if LEAVE in acts else "acted"
        telling.reporters(case=case, outcome=outcome, occasion=f"decided:{made[0].id}", now=now)
    db.session.flush()
    return made


def _action(
    case: ModerationCase, act: str, words: str, days: int, actor: Actor, now: datetime, *, by_core: bool
) -> ModerationAction:
    action = ModerationAction(
        case_id=case.id,
        subject_id=case.subject_id,
        act=act,
        words=words,
        until=policies.until(days, now) if act == SUSPEND else None,
        at=now,
        by_id=actor.id,
        by_name=actor.name,
        by_core=by_core,
    )
    db.session.add(action)
    db.session.flush()
    return action


def _do(action: ModerationAction, case: ModerationCase, thing: Thing, actor: Actor, now: datetime) -> ModerationAction:
    act, words = action.act, action.words
    if act == HIDE:
        things.hide(thing, reason=words, actor=actor, now=now)
    elif act == APPROVE:
        things.release(thing, actor=actor, now=now)
    elif act == REFUSE:
        things.refuse(thing, reason=words, actor=actor, now=now)
    elif act == SUSPEND:
        settle_standing(account_id=action.subject_id, actor=actor, now=now)
    details = {"until": action.until.isoformat()} if action.until else {}
    note(actor=actor, action=act, case=case, reason=words, details=details, now=now)
    if act != LEAVE:
        telling.subject(action=action, case=case, kind=notices.DONE.name, words=words, now=now)
    return action


def undo(*, action_id: UUID, words: str, actor: Actor, now: datetime, by_core: bool = False) -> ModerationAction:
    """Take a decision back; an appeal that waits is answered by it.

    Leaving, approving and refusing open the case again. Refuses with NoSuchAction, OwnCase, CoresDecision,
    AlreadyUndone or WordsTooLong.
    """
    action, case = rows.action_for_change(action_id=action_id)
    if action.subject_id is not None and action.subject_id == actor.id:
        raise OwnCase
    if action.by_core and not by_core:
        raise CoresDecision
    said = checked(words=words)
    take_back(action=action, case=case, words=said, actor=actor, is_final=False, now=now)
    appeal = rows.appeal_of(action_id=action_id)
    if appeal is not None and appeal.decided_at is None:
        appeal.is_upheld, appeal.answer, appeal.decided_at = False, said, now
        appeal.decided_by, appeal.decided_name = actor.id, actor.name
    telling.subject(action=action, case=case, kind=notices.UNDONE.name, words=said, now=now)
    db.session.flush()
    return action


def take_back(
    *, action: ModerationAction, case: ModerationCase, words: str, actor: Actor, is_final: bool, now: datetime
) -> None:
    """Undo what an action did (its case is locked). `is_final`: what was refused is let out, instead of waiting anew.

    Refuses with AlreadyUndone.
    """
    if action.is_undone:
        raise AlreadyUndone
    action.undone_at, action.undone_by = now, actor.id
    action.undone_name, action.undone_words = actor.name, words
    db.session.flush()
    thing = things.look(case.kind, case.thing_id)
    if action.act == SUSPEND:
        settle_standing(account_id=action.subject_id, actor=actor, now=now)
    elif action.act == HIDE and thing is not None and thing.is_hidden and not _is_hidden_otherwise(case):
        things.show(thing, actor=actor, now=now)
    elif (
        action.act in {APPROVE, REFUSE}
        and thing is not None
        and thing.is_there
        and not thing.is_held
        and not _is_hidden_otherwise(case)
    ):
        things.hold_again(thing, actor=actor, now=now)
        if is_final:
            things.release(thing, actor=actor, now=now)
    if action.act in {LEAVE, APPROVE, REFUSE} and not is_final:
        _open_again(case)
    elif case.report_count and action.act != LEAVE:
        telling.reporters(case=case, outcome="undone", occasion=f"undone:{action.id}", now=now)
    note(actor=actor, action=f"undo.{action.act}", case=case, reason=words, now=now)


def let_in(*, membership_id: UUID, words: str, actor: Actor, now: datetime) -> None:
    """End a suspension, whoever decided it when: all that stand are undone.

    Refuses with NoSuchMember, OwnCase or CoresDecision.
    """
    person = membership.member_by_id(membership_id)
    if person is not None:
        for action in standing_suspensions(account_id=person.account_id):
            undo(action_id=action.id, words=words, actor=actor, now=now)
        person = membership.member_by_id(membership_id)
    if person is None or person.is_suspended:
        standing.readmit(membership_id=membership_id, actor=actor, now=now)


def standing_suspensions(*, account_id: UUID) -> Sequence[ModerationAction]:
    """Suspensions of somebody that were not undone, the last decision last; some may be over."""
    statement = select(ModerationAction).where(
        ModerationAction.subject_id == account_id,
        ModerationAction.act == SUSPEND,
        ModerationAction.undone_at.is_(None),
    )
    return db.session.scalars(statement.order_by(ModerationAction.id)).all()


def settle_standing(*, account_id: UUID | None, actor: Actor, now: datetime) -> None:
    """Make somebody's membership what the suspensions say that stand: the longest counts."""
    person = membership.member(account_id) if account_id is not None else None
    if person is None:
        return
    # Two who suspend the same person in two cases wait here, so that the second sees what the first decided.
    standing.lock(membership_id=person.id)
    person = membership.member(person.account_id) or person
    stands = standing_suspensions(account_id=person.account_id)
    is_suspended, until = policies.standing((one.until for one in stands), now)
    if is_suspended:
        # The words of the decision that keeps them out the longest.
        reason = next(one.words for one in reversed(stands) if one.until == until)
        standing.suspend(membership_id=person.id, reason=reason, until=until, actor=actor, now=now)
    elif person.suspended_reason is not None:
        standing.readmit(membership_id=person.id, actor=actor, now=now)


def _is_hidden_otherwise(case: ModerationCase) -> bool:
    """Whether another decision keeps it out of sight: one of the same case, or of a later one."""
    statement = (
        select(ModerationAction.id)
        .join(
            ModerationCase,
            (ModerationCase.hub_id == ModerationAction.hub_id) & (ModerationCase.id == ModerationAction.case_id),
        )
        .where(
            ModerationCase.kind == case.kind,
            ModerationCase.thing_id == case.thing_id,
            ModerationAction.act.in_((HIDE, REFUSE)),
            ModerationAction.undone_at.is_(None),
        )
    )
    return db.session.scalar(statement.limit(1)) is not None


def _open_again(case: ModerationCase) -> None:
    """It waits anew, unless a newer case about the same thing waits already."""
    statement = select(ModerationCase.id).where(
        ModerationCase.kind == case.kind, ModerationCase.thing_id == case.thing_id, ModerationCase.closed_at.is_(None)
    )
    if db.session.scalar(statement) is None:
        case.closed_at = None
        db.session.flush()
