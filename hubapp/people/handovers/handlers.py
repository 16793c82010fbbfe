"""Telling those whom a handover concerns."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from typing import Any

from hubapp.jobs.events import on
from hubapp.kernel import clock
from hubapp.people.handovers import queries
from hubapp.people.handovers.events import HandoverAccepted, HandoverClosed, HandoverProposed
from hubapp.people.handovers.models import Handover, HandoverStatus
from hubapp.people.handovers.notices import ASKED, DECLINED, DONE, WITHDRAWN
from hubapp.people.membership import queries as membership
from hubapp.people.membership.queries import MemberView
from hubapp.people.notifications import services as notifications
from hubapp.people.notifications.kinds import Kind
from hubapp.people.notifications.services import By


@on(HandoverProposed)
def tell_the_one_asked(event: HandoverProposed) -> None:
    """Unless it is over already."""
    row = queries.handover(event.handover_id)
    taker = membership.member_by_id(row.to_membership_id) if row else None
    if row is None or taker is None or row.status != HandoverStatus.PROPOSED:
        return
    by = By(row.proposed_by, row.proposed_name)
    _tell(ASKED, row, [taker.account_id], f"/handover/{row.id}", by, {})


@on(HandoverAccepted)
def tell_of_the_new_connector(event: HandoverAccepted) -> None:
    """The one who handed over, and everybody else of the team."""
    row = queries.handover(event.handover_id)
    taker = membership.member_by_id(row.to_membership_id) if row else None
    if row is None or taker is None:
        return
    giver = _member(row.from_membership_id)
    people = {one.account_id for one in membership.team()} | ({giver.account_id} if giver else set())
    context = {"giver": giver.display_name if giver else ""}
    _tell(DONE, row, people, f"/members/@{taker.handle}", By(taker.account_id, taker.display_name), context)


@on(HandoverClosed)
def tell_that_it_came_to_nothing(event: HandoverClosed) -> None:
    """The giver if it was declined; the one asked if it was withdrawn."""
    row = queries.handover(event.handover_id)
    if row is None:
        return
    giver, taker = _member(row.from_membership_id), _member(row.to_membership_id)
    if row.status != HandoverStatus.DECLINED:
        people = [taker.account_id] if taker else []
        _tell(WITHDRAWN, row, people, "/", By(row.proposed_by, row.proposed_name), {})
    elif giver is not None and taker is not None:
        by = By(taker.account_id, taker.display_name)
        _tell(DECLINED, row, [giver.account_id], "/manage/handover", by, {"is_declined": True})


def _member(membership_id: uuid.UUID | None) -> MemberView | None:
    return None if membership_id is None else membership.member_by_id(membership_id)


def _tell(kind: Kind, row: Handover, people: Collection[uuid.UUID], path: str, by: By, context: dict[str, Any]) -> None:
    notifications.tell(
        kind=kind.name,
        to_account_ids=people,
        hub_id=row.hub_id,
        about=f"handover:{row.id}",
        occasion=row.status,
        path=path,
        context=context,
        by=by,
        now=clock.now(),
    )
