"""Asking for a payment on a hosted page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.money.payments import cards, outbox, queries, wiring
from hubapp.money.payments.gateway_models import CommandKind
from hubapp.money.payments.models import Payment

# To the table, not through the session: the row is written once, and read by nobody before the commit.
ADD = (
    insert(Payment.__table__)
    .on_conflict_do_nothing(index_elements=["hub_id", "reference"])
    .returning(Payment.__table__.c.id)
)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the card page; `amount` per piece in minor units, tax included."""

    name: str
    quantity: int
    amount: int


def request_checkout(
    *,
    reference: str,
    payer_id: UUID | None,
    payer_email: str,
    amount: Money,
    lines: Sequence[Line],
    description: str,
    success_path: str,
    cancel_path: str,
    expires_at: datetime,
    now: datetime,
    saves_card: bool = False,
) -> UUID:
    """Ask for a payment; the card page opens after the commit. The same reference is the same payment.

    Paths lead into the current hub. `saves_card`: the card may be charged again. Refuses with ReferenceTaken when the
    reference stands for another amount.
    """
    hub_id = require_hub_id()
    payment_id = ids.uuid7()
    row = {
        "hub_id": hub_id,
        "id": payment_id,
        "reference": reference,
        "payer_account_id": payer_id,
        "amount": amount.amount,
        "currency": amount.currency,
        "success_path": success_path,
        "cancel_path": cancel_path,
        "expires_at": expires_at,
        "created_at": now,
        "saves_card": saves_card,
    }
    is_new = db.session.execute(ADD, row).first() is not None
    if not is_new and (known := queries.asked_before(reference, amount)) is not None:
        return known
    outbox.add(
        kind=CommandKind.CHECKOUT_CREATE,
        key=f"checkout:{payment_id}",
        subject=f"payment:{payment_id}",
        hub_id=hub_id,
        now=now,
        params={
            "lines": [{"name": line.name, "quantity": line.quantity, "amount": line.amount} for line in lines],
            "description": description,
            "customer_email": payer_email or None,
            **cards.page_words(payer_id, saves_card=saves_card),
            "reference": f"payment:{payment_id}",
            "amount": amount.amount,
            "currency": amount.currency.lower(),
            "success_url": wiring.address_in_hub(hub_id, f"/pay/{payment_id}/return"),
            "cancel_url": wiring.address_in_hub(hub_id, cancel_path),
            "expires_at": expires_at.isoformat(),
            "metadata": {"hub": str(hub_id), "payment": str(payment_id)},
        },
    )
    return payment_id
