"""Papers: asked for once, made once, forgotten after some days."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs import queue
from hubapp.kernel import ids, pdf
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.files import Files
from hubapp.people.accounts import services as accounts
from hubapp.people.papers.models import Paper, PaperStatus

log = structlog.get_logger(__name__)

MAKE = "papers.make"
KEPT = timedelta(days=30)
GIVEN_UP = timedelta(minutes=10)  # what is still not made by then, or failed, may be asked for anew
FORGOTTEN_AT_ONCE = 500
# Of the worker's places so many make papers at most, whatever people ask for; the rest stays free for money and mails.
AT_ONCE = 2


def ask(*, account_id: UUID, html: str, name: str, address: str, sheet: str, now: datetime) -> Paper:
    """The paper of this page for this person, made or waiting; what was asked for before is not made again.

    Refuses with TooManyAttempts.
    """
    digest = hashlib.sha256(html.encode()).hexdigest()
    row = {"account_id": account_id, "digest": digest, "name": name, "address": address, "sheet": sheet}
    statement = insert(Paper).values(hub_id=require_hub_id(), id=ids.uuid7(), html=html, asked_at=now, **row)
    kept = statement.on_conflict_do_nothing(index_elements=["hub_id", "account_id", "digest"])
    is_new = db.session.scalar(kept.returning(Paper.id)) is not None
    same = (Paper.account_id == account_id, Paper.digest == digest)
    paper = db.session.scalars(select(Paper).where(*same).execution_options(populate_existing=True)).one()
    if is_new or _is_begun_anew(paper, html, now):
        accounts.limit(kind="pdf account", subject=str(account_id), now=now)
        _enqueue(paper)
    return paper


def ask_again(*, paper: Paper, html: str, now: datetime) -> None:
    """Make a paper anew whose file is gone. Refuses with TooManyAttempts."""
    accounts.limit(kind="pdf account", subject=str(paper.account_id), now=now)
    paper.status, paper.html, paper.reason, paper.asked_at, paper.made_at = PaperStatus.WAITING, html, "", now, None
    db.session.flush()
    _enqueue(paper)


def _is_begun_anew(paper: Paper, html: str, now: datetime) -> bool:
    """Of several who ask at once, one begins."""
    if paper.status == PaperStatus.MADE or paper.asked_at > now - GIVEN_UP:
        return False
    statement = update(Paper).where(
        Paper.id == paper.id, Paper.status != PaperStatus.MADE, Paper.asked_at <= now - GIVEN_UP
    )
    begun = statement.values(status=PaperStatus.WAITING, html=html, reason="", asked_at=now).returning(Paper.id)
    is_begun = db.session.scalar(begun) is not None
    db.session.refresh(paper)
    return is_begun


def _enqueue(paper: Paper) -> None:
    lock = f"{MAKE}:{paper.account_id.int % AT_ONCE}"
    queue.enqueue(MAKE, hub_id=paper.hub_id, lock=lock, arguments={"paper_id": str(paper.id)})


def make(*, paper_id: UUID, files: Files, folder: Path, now: datetime) -> None:
    """Make the PDF and keep it; twice does no harm. A page that cannot be made fails for good, with the reason.

    Raises FilesUnavailable, after which it is worth trying again.
    """
    paper = db.session.scalar(select(Paper).where(Paper.id == paper_id))
    if paper is None or paper.status != PaperStatus.WAITING:
        return
    try:
        content = pdf.render(paper.html, folder=folder)
    except (pdf.NotMade, pdf.PdfUnavailable) as refusal:
        reason = refusal.reason if isinstance(refusal, pdf.NotMade) else "unavailable"
        log.warning("paper failed", paper_id=str(paper_id), reason=reason)
        paper.status, paper.reason, paper.html = PaperStatus.FAILED, reason, ""
        db.session.flush()
        return
    files.put(paper.key, content)
    paper.status, paper.made_at, paper.html = PaperStatus.MADE, now, ""
    db.session.flush()


def forget_old(*, files: Files, now: datetime) -> int:
    """Drop papers of all hubs that nobody asked for lately, file first; answers how many (platform scope)."""
    old = db.session.scalars(
        select(Paper).where(Paper.asked_at < now - KEPT).order_by(Paper.asked_at).limit(FORGOTTEN_AT_ONCE)
    ).all()
    for paper in old:
        files.delete(paper.key)
    db.session.execute(delete(Paper).where(Paper.id.in_([paper.id for paper in old])))
    return len(old)
