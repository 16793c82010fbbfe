"""What an import finds already there, and the report of all hubs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select, text

from hubapp.kernel.db import db, require_hub_id
from hubapp.market.history.models import HistoryCustomer, HistoryDocument
from hubapp.market.history.policies import Matcher, Sold

# Sold lines of some customers in the order of their sale, with the pieces that no cancellation has taken back yet.
OPEN_SALES = text("""
    SELECT c.external_ref AS customer, l.external_ref AS article, ol.order_id, ol.id AS line_id,
           ol.quantity + coalesce((SELECT sum(r.quantity) FROM history_line r
                                   WHERE r.hub_id = ol.hub_id AND r.order_line_id = ol.id), 0) AS quantity
    FROM history_document d
    JOIN history_customer c ON c.hub_id = d.hub_id AND c.id = d.customer_id
    JOIN order_line ol ON ol.hub_id = d.hub_id AND ol.order_id = d.order_id
    JOIN listing l ON l.hub_id = ol.hub_id AND l.id = ol.listing_id
    WHERE d.hub_id = :hub AND c.external_ref = ANY(:customers)
    ORDER BY d.occurred_at, d.id, ol.position
""")

REFUNDABLE = text("""
    SELECT o.id, o.gross + coalesce((
        SELECT sum(r.amount) FROM order_line ol
        JOIN history_line r ON r.hub_id = ol.hub_id AND r.order_line_id = ol.id
        WHERE ol.hub_id = o.hub_id AND ol.order_id = o.id), 0) AS refundable
    FROM orders o WHERE o.hub_id = :hub AND o.id = ANY(:orders)
""")

REPORT = text("""
    WITH sold AS (
        SELECT o.hub_id, count(*) FILTER (WHERE o.source = 'shop') AS documents, sum(o.gross) AS gross,
               sum(o.base) AS base,
               coalesce(sum(CASE o.status WHEN 'refunded' THEN o.gross WHEN 'canceled' THEN 0 ELSE o.refunded END), 0)
                 AS refunds,
               coalesce(sum(CASE o.status WHEN 'refunded' THEN o.base WHEN 'canceled' THEN 0
                 ELSE o.refunded * o.base / nullif(o.gross, 0) END), 0) AS refunded_base
        FROM orders o WHERE o.paid_at IS NOT NULL GROUP BY o.hub_id
    ), sold_lines AS (
        SELECT ol.hub_id, count(*) AS lines FROM order_line ol
        JOIN orders o ON o.hub_id = ol.hub_id AND o.id = ol.order_id
        WHERE o.source = 'shop' AND o.paid_at IS NOT NULL GROUP BY ol.hub_id
    ), documents AS (
        SELECT hub_id, count(*) AS documents, sum(lines) AS lines FROM history_document GROUP BY hub_id
    ), other AS (
        SELECT hub_id,
               coalesce(-sum(amount) FILTER (WHERE kind = 'refund'), 0) AS refunds,
               coalesce(sum(amount) FILTER (WHERE kind = 'adjustment'), 0) AS adjustments,
               coalesce(sum(amount) FILTER (WHERE kind = 'suspense'), 0) AS suspense
        FROM history_line GROUP BY hub_id
    ), shares AS (
        SELECT hub_id,
               sum(amount - reversed) FILTER (WHERE role = 'seller') AS seller,
               sum(amount - reversed) FILTER (WHERE role = 'connector') AS connector,
               sum(amount - reversed) FILTER (WHERE role = 'referrer') AS referrer,
               sum(amount - reversed) FILTER (WHERE role = 'core') AS core
        FROM earning_right GROUP BY hub_id
    )
    SELECT h.slug, h.currency,
           coalesce(s.documents, 0) + coalesce(d.documents, 0) AS documents,
           coalesce(sl.lines, 0) + coalesce(d.lines, 0) AS lines,
           coalesce(s.gross, 0) AS gross,
           coalesce(s.refunds, 0) + coalesce(o.refunds, 0) AS refunds,
           coalesce(o.adjustments, 0) AS adjustments, coalesce(o.suspense, 0) AS suspense,
           coalesce(s.base, 0) - coalesce(s.refunded_base, 0) - coalesce(o.refunds, 0) AS commissionable,
           coalesce(sh.seller, 0) AS seller, coalesce(sh.connector, 0) AS connector,
           coalesce(sh.referrer, 0) AS referrer, coalesce(sh.core, 0) AS core
    FROM hub h
    LEFT JOIN sold s ON s.hub_id = h.id
    LEFT JOIN sold_lines sl ON sl.hub_id = h.id
    LEFT JOIN documents d ON d.hub_id = h.id
    LEFT JOIN other o ON o.hub_id = h.id
    LEFT JOIN shares sh ON sh.hub_id = h.id
    ORDER BY h.slug
""")


@dataclass(frozen=True, slots=True)
class HubReport:
    """A hub's figures since its beginning, in minor units of its currency."""

    slug: str
    currency: str
    documents: int
    lines: int
    gross: int
    refunds: int
    adjustments: int
    suspense: int
    commissionable: int
    seller: int
    connector: int
    referrer: int
    core: int

    @property
    def net(self) -> int:
        """What came in, all told: gross − refunds + adjustments + suspense."""
        return self.gross - self.refunds + self.adjustments + self.suspense


def report() -> list[HubReport]:
    """Figures of every hub, by slug (platform scope)."""
    return [HubReport(row.slug, row.currency, *(int(value) for value in row[2:])) for row in db.session.execute(REPORT)]


def known_documents() -> set[str]:
    """Numbers of the documents that are in the current hub already."""
    return set(db.session.scalars(select(HistoryDocument.external_ref)))


def known_customers() -> dict[str, UUID]:
    """The current hub's imported customers by their number in the file."""
    rows = db.session.execute(select(HistoryCustomer.external_ref, HistoryCustomer.id))
    return {row.external_ref: row.id for row in rows}


def open_sales(customers: Iterable[str]) -> Matcher:
    """What earlier imports sold to these customers and nobody has taken back."""
    hub, matcher = require_hub_id(), Matcher()
    for row in db.session.execute(OPEN_SALES, {"hub": hub, "customers": list(customers)}):
        if row.quantity > 0:
            matcher.sell(
                customer=row.customer, article=row.article, sold=Sold(row.order_id, row.line_id, int(row.quantity))
            )
    orders = {sold.order_id for line in matcher.open_sales.values() for sold in line}
    for row in db.session.execute(REFUNDABLE, {"hub": hub, "orders": list(orders)}):
        matcher.refundable[row.id] = int(row.refundable)
    return matcher
