"""One hub's lines become customers, catalogue, orders and books, in the transaction of the caller: all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from hubapp.earnings.shares import queries as share_rules
from hubapp.earnings.shares import services as shares
from hubapp.kernel import bulk, ids
from hubapp.kernel.db import require_hub_id
from hubapp.market.catalogue import services as catalogue
from hubapp.market.history import policies, queries
from hubapp.market.history.mapping import SalesMap
from hubapp.market.history.policies import Kind, Matcher, Part, Sold
from hubapp.market.history.reader import Line
from hubapp.market.orders import services as orders
from hubapp.market.orders.services import PastLine, PastOrder
from hubapp.money.ledger import services as ledger
from hubapp.money.ledger.services import Leg, NewEntry, Purpose

CORE = "core"  # the company is the seller, and its hubs have no connector yet
TAX_CATEGORY = "zero"  # what the file's prices contained is the company's own history
NO_SALE = "no earlier sale of this customer and article is left to take back"
NO_CUSTOMER = "a cancellation without a customer"
ODD = "sign of quantity or price does not fit the document"

# The books' accounts behind the map's words.
PURPOSES = {
    "postage": Purpose.POSTAGE,
    "discounts": Purpose.DISCOUNTS,
    "bank_charges": Purpose.BANK_CHARGES,
    "samples": Purpose.SAMPLES,
    "fees": Purpose.ADJUSTMENT,
    "corrections": Purpose.ADJUSTMENT,
    "vouchers": Purpose.ADJUSTMENT,
}

DOCUMENT = {
    "hub_id": "int8",
    "id": "uuid",
    "external_ref": "text",
    "title": "text",
    "is_cancellation": "bool",
    "occurred_at": "timestamptz",
    "customer_id": "uuid",
    "order_id": "uuid",
    "lines": "int4",
}
OTHER_LINE = {
    "hub_id": "int8",
    "id": "uuid",
    "document_id": "uuid",
    "position": "int4",
    "part": "int4",
    "kind": "text",
    "account": "text",
    "reason": "text",
    "article": "text",
    "description": "text",
    "quantity": "int8",
    "amount": "int8",
    "order_line_id": "uuid",
}


@dataclass(slots=True)
class Loaded:
    """How many rows of each kind came in."""

    documents: int = 0
    lines: int = 0
    orders: int = 0
    customers: int = 0
    listings: int = 0


@dataclass(slots=True)
class _Batch:
    """Rows being collected for one hub."""

    sales_map: SalesMap
    accounts: dict[str, str | None]
    customers: dict[str, UUID]
    listings: dict[str, UUID]
    matcher: Matcher
    documents: list[tuple[Any, ...]] = field(default_factory=list)
    other_lines: list[tuple[Any, ...]] = field(default_factory=list)
    orders: list[PastOrder] = field(default_factory=list)
    refunds: list[shares.Refund] = field(default_factory=list)
    entries: list[NewEntry] = field(default_factory=list)


def load_hub(*, lines: Iterable[Line], sales_map: SalesMap, now: datetime) -> Loaded:
    """Bring the lines of the hub in scope in; documents that are in already are passed over."""
    known = queries.known_documents()
    documents: dict[str, list[Line]] = {}
    for line in lines:
        if line.document not in known:
            documents.setdefault(line.document, []).append(line)
    if not documents:
        return Loaded()
    fresh = [line for document in documents.values() for line in document]
    # Asked once per article, not once per line.
    accounts = {article: sales_map.account_of(article) for article in {line.article for line in fresh}}
    customers, new_customers = _bring_customers(fresh)
    listings = catalogue.bring_articles(
        articles=_articles(fresh, accounts), currency=sales_map.currency, tax_category=TAX_CATEGORY, now=now
    )
    batch = _Batch(
        sales_map,
        accounts,
        customers,
        listings,
        queries.open_sales({line.customer for line in fresh if line.customer and _is_cancellation(line, sales_map)}),
    )
    for ref, document in sorted(documents.items(), key=lambda item: (item[1][0].at, item[1][0].number)):
        _add_document(batch, ref, document)
    _write(batch)
    return Loaded(len(documents), len(fresh), len(batch.orders), new_customers, len(listings))


def _is_cancellation(line: Line, sales_map: SalesMap) -> bool:
    return line.document.startswith(sales_map.cancellation_prefix)


def _bring_customers(lines: Sequence[Line]) -> tuple[dict[str, UUID], int]:
    known = queries.known_customers()
    fresh = {ref: ids.uuid7() for ref in dict.fromkeys(line.customer for line in lines) if ref and ref not in known}
    hub_id = require_hub_id()
    rows = ((hub_id, customer_id, ref) for ref, customer_id in fresh.items())
    bulk.copy_rows("history_customer", ("hub_id", "id", "external_ref"), ("int8", "uuid", "text"), rows)
    return known | fresh, len(fresh)


def _articles(lines: Sequence[Line], accounts: Mapping[str, str | None]) -> list[catalogue.Article]:
    """Every article that was sold: its latest price, its first description, how many went out."""
    titles: dict[str, str] = {}
    prices: dict[str, int] = {}
    sold: Counter[str] = Counter()
    for line in lines:
        if accounts[line.article] is not None:
            continue
        if line.description:
            titles.setdefault(line.article, line.description)
        if line.quantity > 0 and line.amount > 0:
            prices[line.article] = line.amount // line.quantity
        sold[line.article] += max(line.quantity, 0)
    return [
        catalogue.Article(article, titles.get(article, article), prices.get(article, 0), count)
        for article, count in sold.items()
    ]


def _add_document(batch: _Batch, ref: str, lines: Sequence[Line]) -> None:
    """Sort a document's lines, and book it as one entry if it moved any money."""
    document_id, order_id = ids.uuid7(), ids.uuid7()
    first, sales_map = lines[0], batch.sales_map
    is_cancellation = _is_cancellation(first, sales_map)
    legs: list[Leg] = []
    sales: list[PastLine] = []
    for position, line in enumerate(lines, start=1):
        account = batch.accounts[line.article]
        kind = policies.classify(
            is_cancellation=is_cancellation,
            account=account,
            quantity=line.quantity,
            amount=line.amount,
            is_free=not line.unit_price,
        )
        if kind is Kind.SALE:
            sales.append(_sale(batch, position, line, order_id))
        elif kind is Kind.REFUND:
            legs += _take_back(batch, document_id, position, line)
        else:
            reason = ODD if kind is Kind.SUSPENSE else None
            _keep(batch, document_id, position, 0, line, kind, account=account, reason=reason)
            legs += _other_legs(kind, account, line.amount)
    if sales:
        order = PastOrder(order_id, ref, first.at, sum(sale.gross for sale in sales), sales)
        batch.orders.append(order)
        batch.matcher.refundable[order_id] = order.gross
    customer = batch.customers[first.customer] if first.customer else None
    batch.documents.append(
        (
            *(require_hub_id(), document_id, ref, sales_map.title, is_cancellation, first.at, customer),
            *(order_id if sales else None, len(lines)),
        )
    )
    if legs:
        batch.entries.append(
            NewEntry(f"history:{ref}", "history", f"document:{ref}", sales_map.currency, first.at, tuple(legs))
        )


