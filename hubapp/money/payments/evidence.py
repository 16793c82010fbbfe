"""Evidence: drafted here, its files handed to the provider at once, the whole submitted once; or the loss accepted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.kernel.files import Files
from hubapp.money.payments import dispute_rules, disputes, outbox
from hubapp.money.payments.dispute_models import Dispute, DisputeFile
from hubapp.money.payments.dispute_values import EVIDENCE_FILES, EVIDENCE_TEXTS
from hubapp.money.payments.errors import BadEvidence, DisputeDecided
from hubapp.money.payments.gateway_models import CommandKind

SUBMITTING, CLOSING = "evidence", "loss"


def save_draft(*, dispute_id: UUID, texts: Mapping[str, str]) -> None:
    """Keep what was written so far. Refuses with DisputeDecided or BadEvidence."""
    _keep(_answerable(dispute_id), texts)


def _keep(found: Dispute, texts: Mapping[str, str]) -> None:
    given = {name: texts.get(name, "").strip() for name in EVIDENCE_TEXTS}
    for name, text in given.items():
        if len(text) > dispute_rules.LONGEST_TEXT:
            raise BadEvidence(_("At most %(most)d characters, please.", most=dispute_rules.LONGEST_TEXT), field=name)
    if sum(map(len, given.values())) > dispute_rules.LONGEST_TOGETHER:
        raise BadEvidence(_("All texts together are too long for the bank. Please shorten them."))
    found.draft = {name: text for name, text in given.items() if text}
    db.session.flush()


def attach(
    *, dispute_id: UUID, field: str, filename: str, content: bytes, by: UUID | None, files: Files, now: datetime
) -> None:
    """Keep a file in place of the one before, and hand it over. Refuses with DisputeDecided or BadEvidence."""
    found = _answerable(dispute_id)
    if field not in EVIDENCE_FILES:
        raise BadEvidence(_("Choose what the file shows."), field="kind")
    if len(content) > dispute_rules.LARGEST_FILE:
        raise BadEvidence(_("The file is too large. At most 5 MB, please."), field="file")
    kind = dispute_rules.kind_of(content)
    if kind is None:
        raise BadEvidence(_("Banks read PDF, PNG and JPEG only."), field="file")
    detach(dispute_id=dispute_id, field=field)
    file_id = ids.uuid7()
    # The name by which it is found again, should the answer be lost: no other file has it.
    stored_as = f"hub/{found.hub_id}/dispute/{found.id}/{file_id}.{kind[1]}"
    files.put(stored_as, content)
    db.session.add(
        DisputeFile(
            id=file_id,
            dispute_id=found.id,
            field=field,
            filename=(filename or f"file.{kind[1]}")[:120],
            content_type=kind[0],
            size=len(content),
            stored_as=stored_as,
            uploaded_by=by,
            created_at=now,
        )
    )
    db.session.flush()
    outbox.add(
        kind=CommandKind.FILE_UPLOAD,
        key=f"file:{file_id}",
        subject=f"file:{file_id}",
        hub_id=found.hub_id,
        now=now,
        params={"filename": f"{file_id}.{kind[1]}", "stored_as": stored_as},
    )


def detach(*, dispute_id: UUID, field: str) -> None:
    """Leave a file out. Refuses with DisputeDecided."""
    _answerable(dispute_id)
    known = select(DisputeFile).where(DisputeFile.dispute_id == dispute_id, DisputeFile.field == field)
    for row in db.session.scalars(known):
        db.session.delete(row)
    db.session.flush()


def submit(*, dispute_id: UUID, texts: Mapping[str, str], now: datetime) -> None:
    """Hand everything to the bank; it cannot be changed afterwards. Refuses with DisputeDecided or BadEvidence."""
    found = _answerable(dispute_id)
    _keep(found, texts)
    attached = disputes.files_of(dispute_id)
    if not found.draft and not attached:
        raise BadEvidence(_("There is nothing to hand in yet: write at least what was sold and how it was delivered."))
    if any(file.provider_id is None for file in attached):
        raise BadEvidence(_("A file is still on its way to the payment provider. Try again in a moment."))
    evidence = {**found.draft, **{file.field: file.provider_id for file in attached}}
    _command(found, CommandKind.DISPUTE_SUBMIT, SUBMITTING, {"evidence": evidence}, now)


def accept_loss(*, dispute_id: UUID, now: datetime) -> None:
    """Leave the money to the buyer. Refuses with DisputeDecided."""
    found = _answerable(dispute_id)
    if found.is_inquiry:
        raise DisputeDecided(_("The bank only asks so far. To give the money back, refund the order."))
    _command(found, CommandKind.DISPUTE_CLOSE, CLOSING, {}, now)


def _command(found: Dispute, kind: CommandKind, sending: str, params: dict[str, object], now: datetime) -> None:
    found.attempts += 1
    found.sending, found.failure = sending, None
    outbox.add(
        kind=kind,
        key=f"dispute:{found.id}:{sending}:{found.attempts}",
        subject=f"dispute:{found.id}:{found.attempts}",
        hub_id=found.hub_id,
        now=now,
        params={"dispute_id": found.provider_id, **params},
    )


def _answerable(dispute_id: UUID) -> Dispute:
    found = disputes.dispute_for_change(dispute_id)
    if not found.is_answerable:
        raise DisputeDecided(_("The bank decides now: nothing can be added to this dispute."))
    return found
