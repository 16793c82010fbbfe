"""Where the live volumes of a period are not what its close has counted: for nobody, unless something went wrong.

A close is of a frozen moment, and sales do not wait for it: what was given back, or paid, after that moment is in the
live volumes and not in the close. That is no difference, so both are brought to one moment: live volumes and late news
are read by one statement, which sees each sale together with its deltas, and each delta folded or not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from sqlalchemy import text

from hubapp.earnings.compensation import reading
from hubapp.earnings.compensation.freezing import ALL, UNDER_WAY
from hubapp.earnings.compensation.plans.columns import Column, sums
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.names import Uuids, places_in
from hubapp.earnings.compensation.reading import CUSTOMER, NOBODY, PARTICIPANT
from hubapp.earnings.compensation.running import Run
from hubapp.kernel import bulk

# As the tables call them; of a sale, the second four are what it adds to its seller and to each one above.
OWN = ("own", "own_pv")
GROUP = ("group_cv", "group_pv", "outside", "all_group")
VOLUMES = (*OWN, *GROUP)
_KEPT = """
    SELECT account_id, CAST(:nobody AS uuid), own, own_pv, group_cv, group_pv, outside, all_group FROM {table}
    WHERE currency = :currency AND first_day = :first_day
"""
# What each sale comes to by now of which something was recorded since the close began to read, or just before.
_LATE = """
    SELECT seller_id, id, cv * counts, pv * counts, cv * counts, pv * counts, cv * is_outside, cv FROM (
      SELECT seller_id, id, cv, pv, (NOT is_inside)::int AS is_outside, (NOT kind = ANY(CAST(:excluded AS text[]))
        AND CASE WHEN is_inside THEN :inside_counts ELSE :outside_counts END)::int AS counts
      FROM (
        SELECT sale.seller_id, sale.id, sale.kind, {inside} AS is_inside,
          greatest(sale.cv - coalesce(back.cv, 0), 0) AS cv,
          CASE WHEN sale.amount > coalesce(back.amount, 0) OR sale.cv > coalesce(back.cv, 0)
            THEN greatest(sale.pv - coalesce(back.pv, 0), 0) ELSE 0 END AS pv
        {sold} AND sale.{at} >= :start AND sale.{at} < :until AND sale.seller_id IS NOT NULL
          AND (sale.hub_id, sale.id) IN (
            SELECT hub_id, sale_id FROM plan_refund WHERE at > :since OR after_freeze >= :number
            UNION SELECT hub_id, id FROM plan_sale WHERE currency = :currency AND paid_at > :since
            UNION SELECT hub_id, id FROM plan_sale WHERE currency = :currency AND {at} > :since
            UNION SELECT hub_id, id FROM plan_sale WHERE handed_after_freeze >= :number)
      ) AS touched
    ) AS late
"""
_LEAVERS = text(
    f"""
    SELECT person.account_id FROM participant AS person
    LEFT JOIN earlier_participation AS once ON once.account_id = person.account_id AND {reading.ONCE}
    WHERE {reading.HAS_LEFT} AND EXISTS (SELECT FROM sponsorship AS stood
      WHERE stood.account_id = person.account_id AND stood.since < :until)
    """  # noqa: S608
)


@dataclass(frozen=True, slots=True, eq=False)
class Difference:
    """Who differs, and by column of VOLUMES what has to be added so that they do not."""

    accounts: Column
    missing: dict[str, Column]


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """What was read: volumes of people, and of late sales (`sales`: their ids) for their sellers."""

    accounts: Column
    volumes: dict[str, Column]
    late_sellers: Column
    late: dict[str, Column]
    sales: Column


def of(run: Run) -> Difference:
    """Everybody who takes part to the end of the period, and whoever has volumes without being in the close at all.

    Who left by then is no matter of it: at the close their group is that of those above, here it goes on.
    """
    rows, ids = _read(run), _ids(run)
    known, places = ids, places_in(ids, rows.accounts)
    if (places < 0).any() or (places_in(ids, rows.late_sellers) < 0).any():
        known = np.union1d(ids, np.concatenate([rows.accounts, rows.late_sellers]))
        places = places_in(known, rows.accounts)
    here = places_in(known, ids)
    counted, late = _counted(run), _since(run, rows, known, here)
    missing, differs = dict[str, Column](), np.zeros(len(known), bool)
    for name in VOLUMES:
        found = np.zeros(len(known), counted[name].dtype)
        found[here] = counted[name]
        found = found - sums(len(known), places, rows.volumes.pop(name))[:-1] + late.get(name, 0)
        differs |= found != 0
        missing[name] = found
    leavers = places_in(known, bulk.read_columns(_LEAVERS, _values(run), {"account": "uuid"})["account"])
    differs[leavers[leavers >= 0]] = False
    who = np.flatnonzero(differs)
    return Difference(known.take(who), {name: found.take(who).astype(np.int64) for name, found in missing.items()})


def _ids(run: Run) -> Column:
    ids = run.inputs.members.ids
    assert isinstance(ids, Uuids)
    return ids.raw


def _counted(run: Run) -> dict[str, Column]:
    """Everybody's volumes as the close has them."""
    ground = run.result.ground
    columns = (ground.own, ground.own_pv, ground.gv, ground.gpv, *ground.ratios)
    return dict(zip(VOLUMES, columns, strict=True))


