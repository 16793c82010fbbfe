"""Disputes and their evidence spelled out as the provider's requests; the part of the gateway that deals with them."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from hubapp.money.payments import stripe_values as values
from hubapp.money.payments.dispute_values import EVIDENCE_FILES, EVIDENCE_TEXTS, DisputeState, FileState
from hubapp.money.payments.gateway_values import Outcome
from hubapp.money.payments.stripe_cards import StripeCards
from hubapp.money.payments.stripe_line import Params
from hubapp.money.payments.stripe_values import Body
from hubapp.money.payments.units import from_provider

PURPOSE = "dispute_evidence"


@dataclass(frozen=True, slots=True)
class DisputeRequests(StripeCards):
    """What the gateway asks about disputes, over its line."""

    def retrieve_dispute(self, dispute_id: str) -> DisputeState:
        """Look a dispute up."""
        return dispute(self.line.ask(self._on(self.line.v1.disputes.retrieve, dispute_id), {}))

    def disputes(self, *, created_after: datetime) -> Iterator[DisputeState]:
        """All disputes opened since a moment, newest first."""
        return (dispute(body) for body in self.line.each(self.line.v1.disputes.list, values.since(created_after)))

    def submit_evidence(self, *, key: str, dispute_id: str, evidence: Mapping[str, str]) -> Outcome[DisputeState]:
        """Hand evidence to the bank: texts, and ids of uploaded files. It cannot be changed afterwards."""
        call = self._on(self.line.v1.disputes.update, dispute_id)
        return self.line.send(call, {"evidence": dict(evidence), "submit": True}, key=key, read=dispute)

    def close_dispute(self, *, key: str, dispute_id: str) -> Outcome[DisputeState]:
        """Accept the loss."""
        return self.line.send(self._on(self.line.v1.disputes.close, dispute_id), {}, key=key, read=dispute)

    def upload_evidence(self, *, key: str, filename: str, content: bytes) -> Outcome[FileState]:
        """Hand a file in under a name by which it can be found again."""
        sent = io.BytesIO(content)
        sent.name = filename
        return self.line.send(self.line.v1.files.create, {"purpose": PURPOSE, "file": sent}, key=key, read=file)

    def find_evidence(self, *, filename: str, created_after: datetime) -> FileState | None:
        """The newest uploaded file of that name."""
        params: Params = values.since(created_after) | {"purpose": PURPOSE}
        found = (file(body) for body in self.line.each(self.line.v1.files.list, params))
        return next((state for state in found if state.filename == filename), None)


def dispute(body: Body) -> DisputeState:
    """A dispute; its evidence without what nobody filled in."""
    details = body["evidence_details"]
    given = {name: values.reference(body["evidence"].get(name)) for name in (*EVIDENCE_TEXTS, *EVIDENCE_FILES)}
    return DisputeState(
        id=body["id"],
        charge_id=values.reference(body["charge"]) or "",
        amount=from_provider(body["amount"], body["currency"]),
        currency=body["currency"],
        reason=body["reason"],
        status=body["status"],
        is_refundable=body["is_charge_refundable"],
        has_evidence=details["has_evidence"],
        submissions=details["submission_count"],
        created=values.moment(body["created"]),
        due_by=None if not details.get("due_by") else values.moment(details["due_by"]),
        lines=tuple(values.balance_transaction(line) for line in body["balance_transactions"]),
        evidence={name: value for name, value in given.items() if value},
    )


def file(body: Body) -> FileState:
    """An uploaded file."""
    return FileState(body["id"], body.get("filename") or "", body["size"], values.moment(body["created"]))
