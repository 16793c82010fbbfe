"""Saved cards: kept when a page has taken one, charged while their owner is away, changed on a page of its own."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from hubapp.jobs.events import publish
from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.kernel.money import Money
from hubapp.money.payments import outbox, queries, wiring
from hubapp.money.payments.errors import CardNotFound
from hubapp.money.payments.events import CardSaved
from hubapp.money.payments.gateway import CheckoutSession, SetupState
from hubapp.money.payments.gateway import SavedCard as Kept
from hubapp.money.payments.gateway_models import CommandKind
from hubapp.money.payments.models import CardSetup, Payment, SavedCard, SetupStatus

# No page closes it: the provider answers at once, or the outcome is looked up.
CHARGE_LASTS = timedelta(days=2)
SETUP_LASTS = timedelta(minutes=70)


def card(card_id: UUID) -> SavedCard:
    """A saved card of this hub. Refuses with CardNotFound."""
    found: SavedCard | None = db.session.scalar(select(SavedCard).where(SavedCard.id == card_id))
    if found is None:
        raise CardNotFound
    return found


def customer_of(account_id: UUID | None) -> str | None:
    """The provider's name for somebody whose card we keep; None: they are new to it."""
    latest = select(SavedCard.customer_id).where(SavedCard.account_id == account_id)
    return db.session.scalar(latest.order_by(SavedCard.created_at.desc(), SavedCard.id.desc()).limit(1))


def page_words(payer_id: UUID | None, *, saves_card: bool) -> dict[str, Any]:
    """What a hosted page's command says about keeping the card; nothing where it is not kept."""
    return {"saves_card": True, "customer_id": customer_of(payer_id)} if saves_card else {}


def keep(*, card: Kept, account_id: UUID, now: datetime) -> UUID:
    """Write a card down; the same card of the provider is the same row."""
    values = {
        "hub_id": require_hub_id(),
        "id": ids.uuid7(),
        "account_id": account_id,
        "customer_id": card.customer_id,
        "method_id": card.method_id,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "created_at": now,
    }
    db.session.execute(insert(SavedCard).values(values).on_conflict_do_nothing(index_elements=["hub_id", "method_id"]))
    return db.session.scalars(select(SavedCard.id).where(SavedCard.method_id == card.method_id)).one()


def request_charge(
    *, reference: str, payer_id: UUID, card_id: UUID, amount: Money, description: str, path: str, now: datetime
) -> UUID:
    """Charge a saved card after the commit, while its owner is away. The same reference is the same payment.

    `path` leads to the page about it in this hub. Refuses with CardNotFound, or ReferenceTaken when the reference
    stands for another amount.
    """
    hub_id = require_hub_id()
    if (known := queries.asked_before(reference, amount)) is not None:
        return known
    saved = card(card_id)
    if saved.account_id != payer_id:
        raise CardNotFound
    payment = Payment(
        reference=reference,
        payer_account_id=payer_id,
        amount=amount.amount,
        currency=amount.currency,
        card_id=card_id,
        success_path=path,
        cancel_path=path,
        expires_at=now + CHARGE_LASTS,
        created_at=now,
    )
    db.session.add(payment)
    db.session.flush()
    outbox.add(
        kind=CommandKind.CHARGE_CREATE,
        key=f"charge:{payment.id}",
        subject=f"payment:{payment.id}",
        hub_id=hub_id,
        now=now,
        params={
            "amount": payment.amount,
            "currency": payment.currency.lower(),
            "customer_id": saved.customer_id,
            "method_id": saved.method_id,
            "description": description,
            "metadata": {"hub": str(hub_id), "payment": str(payment.id)},
            "transfer_group": f"payment:{payment.id}",
        },
    )
    return payment.id


def request_setup(
    *, account_id: UUID, reference: str, currency: str, success_path: str, cancel_path: str, now: datetime
) -> UUID:
    """Ask for a page that saves a card; it opens after the commit."""
    hub_id = require_hub_id()
    setup = CardSetup(
        account_id=account_id,
        reference=reference,
        success_path=success_path,
        cancel_path=cancel_path,
        created_at=now,
        expires_at=now + SETUP_LASTS,
    )
    db.session.add(setup)
    db.session.flush()
    outbox.add(
        kind=CommandKind.SETUP_CREATE,
        key=f"setup:{setup.id}",
        subject=f"setup:{setup.id}",
        hub_id=hub_id,
        now=now,
        params={
            "reference": f"setup:{setup.id}",
            "currency": currency.lower(),
            "customer_id": customer_of(account_id),
            "success_url": wiring.address_in_hub(hub_id, f"/pay/card/{setup.id}/return"),
            "cancel_url": wiring.address_in_hub(hub_id, cancel_path),
            "expires_at": setup.expires_at.isoformat(),
            "metadata": {"hub": str(hub_id), "setup": str(setup.id)},
        },
    )
    return setup.id


def setup(setup_id: UUID) -> CardSetup:
    """A page that saves a card, of this hub. Refuses with CardNotFound."""
    found: CardSetup | None = db.session.scalar(select(CardSetup).where(CardSetup.id == setup_id))
    if found is None:
        raise CardNotFound
    return found


def _locked(setup_id: UUID) -> CardSetup:
    statement = select(CardSetup).where(CardSetup.id == setup_id).with_for_update()
    found: CardSetup | None = db.session.scalar(statement.execution_options(populate_existing=True))
    if found is None:
        raise CardNotFound
    return found


def open_setup(*, setup_id: UUID, session: CheckoutSession) -> None:
    """The provider made the page."""
    found = _locked(setup_id)
    if found.status == SetupStatus.NEW:
        found.status, found.checkout_id, found.checkout_url = SetupStatus.OPEN, session.id, session.url
    db.session.flush()


def fail_setup(*, setup_id: UUID) -> None:
    """The provider will never make the page."""
    found = _locked(setup_id)
    if found.status == SetupStatus.NEW:
        found.status = SetupStatus.FAILED
    db.session.flush()


def observe_setup(*, setup_id: UUID, now: datetime) -> SetupStatus:
    """Look whether a page has its card; tells once. Raises the gateway's errors."""
    found = setup(setup_id)
    if found.status != SetupStatus.OPEN or found.checkout_id is None:
        return SetupStatus(found.status)
    return apply_setup(setup_id=setup_id, state=wiring.gateway().retrieve_setup(found.checkout_id), now=now)


def apply_setup(*, setup_id: UUID, state: SetupState, now: datetime) -> SetupStatus:
    """Take over what a look showed, under the row's lock."""
    found = _locked(setup_id)
    found.checked_at = now
    if found.status == SetupStatus.OPEN and state.card is not None:
        found.card_id = keep(card=state.card, account_id=found.account_id, now=now)
        found.status = SetupStatus.DONE
        publish(CardSaved(found.hub_id, found.card_id, found.account_id, found.reference))
    elif found.status == SetupStatus.OPEN and state.status == "expired":
        found.status = SetupStatus.EXPIRED
    db.session.flush()
    return SetupStatus(found.status)
