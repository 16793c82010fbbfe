"""Invoices: one document for each booking of an order, numbered by its seller without a gap, and never changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from flask_babel import force_locale
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from hubapp.kernel import ids
from hubapp.kernel.db import db, require_hub_id
from hubapp.market.orders import errors as refusals
from hubapp.market.orders import invoice_queries, invoice_rules, merchants, queries
from hubapp.market.orders.invoice_models import BillingDetail, DocumentKind, SalesDocument
from hubapp.market.orders.invoice_rules import Billing, RatePart
from hubapp.market.orders.models import Order, Source
from hubapp.market.orders.services import steps
from hubapp.money.ledger import queries as ledger
from hubapp.money.ledger.queries import EntryView
from hubapp.people.accounts import queries as accounts
from hubapp.people.membership import queries as membership
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.queries import HubView

KINDS = {
    "sale": DocumentKind.INVOICE,
    "refund": DocumentKind.CREDIT_NOTE,
    "dispute_lost": DocumentKind.CREDIT_NOTE,
    "refund_failed": DocumentKind.DEBIT_NOTE,
}
# What buyers paid and got back, as the reports of taxes count it too: documents and reports add up to the same.
PAID = {"charge", "refund", "lost"}


def follow_books(*, order_id: UUID, now: datetime) -> int:
    """Make the documents that the order's bookings still want; answers how many. Safe to repeat, at any time."""
    order = steps.locked_order(order_id=order_id)
    return _follow(order, now) if _is_invoiced_here(order) else 0


def _is_invoiced_here(order: Order) -> bool:
    return order.source == Source.SHOP and order.paid_at is not None


def _follow(order: Order, now: datetime) -> int:
    made = list(invoice_queries.documents_of(order.id))
    known, count = {document.cause for document in made}, 0
    for entry in ledger.entries_of(f"order:{order.id}"):
        gross = sum(leg.amount for leg in entry.legs if leg.tag in PAID)
        if entry.kind in KINDS and entry.key not in known and gross:
            made.append(_of_entry(order, entry, gross, made, now))
            count += 1
    return count


def _of_entry(
    order: Order, entry: EntryView, gross: int, made: Sequence[SalesDocument], now: datetime
) -> SalesDocument:
    tax = -sum(leg.amount for leg in entry.legs if leg.tag == "tax")
    kind, invoice = KINDS[entry.kind], invoice_queries.current(made)
    if kind == DocumentKind.INVOICE:
        rows = ((line.tax_rate, line.gross + line.shipping, line.tax + line.shipping_tax) for line in _lines(order))
        return _write(order, kind, entry.key, invoice_rules.parts_of_lines(rows, gross=gross, tax=tax), None, now)
    if kind == DocumentKind.DEBIT_NOTE:
        # A refund that failed has the key of the one that was booked, with another end.
        booked = entry.key.removesuffix("failed") + "settled"
        credit = next(document for document in made if document.cause == booked)
        parts = invoice_rules.opposite(invoice_rules.parts_of(credit.content))
        return _write(order, kind, entry.key, parts, credit, now, reason=entry.kind)
    remaining = invoice_rules.left(invoice_rules.parts_of(document.content) for document in made)
    parts = invoice_rules.taken(remaining, gross=gross, tax=tax)
    return _write(order, kind, entry.key, parts, invoice, now, reason=entry.kind)


def correct_invoice(*, order_id: UUID, buyer_id: UUID, billing: Billing, now: datetime) -> None:
    """Keep what the buyer's invoices say of them; where this order's says something else, replace it by another.

    What was issued stays: a credit note takes the rest of it back, and a new invoice is about that rest. Refuses with
    NoSuchOrder, TooLateToCorrect, NothingToInvoice or TooManyCorrections.
    """
    order = steps.locked_order(order_id=order_id)
    if order.buyer_account_id != buyer_id:
        raise refusals.NoSuchOrder
    save_billing(account_id=buyer_id, billing=billing, now=now)
    if not _is_invoiced_here(order):
        return
    _follow(order, now)
    made = invoice_queries.documents_of(order_id)
    invoice = invoice_queries.current(made)
    if invoice is None or invoice.content["buyer"] == asdict(billing):
        return
    remaining = _correctable(order, made, now)
    attempt = _corrections(made) + 1
    _write(
        order,
        DocumentKind.CREDIT_NOTE,
        f"correction:{attempt}:credit",
        invoice_rules.opposite(remaining),
        invoice,
        now,
        reason="correction",
        buyer=invoice.content["buyer"],
    )
    _write(order, DocumentKind.INVOICE, f"correction:{attempt}", remaining, invoice, now, reason="correction")


