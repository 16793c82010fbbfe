"""Reading moderation: the queue, a case with all that belongs to it, a person's history, what somebody reported."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, func, select

from hubapp.community.moderation import policies, things
from hubapp.community.moderation.errors import NoSuchAction, NoSuchCase
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase, ModerationReport
from hubapp.community.moderation.policies import Facts
from hubapp.community.moderation.things import Thing
from hubapp.kernel.db import db
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView

PAGE = 20
MOST = 50
# Beyond this a badge says no more.
MOST_COUNTED = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Some cases with their things as they stand; `next_key` continues after them."""

    cases: Sequence[ModerationCase]
    things: dict[UUID, Thing | None]
    next_key: UUID | None


@dataclass(frozen=True, slots=True)
class Done:
    """An action with its case and its appeal, if there is one."""

    action: ModerationAction
    case: ModerationCase
    appeal: ModerationAppeal | None


@dataclass(frozen=True, slots=True)
class Story:
    """All that belongs to a case, for whoever decides: the oldest reports first, the newest history first.

    `reported`: how often others reported something of this person's; `history`: what was decided about them before.
    """

    case: ModerationCase | None
    thing: Thing
    reports: Sequence[ModerationReport]
    actions: Sequence[Done]
    subject: MemberView | None
    history: Sequence[Done]
    reported: int
    facts: Facts

    @property
    def concerned(self) -> frozenset[UUID]:
        """Who it is about: whoever it was when the case was opened, and whoever answers for the thing now."""
        then = None if self.case is None else self.case.subject_id
        return frozenset(one for one in (then, self.thing.subject_id) if one is not None)


def case(case_id: UUID) -> ModerationCase:
    """A case of this hub. Raises NoSuchCase."""
    found: ModerationCase | None = db.session.scalar(select(ModerationCase).where(ModerationCase.id == case_id))
    if found is None:
        raise NoSuchCase
    return found


def latest_case(kind: str, thing_id: UUID) -> ModerationCase | None:
    """The open case about a thing, else the last one."""
    statement = select(ModerationCase).where(ModerationCase.kind == kind, ModerationCase.thing_id == thing_id)
    # An older one may have been opened again by undoing.
    order = (ModerationCase.closed_at.is_(None).desc(), ModerationCase.id.desc())
    return db.session.scalar(statement.order_by(*order).limit(1))


def open_cases(*, after: UUID | None = None, limit: int = PAGE) -> Page:
    """What waits, the oldest first."""
    statement = select(ModerationCase).where(ModerationCase.closed_at.is_(None)).order_by(ModerationCase.id)
    if after is not None:
        statement = statement.where(ModerationCase.id > after)
    return _page(db.session.scalars(statement.limit(limit + 1)).all(), limit)


def decided_cases(*, before: UUID | None = None, limit: int = PAGE) -> Page:
    """What was decided, the newest case first."""
    statement = select(ModerationCase).where(ModerationCase.closed_at.is_not(None)).order_by(ModerationCase.id.desc())
    if before is not None:
        statement = statement.where(ModerationCase.id < before)
    return _page(db.session.scalars(statement.limit(limit + 1)).all(), limit)


def _page(rows: Sequence[ModerationCase], limit: int) -> Page:
    shown = rows[:limit]
    return Page(shown, things_of(shown), shown[-1].id if len(rows) > limit else None)


def things_of(cases: Iterable[ModerationCase]) -> dict[UUID, Thing | None]:
    """Case → the thing it is about, as it stands; None where there never was one."""
    shown = list(cases)
    found = things.look_at((row.kind, row.thing_id) for row in shown)
    return {row.id: found.get((row.kind, row.thing_id)) for row in shown}


def count_open() -> int:
    """How many cases wait; at most MOST_COUNTED are counted."""
    waiting = select(ModerationCase.id).where(ModerationCase.closed_at.is_(None)).limit(MOST_COUNTED).subquery()
    return db.session.scalar(select(func.count()).select_from(waiting)) or 0


def story(thing: Thing, found: ModerationCase | None) -> Story:
    """What whoever decides has to know; without a case, of a thing that nobody reported."""
    subject_id = subject_of(thing, found)
    subject = membership.member(subject_id) if subject_id else None
    history = done_about(subject_id) if subject_id else []
    return Story(
        case=found,
        thing=thing,
        reports=reports_of(found.id) if found else (),
        actions=_with_appeals(ModerationAction.case_id == found.id) if found else (),
        subject=subject,
        history=[one for one in history if found is None or one.case.id != found.id],
        reported=_reported(subject_id) if subject_id else 0,
        facts=facts(thing, subject, is_open=found is not None and found.is_open),
    )


def subject_of(thing: Thing, found: ModerationCase | None) -> UUID | None:
    """Whom a case is about: whoever answered for the thing when it was opened, whoever does now."""
    return thing.subject_id if found is None else found.subject_id


