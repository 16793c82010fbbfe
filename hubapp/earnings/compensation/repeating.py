"""What customers bought again, period by period, for the flatline test (platform scope)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import text

from hubapp.earnings.compensation import calendar
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans.flatline import Bought
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.kernel.db import db

LOOKBACK = 60

# As in a period's run: whoever sells for the network, did within the look-back, or joins again in the period, is none
# of its customers.
_BOUGHT = """
    WITH span AS (
      SELECT * FROM unnest(CAST(:starts AS timestamptz[]), CAST(:ends AS timestamptz[])) WITH ORDINALITY
        AS one (since, until, number)
    ),
    back AS (SELECT hub_id, sale_id, sum(cv)::bigint AS cv FROM plan_refund GROUP BY hub_id, sale_id),
    sold AS (
      SELECT sale.buyer_id, span.number, sum(sale.cv - coalesce(back.cv, 0))::bigint AS cv
      FROM plan_sale AS sale JOIN span ON sale.{at} >= span.since AND sale.{at} < span.until
      LEFT JOIN back ON back.hub_id = sale.hub_id AND back.sale_id = sale.id
      WHERE sale.currency = :currency AND sale.kind = 'product' AND sale.buyer_id IS DISTINCT FROM sale.seller_id
        AND NOT EXISTS (SELECT FROM participation AS stay WHERE stay.account_id = sale.buyer_id
          AND (stay.joined_at <= sale.{at} AND (stay.left_at IS NULL OR (stay.left_at AT TIME ZONE :zone)::date
               >= (sale.{at} AT TIME ZONE :zone)::date - CAST(:lookback AS integer))
            OR stay.is_again AND stay.joined_at >= span.since AND stay.joined_at < span.until))
        AND NOT EXISTS (SELECT FROM connector_term AS term WHERE term.account_id = sale.buyer_id
          AND term.since < span.until AND (term.until IS NULL OR term.until > span.since))
      GROUP BY sale.buyer_id, span.number
    ),
    first AS (SELECT buyer_id, min(number) AS number FROM sold GROUP BY buyer_id)
    SELECT sold.number, first.number, sum(sold.cv)::bigint FROM sold JOIN first USING (buyer_id)
    GROUP BY sold.number, first.number
"""


def bought(periods: Sequence[PlanPeriod], plan: Plan) -> Bought:
    """Cv by (period, first period of the customer) over periods that follow each other, the oldest first.

    Less what was given back since. Who bought before the first of them counts as a customer of the first.
    """
    if not periods:
        return {}
    one = periods[0]
    values = {
        "currency": one.currency,
        "starts": [calendar.midnight(row.first_day, row.timezone) for row in periods],
        "ends": [calendar.midnight(row.end_day, row.timezone) for row in periods],
        "zone": one.timezone,
        "lookback": plan.base.lookback_days if plan.base is not None else LOOKBACK,
    }
    column = one.event_time
    assert column in calendar.EVENT_COLUMNS.values()
    rows = db.session.execute(text(_BOUGHT.format(at=column)), values)
    return {(int(number), int(first)): int(cv) for number, first, cv in rows}