def _correctable(order: Order, made: Sequence[SalesDocument], now: datetime) -> list[RatePart]:
    if order.paid_at is None or invoice_rules.is_too_late(order.paid_at, now):
        raise refusals.TooLateToCorrect(invoice_rules.CORRECTED_UNTIL.days)
    if _corrections(made) >= invoice_rules.MOST_CORRECTIONS:
        raise refusals.TooManyCorrections
    remaining = invoice_rules.left(invoice_rules.parts_of(document.content) for document in made)
    if sum(part.gross for part in remaining) <= 0:
        raise refusals.NothingToInvoice
    return [part for part in remaining if part.gross or part.tax]


def _corrections(made: Sequence[SalesDocument]) -> int:
    return sum(document.cause.startswith("correction:") for document in made) // 2


def save_billing(*, account_id: UUID, billing: Billing, now: datetime) -> None:
    """Keep what a buyer's next invoices in this hub say of them; those that were issued stay as they are."""
    values = {**asdict(billing), "updated_at": now}
    fresh = insert(BillingDetail).values(hub_id=require_hub_id(), id=ids.uuid7(), account_id=account_id, **values)
    db.session.execute(fresh.on_conflict_do_update(index_elements=["hub_id", "account_id"], set_=values))


def forget_billing(*, account_id: UUID) -> None:
    """Somebody leaves: what they wanted on their next invoices is nobody's business any more."""
    db.session.execute(
        delete(BillingDetail).where(BillingDetail.hub_id == require_hub_id(), BillingDetail.account_id == account_id)
    )


def _write(
    order: Order,
    kind: DocumentKind,
    cause: str,
    parts: Sequence[RatePart],
    corrects: SalesDocument | None,
    now: datetime,
    *,
    reason: str = "",
    buyer: dict[str, str] | None = None,
) -> SalesDocument:
    hub = tenancy.hub_view(require_hub_id())
    year = now.astimezone(hub.zone).year
    content = _content(order, hub, parts, buyer)
    content["reason"] = reason
    if corrects is not None:
        content["corrects"] = {"label": corrects.label, "issued_at": corrects.issued_at.isoformat()}
    document = SalesDocument(
        id=ids.uuid7(),
        order_id=order.id,
        cause=cause,
        kind=kind,
        issuer=order.seller_owner,
        year=year,
        number=db.session.scalar(select(func.take_sales_number(order.seller_owner, year))),
        corrects_id=corrects.id if corrects is not None else None,
        buyer_account_id=order.buyer_account_id,
        currency=order.currency,
        gross=sum(part.gross for part in parts),
        tax=sum(part.tax for part in parts),
        issued_at=now,
        content=content,
    )
    db.session.add(document)
    db.session.flush()
    return document


def _content(order: Order, hub: HubView, parts: Sequence[RatePart], buyer: dict[str, str] | None) -> dict[str, Any]:
    """Everything that the document says, as it is on the day it is made, in the buyer's language."""
    account = accounts.account(order.buyer_account_id) if order.buyer_account_id is not None else None
    locale = account.locale if account is not None and account.locale in hub.locales else hub.default_locale
    with force_locale(locale):
        seller, agent = merchants.merchant(order, hub), merchants.operator(hub)
        tax_name, note = merchants.tax_name(hub), merchants.note(order, hub, locale)
    return {
        "locale": locale,
        "hub": hub.name,
        "order": order.number,
        "paid_at": order.paid_at.isoformat() if order.paid_at is not None else "",
        "seller": {"name": seller.name, "lines": list(seller.lines), "tax_id": seller.tax_id},
        "agent": {"name": agent.name, "lines": list(agent.lines)} if order.seller_account_id is not None else None,
        "buyer": buyer if buyer is not None else asdict(_buyer(order)),
        "tax_name": tax_name,
        "note": note,
        "lines": [
            {
                "title": line.title,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "rate": line.tax_rate,
                "gross": line.gross,
                "shipping": line.shipping,
            }
            for line in _lines(order)
        ],
        "rates": [part.as_json() for part in parts],
    }


def _lines(order: Order) -> Sequence[Any]:
    return queries.lines_of(order.id)


def _buyer(order: Order) -> Billing:
    """What they said of themselves, else where it was sent to, else the name they go by here."""
    if order.buyer_account_id is None:
        return Billing("")
    said = invoice_queries.billing_of(order.buyer_account_id)
    if said is not None:
        return said
    member = membership.members_of([order.buyer_account_id]).get(order.buyer_account_id)
    name = member.display_name if member is not None else ""
    if not order.address:
        return Billing(name)
    sent = order.address
    town = f"{sent.get('postcode', '')} {sent.get('city', '')}".strip()
    lines = [text for text in (sent.get("street"), sent.get("extra"), town) if text]
    return Billing(sent.get("name") or name, "\n".join(lines), sent.get("country", ""))
