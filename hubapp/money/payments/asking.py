"""Asking for a payment on a hosted page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.money.payments import cards, outbox, queries, wiring
from hubapp.money.payments.models import CommandKind, Payment


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
    # Not in the session: the row is written here, once, and read by nobody before the commit.
    payment = Payment(
        hub_id=hub_id,
        id=ids.uuid7(),
        reference=reference,
        payer_account_id=payer_id,
        amount=amount.amount,
        currency=amount.currency,
        success_path=success_path,
        cancel_path=cancel_path,
        expires_at=expires_at,
        created_at=now,
        saves_card=saves_card,
    )
    if not _is_new(payment) and (known := queries.asked_before(reference, amount)) is not None:
        return known
    params = {
        "lines": [{"name": line.name, "quantity": line.quantity, "amount": line.amount} for line in lines],
        "description": description,
        "customer_email": payer_email or None,
        **cards.page_words(payer_id, saves_card=saves_card),
    }
    outbox.add(
        kind=CommandKind.CHECKOUT_CREATE,
        key=f"checkout:{payment.id}",
        subject=f"payment:{payment.id}",
        hub_id=hub_id,
        now=now,
        params=params | _page_of(payment, hub_id),
    )
    return payment.id


def _is_new(payment: Payment) -> bool:
    """Write the row, unless its reference is known."""
    values = {key: value for key, value in vars(payment).items() if not key.startswith("_")}
    statement = insert(Payment).values(values).on_conflict_do_nothing(index_elements=["hub_id", "reference"])
    return db.session.execute(statement.returning(Payment.id)).first() is not None


def _page_of(payment: Payment, hub_id: int) -> dict[str, Any]:
    """The part of a card page's parameters that the payment's row says."""
    return {
        "reference": f"payment:{payment.id}",
        "amount": payment.amount,
        "currency": payment.currency.lower(),
        "success_url": wiring.address_in_hub(hub_id, f"/pay/{payment.id}/return"),
        "cancel_url": wiring.address_in_hub(hub_id, payment.cancel_path),
        "expires_at": payment.expires_at.isoformat(),
        "metadata": {"hub": str(hub_id), "payment": str(payment.id)},
    }
