"""The blueprint that the pages of messages share, and who may open them."""

from __future__ import annotations

from uuid import UUID

from flask import abort, request

from hubapp.people.membership.queries import MemberView
from hubapp.people.membership.views import guards
from hubapp.web import areas

pages = areas.hub_blueprint("messages", __name__)
NOTHING = ("", 204)


def refuse_if_off() -> None:
    """404 where the hub has no messages."""
    if not areas.current_hub().features.get("messages", True):
        abort(404)


def reader() -> MemberView:
    """The member who asks, in a hub that has messages; while suspended they read, and the services refuse the rest."""
    refuse_if_off()
    return guards.reader_or_403()


def key(name: str) -> UUID | None:
    """A key from the address; nonsense is none."""
    try:
        return UUID(request.values.get(name, ""))
    except ValueError:
        return None
