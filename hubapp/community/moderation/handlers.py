"""First texts of new members come to the queue."""

from __future__ import annotations

from hubapp.community.conversations.events import TextHeld
from hubapp.community.moderation import services
from hubapp.jobs.events import on
from hubapp.kernel import clock


@on(TextHeld)
def look_at_first_text(event: TextHeld) -> None:
    """Somebody of the hub has to look at it."""
    services.open_held(post_id=event.post_id, comment_id=event.comment_id, now=clock.now())
