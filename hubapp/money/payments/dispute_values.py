"""The values of disputes that a payment gateway takes and returns, and the names of what banks take as evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from hubapp.money.payments.gateway_values import BalanceTransaction

# What a person can write, and what they can hand in as a file, by the provider's names.
EVIDENCE_TEXTS = (
    "product_description",
    "customer_name",
    "customer_email_address",
    "shipping_carrier",
    "shipping_date",
    "shipping_tracking_number",
    "shipping_address",
    "service_date",
    "refund_policy_disclosure",
    "refund_refusal_explanation",
    "cancellation_rebuttal",
    "uncategorized_text",
)
EVIDENCE_FILES = (
    "receipt",
    "customer_communication",
    "shipping_documentation",
    "service_documentation",
    "refund_policy",
    "uncategorized_file",
)


@dataclass(frozen=True, slots=True)
class DisputeState:
    """A dispute as the provider has it; `lines` are what it moved on the provider's own books so far."""

    id: str
    charge_id: str
    amount: int
    currency: str
    reason: str
    status: str
    is_refundable: bool
    has_evidence: bool
    submissions: int
    created: datetime
    due_by: datetime | None = None
    lines: tuple[BalanceTransaction, ...] = ()
    evidence: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class FileState:
    """A file that the provider keeps."""

    id: str
    filename: str
    size: int
    created: datetime