def facts(thing: Thing, subject: MemberView | None, *, is_open: bool) -> Facts:
    """What decides on what can be done."""
    return Facts(
        is_open=is_open,
        is_there=thing.is_there,
        is_hidden=thing.is_hidden,
        is_held=thing.is_held,
        # Somebody who left cannot be warned or suspended.
        has_subject=subject is not None and (subject.is_active or subject.is_suspended),
        has_role=subject is not None and subject.role is not None,
    )


def possible(thing: Thing, subject: MemberView | None, *, is_open: bool) -> tuple[str, ...]:
    """What can be done about it now, the mildest first."""
    return policies.possible(facts(thing, subject, is_open=is_open))


def reports_of(case_id: UUID, *, limit: int = MOST) -> Sequence[ModerationReport]:
    """Who said what, the first first."""
    statement = select(ModerationReport).where(ModerationReport.case_id == case_id).order_by(ModerationReport.id)
    return db.session.scalars(statement.limit(limit)).all()


def reporters_of(case_id: UUID) -> list[UUID]:
    """Everybody who reported it."""
    return list(db.session.scalars(select(ModerationReport.reporter_id).where(ModerationReport.case_id == case_id)))


def has_reported(*, reporter_id: UUID, kind: str, thing_id: UUID) -> bool:
    """Whether somebody said their word already."""
    statement = select(ModerationReport.id).where(
        ModerationReport.reporter_id == reporter_id,
        ModerationReport.kind == kind,
        ModerationReport.thing_id == thing_id,
    )
    return db.session.scalar(statement) is not None


def reported_by(
    account_id: UUID, *, before: UUID | None = None, limit: int = MOST
) -> list[tuple[ModerationReport, ModerationCase, Thing | None]]:
    """What somebody reported, the newest first, paged by the report's id, with its case and as it stands."""
    together = (ModerationCase.hub_id == ModerationReport.hub_id) & (ModerationCase.id == ModerationReport.case_id)
    statement = select(ModerationReport, ModerationCase).join(ModerationCase, together)
    statement = statement.where(ModerationReport.reporter_id == account_id).order_by(ModerationReport.id.desc())
    if before is not None:
        statement = statement.where(ModerationReport.id < before)
    rows = db.session.execute(statement.limit(limit)).all()
    found = things.look_at((report.kind, report.thing_id) for report, _case in rows)
    return [(report, about, found.get((report.kind, report.thing_id))) for report, about in rows]


def outcomes(case_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    """Case → what was done and still counts."""
    found: dict[UUID, set[str]] = {}
    if case_ids:
        statement = select(ModerationAction.case_id, ModerationAction.act).where(
            ModerationAction.case_id.in_(case_ids), ModerationAction.undone_at.is_(None)
        )
        for case_id, act in db.session.execute(statement):
            found.setdefault(case_id, set()).add(act)
    return found


def done_about(account_id: UUID, *, before: UUID | None = None, limit: int = MOST) -> list[Done]:
    """What was decided about somebody, the newest first, paged by the action's id."""
    return _with_appeals(ModerationAction.subject_id == account_id, *_earlier(before), limit=limit)


def told(account_id: UUID, *, before: UUID | None = None, limit: int = MOST) -> list[Done]:
    """The same without what was left as it is: nobody hears of that."""
    about = (ModerationAction.subject_id == account_id, ModerationAction.act != policies.LEAVE)
    return _with_appeals(*about, *_earlier(before), limit=limit)


def _earlier(before: UUID | None) -> tuple[ColumnElement[bool], ...]:
    return () if before is None else (ModerationAction.id < before,)


def done(action_id: UUID) -> Done:
    """One of them. Raises NoSuchAction."""
    found = _with_appeals(ModerationAction.id == action_id, limit=1)
    if not found:
        raise NoSuchAction
    return found[0]


def all_done(action_ids: Collection[UUID]) -> dict[UUID, Done]:
    """Some of them by their ids."""
    found = _with_appeals(ModerationAction.id.in_(action_ids), limit=len(action_ids))
    return {one.action.id: one for one in found}


def _with_appeals(*conditions: ColumnElement[bool], limit: int = MOST) -> list[Done]:
    action, found, appeal = ModerationAction, ModerationCase, ModerationAppeal
    rows = db.session.execute(
        select(action, found, appeal)
        .join(found, (found.hub_id == action.hub_id) & (found.id == action.case_id))
        .outerjoin(appeal, (appeal.hub_id == action.hub_id) & (appeal.action_id == action.id))
        .where(*conditions)
        .order_by(action.id.desc())
        .limit(limit)
    )
    return [Done(*row) for row in rows]


def _reported(account_id: UUID) -> int:
    statement = select(func.coalesce(func.sum(ModerationCase.report_count), 0))
    return int(db.session.scalar(statement.where(ModerationCase.subject_id == account_id)) or 0)
