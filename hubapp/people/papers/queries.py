"""Reading papers: one's own only."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import select

from hubapp.kernel.db import db
from hubapp.people.papers.errors import PaperNotFound
from hubapp.people.papers.models import Paper


def paper_of(*, account_id: UUID, paper_id: UUID) -> Paper:
    """Somebody's paper in the hub in scope; refuses with PaperNotFound when it is not theirs."""
    found: Paper | None = db.session.scalar(select(Paper).where(Paper.id == paper_id, Paper.account_id == account_id))
    if found is None:
        raise PaperNotFound
    return found