def _values(run: Run) -> dict[str, object]:
    base = run.plan.base or reading.ALL
    return {
        **reading.facts_of(run.period, run.plan, run.freeze),
        "cutoff": "infinity",  # all that is there by now
        "freeze": ALL,
        "since": run.freeze.cutoff - UNDER_WAY,
        "number": run.freeze.below,
        "first_day": run.period.first_day,
        "inside_counts": BUYERS[PARTICIPANT] in base.buyers,
        "outside_counts": BUYERS[CUSTOMER] in base.buyers,
    }


def _read(run: Run) -> _Rows:
    tables = [_KEPT.format(table=table) for table in ("plan_volume", "plan_volume_delta")]
    statement = reading.statement_of(" UNION ALL ".join([*tables, _LATE]), run.period)
    kinds = {"account": "uuid", "sale": "uuid", **dict.fromkeys(VOLUMES, "int8")}
    found = bulk.read_columns(statement, _values(run), kinds)
    accounts, sales = found.pop("account"), found.pop("sale")
    late = np.flatnonzero(sales != NOBODY.bytes)
    kept = np.flatnonzero(sales == NOBODY.bytes)
    return _Rows(accounts.take(kept), _some(found, kept), accounts.take(late), _some(found, late), sales.take(late))


def _some(found: Mapping[str, Column], at: Column) -> dict[str, Column]:
    return {name: column.take(at) for name, column in found.items()}


def _since(run: Run, rows: _Rows, known: Column, here: Column) -> dict[str, Column]:
    """What late sales changed for everybody: what they come to by now, without what the close counted of them."""
    if not len(rows.sales):
        return {}
    orders, ground, found = run.inputs.orders, run.result.ground, dict[str, Column]()
    assert isinstance(orders.ids, Uuids)
    by_id = np.argsort(rows.sales)
    at = places_in(rows.sales.take(by_id), orders.ids.raw)
    read = np.flatnonzero(at >= 0)
    counts = np.ones(len(read), np.int64) if ground.counts is None else ground.counts.take(read).astype(np.int64)
    cv, pv = orders.cv.take(read), orders.pv.take(read)
    is_outside = orders.buyer.take(read) == CUSTOMER
    # Whose customer the buyer was is the close's to say: it knows who stands above the seller, too.
    late = by_id.take(at.take(read))
    for name in (*OWN, *GROUP[:2]):
        rows.late[name][late] *= counts
    rows.late["outside"][late] *= is_outside
    was = dict(zip(VOLUMES, (cv * counts, pv * counts, cv * counts, pv * counts, cv * is_outside, cv), strict=True))
    now_at, was_at = places_in(known, rows.late_sellers), here.take(orders.seller.take(read))
    for name in VOLUMES:
        change = (sums(len(known), now_at, rows.late[name]) - sums(len(known), was_at, was[name]))[:-1]
        if name in GROUP:  # who is not in the tree has nobody beneath
            change[here] = run.inputs.members.tree.roll_up(change.take(here))
        found[name] = change
    return found
