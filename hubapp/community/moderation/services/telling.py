"""Who hears of what: the person concerned in any case, those who reported it, and those who look after the hub."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from hubapp.community.moderation import notices, queries, things
from hubapp.community.moderation.events import CaseLeftToCore
from hubapp.community.moderation.models import ModerationAction, ModerationAppeal, ModerationCase
from hubapp.community.moderation.things import Thing
from hubapp.jobs import events
from hubapp.kernel.db import require_hub_id
from hubapp.people.membership import queries as membership
from hubapp.people.membership.models import Role
from hubapp.people.notifications import services as notifications

MINE = "/me/house-rules"
LONGEST_TITLE = 80


def subject(*, action: ModerationAction, case: ModerationCase, kind: str, words: str, now: datetime) -> None:
    """The person concerned reads what was decided (or taken back), and why."""
    if action.subject_id is None:
        return
    notifications.tell(
        kind=kind,
        to_account_ids=[action.subject_id],
        hub_id=require_hub_id(),
        about=f"moderation:{action.id}",
        occasion=kind,
        path=f"{MINE}#a-{action.id}",
        context=_context(action, case, words),
        now=now,
    )


def reporters(*, case: ModerationCase, outcome: str, occasion: str, now: datetime) -> None:
    """Those who reported it hear what came of it: left, acted or undone."""
    notifications.tell(
        kind=notices.REPORT.name,
        to_account_ids=queries.reporters_of(case.id),
        hub_id=require_hub_id(),
        about=f"case:{case.id}",
        occasion=occasion,
        path=f"{MINE}#reports",
        context={"outcome": outcome, "title": title_of(thing=things.look(case.kind, case.thing_id))},
        now=now,
    )


def team(*, case: ModerationCase, thing: Thing, now: datetime) -> None:
    """Those who look after the hub hear that something waits; once per case. Where nobody does, the core is told."""
    everybody = [one for one in membership.team() if one.may("moderation.view")]
    others = [one for one in everybody if one.account_id != case.subject_id]
    is_looked_after = any(one.role == Role.CONNECTOR for one in everybody)
    if not is_looked_after or not any(one.may("moderation.act") for one in others):
        events.publish(CaseLeftToCore(case.hub_id, case.id))
    notifications.tell(
        kind=notices.WAITING.name,
        to_account_ids=[one.account_id for one in others],
        hub_id=require_hub_id(),
        about=f"case:{case.id}",
        occasion="open",
        path=f"/manage/moderation/{case.id}",
        context={"cause": case.cause, "title": title_of(thing=thing)},
        now=now,
    )


def both_sides(*, action: ModerationAction, case: ModerationCase, appeal: ModerationAppeal, now: datetime) -> None:
    """The person concerned, and those who decided, hear what the core says."""
    words = appeal.answer or ""
    context = {**_context(action, case, words), "is_upheld": bool(appeal.is_upheld)}
    team_ids = {one.account_id for one in membership.team() if one.may("moderation.view")}
    for kind, people, path in (
        (notices.ANSWER.name, {appeal.account_id}, f"{MINE}#a-{action.id}"),
        (notices.CORE.name, team_ids - {appeal.account_id}, f"/manage/moderation/{case.id}"),
    ):
        notifications.tell(
            kind=kind,
            to_account_ids=people,
            hub_id=require_hub_id(),
            about=f"moderation:{action.id}",
            occasion="appeal",
            path=path,
            context=context,
            now=now,
        )


def title_of(*, thing: Thing | None) -> str:
    """A few words of a thing, for lists and notices."""
    title = thing.title if thing is not None else ""
    return title if len(title) <= LONGEST_TITLE else title[: LONGEST_TITLE - 1] + "…"


def _context(action: ModerationAction, case: ModerationCase, words: str) -> Mapping[str, Any]:
    title = title_of(thing=things.look(case.kind, case.thing_id))
    return {"act": action.act, "thing": case.kind, "title": title, "words": words}
