"""Rights that stand and have nothing behind them: looked at again as the guard looks when they are written.

The guard in the database came when there were rights already, and sees the order's row, not the books. This reads all
of a hub's rights (platform scope): nobody but a person can judge what it finds, so that it names and changes nothing.
"""

from __future__ import annotations

import enum
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text

from hubapp.kernel.db import db


class Fault(enum.StrEnum):
    """What is wrong with a right; the first of these is told."""

    UNNAMED = "unnamed"
    UNBORNE = "unborne"
    UNBOOKED = "unbooked"


@dataclass(frozen=True, slots=True)
class Unfounded:
    """A right with nothing behind it; `amount` in minor units."""

    id: UUID
    order_id: UUID
    owner: str
    role: str
    amount: int
    currency: str
    fault: Fault


# Of the oldest a hub knows only that they are a member.
_CONNECTOR = """(part.owner = 'core' OR EXISTS (
        SELECT FROM connector_term AS term WHERE term.in_hub_id = part.hub_id
          AND part.owner = 'account:' || term.account_id)
      OR EXISTS (
        SELECT FROM membership AS member WHERE member.hub_id = part.hub_id
          AND part.owner = 'account:' || member.account_id))"""
# As the guard (migration 0120), but for what was true when it was written and may have ended since: that a promise was
# agreed, that somebody looked after the hub.
_UNNAMED = f"""
    SELECT part.id FROM earning_right AS part
    LEFT JOIN orders AS sale ON sale.hub_id = part.hub_id AND sale.id = part.order_id
    WHERE part.hub_id = :hub AND NOT coalesce(CASE
      WHEN part.role = 'plan' THEN EXISTS (
        SELECT FROM plan_line AS line JOIN plan_period AS period ON period.id = line.period_id
        WHERE line.id = part.order_id AND line.in_hub_id = part.hub_id AND line.amount = part.amount
          AND 'account:' || line.account_id = part.owner AND period.currency = part.currency)
      WHEN part.role = 'retainer' THEN EXISTS (
        SELECT FROM retainer_period AS period
        JOIN retainer AS promise ON promise.hub_id = period.hub_id AND promise.id = period.retainer_id
        WHERE period.hub_id = part.hub_id AND period.id = part.order_id AND period.amount = part.amount
          AND promise.currency = part.currency AND part.owner = 'account:' || promise.account_id)
      WHEN part.role = 'dispute_fee' THEN part.amount <= 0 AND EXISTS (
        SELECT FROM earning_right AS sold WHERE sold.hub_id = part.hub_id AND sold.order_id = part.order_id
          AND sold.role = 'seller' AND sold.owner = part.owner AND sold.currency = part.currency)
      WHEN part.role = 'cross_hub' AND part.owner NOT LIKE 'hub:%' THEN {_CONNECTOR} AND EXISTS (
        SELECT FROM clearing_move AS move WHERE move.to_hub_id = part.hub_id AND move.order_id = part.order_id
          AND move.kind = 'earned' AND move.currency = part.currency)
      WHEN sale.paid_at IS NULL OR sale.currency <> part.currency THEN false
      WHEN part.role IN ('seller', 'tax') THEN part.owner = coalesce('account:' || sale.seller_account_id, 'core')
      WHEN part.role = 'referrer' THEN part.owner = 'account:' || sale.referrer_account_id
      WHEN part.role = 'connector' THEN {_CONNECTOR}
      WHEN part.role = 'core' THEN part.owner = 'core'
      WHEN part.role = 'cross_hub' THEN part.owner = 'hub:' || sale.home_hub_id
    END, false)
"""  # noqa: S608
_UNBORNE = """
    SELECT given.order_id FROM (
      SELECT order_id, sum(amount) AS whole, coalesce(sum(amount) FILTER (WHERE role = 'referrer'), 0) AS referrer,
        coalesce(sum(amount) FILTER (WHERE role IN ('core', 'cross_hub')), 0) AS core,
        coalesce(sum(amount) FILTER (WHERE role = 'connector'), 0) AS connector
      FROM earning_right WHERE hub_id = :hub AND role <> 'plan' AND amount > 0 GROUP BY order_id
    ) AS given
    LEFT JOIN orders AS sale ON sale.hub_id = :hub AND sale.id = given.order_id
    LEFT JOIN clearing_move AS move ON sale.id IS NULL AND move.to_hub_id = :hub AND move.order_id = given.order_id
      AND move.kind = 'earned'
    WHERE CASE
      WHEN sale.id IS NOT NULL THEN given.whole > sale.gross - least(coalesce(sale.fee, 0), sale.gross - sale.tax)
        OR given.referrer * 10000 > sale.base * (sale.terms -> 'rules' ->> 'referrer_bps')::bigint + 5000
        OR given.core * 10000 > sale.base * (sale.terms -> 'rules' ->> 'core_bps')::bigint + 5000
        OR given.connector * 10000 > 5000 + sale.base * (
          SELECT max((tier ->> 1)::bigint) FROM jsonb_array_elements(sale.terms -> 'rules' -> 'tiers') AS tier)
      ELSE given.whole > move.amount
    END
"""
# A sale's parts are postings of its one entry, which nobody may change or take away, and which tells who was to have
# what when the money came: so an order's row that was made up, or changed afterwards, is not believed by itself.
_UNBOOKED = """
    SELECT given.order_id, given.owner, given.role FROM (
      SELECT order_id, owner, role, purpose, currency, sum(amount) AS amount FROM earning_right
      WHERE hub_id = :hub AND role IN ('seller', 'connector', 'referrer', 'core', 'tax', 'cross_hub')
      GROUP BY order_id, owner, role, purpose, currency
    ) AS given
    LEFT JOIN ledger_entry AS entry ON entry.hub_id = :hub
      AND entry.idempotency_key = 'order:' || given.order_id || '\\:settled' || CASE
        WHEN given.role = 'cross_hub' AND given.owner NOT LIKE 'hub:%' THEN '\\:home' ELSE '' END
    CROSS JOIN LATERAL (
      SELECT coalesce(-sum(posting.amount), 0) AS amount FROM ledger_posting AS posting
      JOIN ledger_account AS account ON account.hub_id = posting.hub_id AND account.id = posting.account_id
      WHERE posting.hub_id = entry.hub_id AND posting.entry_id = entry.id AND posting.tag = given.role
        AND account.owner = given.owner AND account.purpose = given.purpose AND account.currency = given.currency
    ) AS booked
    WHERE booked.amount <> given.amount
"""
_ALL = text(
    f"""
    WITH unnamed AS ({_UNNAMED}), unborne AS ({_UNBORNE}), unbooked AS ({_UNBOOKED})
    SELECT part.id, part.order_id, part.owner, part.role, part.amount, part.currency, CASE
        WHEN unnamed.id IS NOT NULL THEN 'unnamed' WHEN unborne.order_id IS NOT NULL THEN 'unborne'
        ELSE 'unbooked' END AS fault
    FROM earning_right AS part
    LEFT JOIN unnamed ON unnamed.id = part.id
    LEFT JOIN unborne ON unborne.order_id = part.order_id AND part.role <> 'plan'
    LEFT JOIN unbooked ON unbooked.order_id = part.order_id AND unbooked.owner = part.owner
      AND unbooked.role = part.role
    WHERE part.hub_id = :hub AND coalesce(unnamed.id, unborne.order_id, unbooked.order_id) IS NOT NULL
    ORDER BY part.id
    """  # noqa: S608
)


def unfounded(*, hub_id: int) -> list[Unfounded]:
    """All of a hub, the oldest first."""
    rows = db.session.execute(_ALL, {"hub": hub_id})
    return [Unfounded(**{**row, "fault": Fault(row["fault"])}) for row in rows.mappings()]
