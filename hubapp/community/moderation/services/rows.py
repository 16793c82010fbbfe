"""A case under its lock: reports, decisions, undoing and appeals about one thing go one after the other."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from hubapp.community.moderation.errors import NoSuchAction, NoSuchCase
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase
from hubapp.community.moderation.things import Thing
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id


def case_for_change(*, case_id: UUID) -> ModerationCase:
    """A case as it is now, locked until the transaction ends. Raises NoSuchCase."""
    statement = select(ModerationCase).where(ModerationCase.id == case_id).with_for_update(key_share=True)
    found: ModerationCase | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise NoSuchCase
    return found


def action_for_change(*, action_id: UUID) -> tuple[ModerationAction, ModerationCase]:
    """An action as it is now, with its case locked. Raises NoSuchAction."""
    case_id = db.session.scalar(select(ModerationAction.case_id).where(ModerationAction.id == action_id))
    if case_id is None:
        raise NoSuchAction
    case = case_for_change(case_id=case_id)
    statement = select(ModerationAction).where(ModerationAction.id == action_id)
    return db.session.scalars(statement.execution_options(populate_existing=True)).one(), case


def appeal_of(*, action_id: UUID) -> ModerationAppeal | None:
    """The appeal against an action, as it is now."""
    statement = select(ModerationAppeal).where(ModerationAppeal.action_id == action_id)
    return db.session.scalar(statement.execution_options(populate_existing=True))


def open_case(*, thing: Thing, cause: str, now: datetime) -> ModerationCase:
    """The open case about a thing, locked; a new one where there is none. However many ask at once, it is one."""
    asked = select(ModerationCase.id).where(
        ModerationCase.kind == thing.kind, ModerationCase.thing_id == thing.id, ModerationCase.closed_at.is_(None)
    )
    while True:
        db.session.execute(
            insert(ModerationCase)
            .values(
                hub_id=require_hub_id(),
                id=ids.uuid7(),
                kind=thing.kind,
                thing_id=thing.id,
                subject_id=thing.subject_id,
                cause=cause,
                report_count=0,
                opened_at=now,
            )
            .on_conflict_do_nothing(
                index_elements=["hub_id", "kind", "thing_id"], index_where=text("closed_at IS NULL")
            )
        )
        case_id = db.session.scalar(asked)
        if case_id is None:  # decided between the two statements
            continue
        found = case_for_change(case_id=case_id)
        # Whoever had to wait may find that it was decided meanwhile.
        if found.is_open:
            return found


def count_actions(*, case_id: UUID) -> int:
    """How many decisions there are, undone ones among them."""
    statement = select(func.count()).select_from(ModerationAction).where(ModerationAction.case_id == case_id)
    return db.session.scalar(statement) or 0
