"""What somebody began to write."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from hubapp.community.conversations.models import Draft
from hubapp.kernel.db import db


def draft(*, owner: str, place: str) -> dict[str, Any]:
    """The content of a draft; empty where there is none."""
    found = db.session.scalar(select(Draft.content).where(Draft.owner == owner, Draft.place == place))
    return dict(found or {})
