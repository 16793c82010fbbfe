"""What is always true of disputes, refund requests, months and runs at rest, beside the truths about money itself."""

from __future__ import annotations

from tests.journeys.money_machine.truths import Situation, nothing, truth


@truth
def each_dispute_is_one_of_the_providers(now: Situation) -> None:
    theirs = now.world.theirs(
        "SELECT d.id, d.body->>'charge' AS charge_id, (d.body->>'amount')::bigint AS amount,"
        " d.body->>'status' AS status,"
        " coalesce((SELECT -sum(l.amount) FROM balance_line l WHERE l.source = d.id), 0)::bigint AS withdrawn"
        " FROM resource d WHERE d.kind = 'dispute'"
    )
    ours = now.world.rows(
        "SELECT d.provider_id AS id, p.charge_id, d.amount, d.status, d.withdrawn FROM dispute d"
        " JOIN payment p ON p.hub_id = d.hub_id AND p.id = d.payment_id"
    )
    assert {tuple(row.values()) for row in ours} == {tuple(row.values()) for row in theirs}
    assert len(ours) == len(theirs)


@truth
def nothing_waits_for_a_bank(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT a.hub_id, sum(b.amount) FROM ledger_balance b JOIN ledger_account a ON a.hub_id = b.hub_id"
        " AND a.id = b.id WHERE a.purpose = 'dispute_hold' GROUP BY a.hub_id, a.currency HAVING sum(b.amount) <> 0",
    )
    nothing(now.world, "SELECT id FROM earning_right WHERE is_frozen")
    nothing(
        now.world,
        "SELECT d.id FROM dispute d LEFT JOIN earning_freeze f ON f.hub_id = d.hub_id AND f.dispute_id = d.id"
        " WHERE d.outcome = 'lost' GROUP BY d.id, d.withdrawn HAVING count(f.id) = 0"
        " OR sum(f.amount) > d.withdrawn OR bool_or(f.state <> 'lost')",
    )


@truth
def orders_know_what_went_back(now: Situation) -> None:
    nothing(
        now.world,
        "WITH back AS (SELECT o.hub_id, o.id, o.refunded, o.status,"
        "  (SELECT coalesce(sum(r.amount), 0) FROM refund r WHERE r.hub_id = o.hub_id AND r.status <> 'failed'"
        "   AND r.reference LIKE 'order:' || o.id || ':%') AS given,"
        "  (SELECT coalesce(sum(f.amount), 0) FROM earning_freeze f WHERE f.hub_id = o.hub_id AND f.order_id = o.id"
        "   AND f.state = 'lost') AS taken FROM orders o)"
        " SELECT * FROM back WHERE refunded <> given + taken",
    )
    nothing(
        now.world,
        "SELECT s.id FROM order_share s JOIN orders o ON o.hub_id = s.hub_id AND o.id = s.id"
        " WHERE s.source <> 'clearing' AND s.refunded <> o.refunded",
    )


@truth
def granted_requests_are_refunds(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT q.id, q.status, r.status FROM refund_request q LEFT JOIN refund r ON r.hub_id = q.hub_id"
        " AND r.id = q.refund_id WHERE CASE q.status WHEN 'paid' THEN r.status IS DISTINCT FROM 'succeeded'"
        " WHEN 'failed' THEN r.status IS DISTINCT FROM 'failed' WHEN 'granted' THEN true ELSE r.id IS NOT NULL END",
    )


@truth
def a_month_is_paid_once_or_not_at_all(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT m.id, m.status, c.status FROM subscription_period m JOIN checkout c ON c.hub_id = m.hub_id"
        " AND c.id = m.checkout_id WHERE (m.status = 'paid') <> (c.status = 'paid') OR m.status = 'ordered'",
    )
    nothing(
        now.world,
        "SELECT split_part(reference, ':', 2) FROM payment WHERE status = 'succeeded' AND reference LIKE 'checkout:%'"
        " GROUP BY 1 HAVING count(*) > 1",
    )
    nothing(
        now.world,
        "SELECT s.id FROM subscription s JOIN subscription_period m ON m.hub_id = s.hub_id AND m.subscription_id = s.id"
        " WHERE s.status = 'canceled' AND m.number > 0 AND m.created_at > s.ended_at + interval '1 minute'",
    )


@truth
def a_run_pays_somebody_once(now: Situation) -> None:
    nothing(
        now.world,
        "SELECT run_item_id FROM payout WHERE run_item_id IS NOT NULL AND status = 'paid'"
        " GROUP BY 1 HAVING count(*) > 1",
    )
    nothing(
        now.world,
        "SELECT i.id FROM payout_run_item i JOIN payout_run r ON r.id = i.run_id"
        " WHERE i.status = 'planned' AND r.status <> 'proposed'",
    )
    nothing(
        now.world,
        "SELECT i.id FROM payout_run_item i LEFT JOIN payout p ON p.run_item_id = i.id"
        " WHERE (i.status = 'left_out' AND p.id IS NOT NULL) OR (i.status = 'started' AND p.id IS NULL)",
    )
