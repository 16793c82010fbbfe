"""What holds at any moment, also in the middle of things: one question to each of the two databases after a step."""

from __future__ import annotations

from tests.journeys.money_machine.world import World

NEVER_OURS = """
SELECT 'reversed' AS what, id FROM earning_right WHERE NOT (0 <= reversed AND reversed <= amount)
UNION ALL SELECT 'refunded', id FROM payment WHERE NOT (0 <= refunded AND refunded <= amount)
UNION ALL SELECT 'given back', id FROM orders WHERE NOT (0 <= refunded AND refunded <= gross)
UNION ALL SELECT 'booked', s.id FROM order_share s JOIN orders o ON o.hub_id = s.hub_id AND o.id = s.id
  WHERE s.source <> 'clearing' AND s.refunded > o.refunded
UNION ALL SELECT 'claimed', r.id FROM earning_right r LEFT JOIN earning_claim c ON c.hub_id = r.hub_id
  AND c.right_id = r.id GROUP BY r.id, r.claimed HAVING r.claimed <> coalesce(sum(c.amount), 0)
UNION ALL SELECT 'frozen', r.id FROM earning_right r WHERE is_frozen <> EXISTS (SELECT FROM earning_freeze f
  WHERE f.hub_id = r.hub_id AND f.order_id = r.order_id AND f.state = 'open')
"""
NEVER_THEIRS = """
SELECT 'charged twice' AS what, body->'metadata'->>'payment' AS id FROM resource
  WHERE kind = 'charge' AND body->>'status' = 'succeeded' GROUP BY 2 HAVING count(*) > 1
UNION ALL SELECT 'refunded twice', body->'metadata'->>'refund' FROM resource
  WHERE kind = 'refund' GROUP BY 2 HAVING count(*) > 1
UNION ALL SELECT 'sent twice', body->'metadata'->>'payout' FROM resource WHERE kind = 'transfer'
  GROUP BY 2 HAVING count(*) > 1
"""


def check(world: World) -> None:
    """Raise AssertionError as soon as something is wrong, so that few steps lead there."""
    found = world.rows(NEVER_OURS) + world.theirs(NEVER_THEIRS)
    assert not found, found