def _sale(batch: _Batch, position: int, line: Line, order_id: UUID) -> PastLine:
    sale = PastLine(
        ids.uuid7(),
        batch.listings[line.article],
        position,
        line.description or line.article,
        line.quantity,
        line.amount // line.quantity if line.quantity else 0,
        line.amount,
    )
    if line.customer and line.quantity:
        batch.matcher.sell(
            customer=line.customer, article=line.article, sold=Sold(order_id, sale.line_id, line.quantity)
        )
    return sale


def _take_back(batch: _Batch, document_id: UUID, position: int, line: Line) -> list[Leg]:
    parts = batch.matcher.take_back(
        customer=line.customer, article=line.article, quantity=-line.quantity, amount=-line.amount
    )
    legs: list[Leg] = []
    for number, part in enumerate(parts):
        if part.sold is None:
            reason = NO_SALE if line.customer else NO_CUSTOMER
            _keep(batch, document_id, position, number, line, Kind.SUSPENSE, part=part, reason=reason)
            legs += _other_legs(Kind.SUSPENSE, None, -part.amount)
            continue
        row_id = _keep(batch, document_id, position, number, line, Kind.REFUND, part=part)
        if part.amount:
            batch.refunds.append(
                shares.Refund(part.sold.order_id, row_id, part.amount, batch.sales_map.currency, line.at)
            )
    return legs


def _other_legs(kind: Kind, account: str | None, amount: int) -> list[Leg]:
    if not amount:
        return []
    purpose = PURPOSES[account] if account is not None else Purpose.SUSPENSE
    return [Leg(CORE, Purpose.IMPORTED, amount), Leg(CORE, purpose, -amount, tag=account or kind.value)]


def _keep(
    batch: _Batch,
    document_id: UUID,
    position: int,
    number: int,
    line: Line,
    kind: Kind,
    *,
    part: Part | None = None,
    account: str | None = None,
    reason: str | None = None,
) -> UUID:
    """Keep a line, or a part of one, that is no sale; returns the row's id."""
    row_id = ids.uuid7()
    quantity, amount = (line.quantity, line.amount) if part is None else (-part.quantity, -part.amount)
    sold = part.sold.line_id if part is not None and part.sold is not None else None
    batch.other_lines.append(
        (
            *(require_hub_id(), row_id, document_id, position, number, kind.value, account, reason),
            *(line.article, line.description, quantity, amount, sold),
        )
    )
    return row_id


def _write(batch: _Batch) -> None:
    sales_map = batch.sales_map
    terms = share_rules.rules_of(sales_map.rule_version).terms
    orders.bring_orders(
        orders=batch.orders, currency=sales_map.currency, terms=terms.as_json(), tax_category=TAX_CATEGORY
    )
    bulk.copy_rows("history_document", tuple(DOCUMENT), tuple(DOCUMENT.values()), batch.documents)
    bulk.copy_rows("history_line", tuple(OTHER_LINE), tuple(OTHER_LINE.values()), batch.other_lines)
    shares.settle_many(orders=[_settled(order, sales_map, terms) for order in batch.orders])
    if len(batch.orders) >= bulk.MANY:
        bulk.learn("order_share")
        bulk.learn("earning_right")
    shares.reverse_many(refunds=batch.refunds)
    ledger.post_many(entries=batch.entries)


def _settled(order: PastOrder, sales_map: SalesMap, terms: shares.Terms) -> shares.SettledOrder:
    """Paid elsewhere, sold by the company, in a hub that has no connector yet."""
    return shares.SettledOrder(
        order_id=order.order_id,
        number=order.ref,
        currency=sales_map.currency,
        gross=order.gross,
        tax=0,
        shipping=0,
        base=order.gross,
        fee=0,
        seller_owner=CORE,
        terms=terms,
        occurred_at=order.at,
        source=Purpose.IMPORTED,
    )
