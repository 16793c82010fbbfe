"""What lists of members share: the size of a page and the key to the next one."""

from __future__ import annotations

import uuid
from datetime import datetime

from flask import request, url_for

from hubapp.people.membership.invite_queries import InviteView
from hubapp.people.membership.queries import MemberView
from hubapp.web import areas

PAGE = 30


def is_shared() -> bool:
    """Whether this hub lets members see one another."""
    return bool(areas.current_hub().features.get("members_directory", True))


def read_key(text: str) -> tuple[datetime, uuid.UUID] | None:
    """Where the next page starts, from the address; nonsense starts at the top."""
    moment, _, key = text.partition("_")
    try:
        at = datetime.fromisoformat(moment)
        return (at, uuid.UUID(key)) if at.tzinfo else None
    except ValueError:
        return None


def key_text(last: MemberView | InviteView) -> str:
    """Where the page after this one begins, for an address."""
    at = last.created_at if isinstance(last, InviteView) else last.joined_at
    return f"{at.isoformat()}_{last.id}"


def next_url(found: list[MemberView], endpoint: str) -> str:
    """The address of the next page, if there is one more row than a page holds."""
    if len(found) <= PAGE:
        return ""
    key = key_text(found[PAGE - 1])
    return url_for(endpoint, after=key, q=request.args.get("q") or None, kind=request.args.get("kind") or None)
