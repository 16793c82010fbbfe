"""Tables of payouts: payees and payouts, runs, documents."""

from __future__ import annotations

from hubapp.earnings.payouts.models.documents import DocumentCounter, PayeeTax, PayoutDocument, TaxForm
from hubapp.earnings.payouts.models.payouts import (
    MAY_RETURN,
    PartStatus,
    Payee,
    PayeeStatus,
    Payout,
    PayoutPart,
    PayoutStatus,
    Rhythm,
)
from hubapp.earnings.payouts.models.runs import ItemStatus, PayoutRun, PayoutRunItem, RunStatus

__all__ = [
    "MAY_RETURN",
    "DocumentCounter",
    "ItemStatus",
    "PartStatus",
    "Payee",
    "PayeeStatus",
    "PayeeTax",
    "Payout",
    "PayoutDocument",
    "PayoutPart",
    "PayoutRun",
    "PayoutRunItem",
    "PayoutStatus",
    "Rhythm",
    "RunStatus",
    "TaxForm",
]
