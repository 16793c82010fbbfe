"""What readers are told of a text, and where it stands; told no more once it is hidden or taken back."""

from __future__ import annotations

from uuid import UUID

from hubapp.people.notifications import services as notifications

GONE = "…"  # what stands for a title that nobody is to read any more, in every language


def about(post_id: UUID) -> str:
    """The conversation, as notices name it."""
    return f"post:{post_id}"


def path(post_id: UUID, comment_id: UUID | None) -> str:
    """Where it stands."""
    return f"/feed/{post_id}" if comment_id is None else f"/feed/{post_id}?at=end#c-{comment_id}"


def unsay(*, hub_id: int, post_id: UUID, comment_id: UUID | None) -> None:
    """Take the words of a text out of notices; of a post its title as well, wherever an answer was told of."""
    thing = about(post_id)
    notifications.unsay(hub_id=hub_id, about=thing, path=path(post_id, comment_id), instead={"words": ""})
    if comment_id is None:
        notifications.unsay(hub_id=hub_id, about=thing, instead={"title": GONE})
