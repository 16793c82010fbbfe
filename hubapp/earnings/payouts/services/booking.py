"""A payout in one hub's books: picking what it pays, and booking what became of it. One hub per transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from hubapp.earnings.payouts import jobs, policies, queries
from hubapp.earnings.payouts.models import PartStatus, Payout, PayoutPart, PayoutStatus
from hubapp.earnings.shares import queries as earned
from hubapp.earnings.shares import services as shares
from hubapp.jobs import queue
from hubapp.kernel.db import db, require_hub_id
from hubapp.money.ledger import services as ledger
from hubapp.money.payments import queries as payments
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.models import HubStatus

PROVIDER = "provider"


def prepare_part(*, payout_id: UUID, now: datetime) -> None:
    """Pick what this hub gives to a payout, once, or say why it gives nothing."""
    payout = db.session.get_one(Payout, payout_id)
    if payout.status != PayoutStatus.REQUESTED or queries.parts_of(payout_id):
        return
    part = PayoutPart(
        payout_id=payout_id,
        account_id=payout.account_id,
        currency=payout.currency,
        status=PartStatus.LEFT_OUT,
        amount=0,
        created_at=now,
    )
    # Read anew: the remembered view may be two seconds old, and a freeze counts at once.
    hub = tenancy.by_slug(tenancy.hub_view(require_hub_id()).slug)
    if hub is None or hub.status != HubStatus.OPEN:
        part.reason = _("This hub is frozen: %(reason)s", reason=(hub and hub.frozen_reason) or "")
    else:
        _claim(part, payout, now)
    db.session.add(part)
    db.session.flush()
    queue.enqueue(jobs.GATHER, hub_id=None, arguments={"payout_id": str(payout_id)})


def _claim(part: PayoutPart, payout: Payout, now: datetime) -> None:
    """Claim the rights, without what is kept back for refunds of sales that earlier payouts paid."""
    owner = queries.owner_of(payout.account_id)
    step = payments.transferable_step(payout.currency)
    amount = shares.claim_for_payout(payout_id=payout.id, owner=owner, currency=payout.currency, now=now, step=step)
    if amount > 0:
        part.status, part.amount = PartStatus.CLAIMED, amount
    elif earned.available(owner=owner, currency=payout.currency, now=now) > 0:
        part.reason = _("Less is available than the smallest amount that can be transferred.")
    else:
        part.reason = _("Nothing is available.")


def settle_part(*, payout_id: UUID, now: datetime) -> None:
    """Bring this hub's books to where the payout is; safe to repeat, and right after any number of missed steps."""
    part = db.session.scalar(
        select(PayoutPart)
        .where(PayoutPart.payout_id == payout_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    payout = db.session.scalars(
        select(Payout).where(Payout.id == payout_id).execution_options(populate_existing=True)
    ).one()
    if part is None:
        return
    for step in policies.steps(payout.status, part.status, is_bounced=payout.bounced_at is not None):
        _book(payout, part, step)
        part.status, part.settled_at = step, now
    db.session.flush()


def _book(payout: Payout, part: PayoutPart, step: PartStatus) -> None:
    owner = queries.owner_of(payout.account_id)
    connected = (owner, ledger.Purpose.CONNECTED_BALANCE)
    provider = (PROVIDER, ledger.Purpose.PROVIDER_BALANCE)
    if step is PartStatus.TRANSFERRED:
        _post(payout, part, "transfer", source=provider, target=connected, at=payout.transferred_at)
    elif step is PartStatus.PAID:
        paid_at = payout.paid_at or payout.finished_at
        _post(payout, part, "paid", source=connected, target=(owner, ledger.Purpose.OWED), at=paid_at)
    elif step is PartStatus.BOUNCED:
        _post(payout, part, "bounced", source=(owner, ledger.Purpose.OWED), target=connected, at=payout.bounced_at)
    elif step is PartStatus.RELEASED:
        if part.status in {PartStatus.TRANSFERRED, PartStatus.BOUNCED}:
            _post(payout, part, "returned", source=connected, target=provider, at=payout.finished_at)
        shares.release_payout(payout_id=payout.id)


def _post(
    payout: Payout,
    part: PayoutPart,
    what: str,
    *,
    source: tuple[str, ledger.Purpose],
    target: tuple[str, ledger.Purpose],
    at: datetime | None,
) -> None:
    legs = (ledger.Leg(*target, part.amount), ledger.Leg(*source, -part.amount))
    entry = ledger.NewEntry(
        key=f"payout:{payout.id}:{what}",
        kind=f"payout_{what}",
        ref=f"payout:{payout.id}",
        currency=payout.currency,
        # Times of the payout's own row: the same entry again must say the same.
        occurred_at=at or payout.requested_at,
        legs=legs,
    )
    ledger.post(entry=entry)
