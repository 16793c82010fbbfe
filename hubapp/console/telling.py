"""Telling the central team what waits for the core to decide (platform scope)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from hubapp.community.moderation import network, things
from hubapp.community.moderation.services import telling
from hubapp.console import notices
from hubapp.people.accounts import network as accounts
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.kinds import Kind
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import in_hub


def of_case(*, case_id: UUID, now: datetime) -> None:
    """Something waits that nobody of its hub decides; once per case, and not if somebody does meanwhile."""
    case = network.case(case_id)
    if not case.is_open or not network.why_core(case):
        return
    with in_hub(case.hub_id):
        title = telling.title_of(thing=things.look(case.kind, case.thing_id))
    context = {"cause": case.cause, "title": title, "hub": tenancy.hub_view(case.hub_id).name}
    _tell(notices.CASE, f"case:{case.id}", f"/console/appeals/cases/{case.id}", context, case.subject_id, now)


def of_appeal(*, appeal_id: UUID, now: datetime) -> None:
    """Somebody asks the core; once, and not if the hub took its decision back meanwhile."""
    appeal = network.appeal(appeal_id)
    if appeal.decided_at is not None:
        return
    context = {"words": appeal.words[: things.EXCERPT], "hub": tenancy.hub_view(appeal.hub_id).name}
    _tell(notices.APPEAL, f"appeal:{appeal.id}", f"/console/appeals/{appeal.id}", context, appeal.account_id, now)


def _tell(kind: Kind, about: str, path: str, context: Mapping[str, str], concerned: UUID | None, now: datetime) -> None:
    notifications.tell(
        kind=kind.name,
        to_account_ids=[one for one in accounts.central_team() if one != concerned],
        hub_id=None,
        about=about,
        occasion="open",
        path=path,
        context=context,
        now=now,
    )
