"""Reporting a thing, and opening a case without a report: a first text that waits, or something one saw oneself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from hubapp.community.moderation import policies, queries, things
from hubapp.community.moderation.errors import (
    AlreadyReported,
    MembersOnly,
    NoSuchThing,
    OwnThing,
    UnknownReason,
    WordsTooLong,
)
from hubapp.community.moderation.models import ModerationCase, ModerationReport
from hubapp.community.moderation.services import rows, telling
from hubapp.kernel.db import db, require_hub_id
from hubapp.people.accounts.services import throttle
from hubapp.people.membership import standing
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor


def report(*, reporter_id: UUID, kind: str, thing_id: UUID, reason: str, words: str, now: datetime) -> ModerationReport:
    """Say that a thing breaks the house rules; once per person and thing.

    Refuses with MembersOnly, MembershipSuspended, NoSuchThing, OwnThing, AlreadyReported, UnknownReason, WordsTooLong
    or TooManyAttempts.
    """
    person = standing.require_active(reporter_id, otherwise=MembersOnly())
    thing = things.look(kind, thing_id)
    if thing is None or not thing.is_reportable:
        raise NoSuchThing
    if thing.subject_id == reporter_id:
        raise OwnThing
    if reason not in policies.REASONS:
        raise UnknownReason
    said = checked(words=words)
    if queries.has_reported(reporter_id=reporter_id, kind=kind, thing_id=thing_id):
        raise AlreadyReported
    throttle.limit(kind="report account", subject=f"{require_hub_id()}:{reporter_id}", now=now)
    case = rows.open_case(thing=thing, cause="report", now=now)
    made = ModerationReport(
        case_id=case.id, reporter_id=reporter_id, kind=kind, thing_id=thing_id, reason=reason, words=said, at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(made)
    except IntegrityError as error:  # two clicks at once: the other one said it
        raise AlreadyReported from error
    case.report_count += 1
    note(actor=Actor(reporter_id, person.display_name), action="report", case=case, reason=reason, now=now)
    telling.team(case=case, thing=thing, now=now)
    return made


def open_held(*, post_id: UUID, comment_id: UUID | None, now: datetime) -> ModerationCase | None:
    """A first text waits to be looked at; told again, or decided meanwhile, nothing happens."""
    thing = things.look("post", post_id) if comment_id is None else things.look("comment", comment_id)
    if thing is None or not (thing.is_held and thing.is_there):
        return None
    case = rows.open_case(thing=thing, cause="hold", now=now)
    telling.team(case=case, thing=thing, now=now)
    return case


def take_up(*, kind: str, thing_id: UUID, now: datetime) -> ModerationCase:
    """The open case about a thing, for deciding without anybody's report. Refuses with NoSuchThing."""
    thing = things.look(kind, thing_id)
    if thing is None or not thing.is_there:
        raise NoSuchThing
    return rows.open_case(thing=thing, cause="own", now=now)


def checked(*, words: str, most: int = policies.LONGEST_WORDS) -> str:
    """Words as they are kept. Refuses with WordsTooLong."""
    said = policies.clean(words)
    if len(said) > most:
        raise WordsTooLong(most)
    return said


def note(
    *,
    actor: Actor,
    action: str,
    case: ModerationCase,
    now: datetime,
    reason: str = "",
    details: Mapping[str, object] | None = None,
) -> None:
    """Write it down in the audit log."""
    audit.record(
        actor=actor,
        action=f"moderation.{action}",
        hub_id=case.hub_id,
        subject=f"{case.kind}:{case.thing_id}",
        reason=reason,
        details={"case": str(case.id), **(details or {})},
        now=now,
    )
    db.session.flush()
