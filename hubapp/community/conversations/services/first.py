"""First texts of new members, where the hub wants to look at them before anybody else sees them."""

from __future__ import annotations

from datetime import datetime

from hubapp.community.conversations import policies, queries
from hubapp.community.conversations.events import TextHeld
from hubapp.community.conversations.models import Comment, Post
from hubapp.jobs import events
from hubapp.kernel.db import require_hub_id
from hubapp.people.membership import queries as membership


def hold_if_new(*, row: Post | Comment, now: datetime) -> bool:
    """Let a text that is about to be written wait, where its author is new; whether it does."""
    first_held = queries.first_held()
    if not first_held:
        return False
    person = membership.member(row.author_id)
    published = queries.count_published(author_id=row.author_id, at_most=first_held)
    has_role = person is not None and person.role is not None
    if policies.waits(published=published, first_held=first_held, has_role=has_role):
        hold(row=row, now=now)
    return bool(row.is_held)


def tell_of_held(*, row: Post | Comment) -> None:
    """Let those who look hear of it."""
    hub_id = require_hub_id()
    if isinstance(row, Post):
        events.publish(TextHeld(hub_id, row.id, None, row.author_id))
    else:
        events.publish(TextHeld(hub_id, row.post_id, row.id, row.author_id))


def hold(*, row: Post | Comment, now: datetime) -> None:
    """Out of sight without a reason of anybody's, until somebody of the hub has decided."""
    row.is_held, row.hidden_at, row.hidden_by, row.hidden_reason = True, now, row.author_id, ""
