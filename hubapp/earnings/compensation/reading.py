"""What a period's run reads: sales, refunds, sponsors and connectors up to a moment, by columns (platform scope)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import numpy as np
from sqlalchemy import TextClause, text

from hubapp.earnings.compensation import calendar, policies
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.models.sales import KINDS, NUMBERS
from hubapp.earnings.compensation.plans import digests
from hubapp.earnings.compensation.plans.columns import WORD, Column, stays_under, sums
from hubapp.earnings.compensation.plans.inputs import BUYERS, Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.names import Uuids, numbered, places_in
from hubapp.earnings.compensation.plans.schema import Base, Plan, Pool
from hubapp.earnings.compensation.plans.tree import plant, stands_above
from hubapp.kernel import bulk
from hubapp.kernel.db import db

CUSTOMER, PARTICIPANT = BUYERS.index("customer"), BUYERS.index("participant")
ALL = Base(frozenset(), frozenset({"customer"}), 60)
NOBODY = UUID(int=0)  # in the place of NULL, which has another width
ROOM = "SET LOCAL work_mem = '64MB'"  # millions of sales are sorted by the time at which they happened

# A buyer who sells for the network, or did within the look-back, is none of its customers; nor is oneself, nor whoever
# looks after a hub in the period: they have a part of what is bought there. Nor is who joins again in the period: they
# would be paid by what they bought of those who stand beneath them.
_SOLD = """
    FROM plan_sale AS sale
    LEFT JOIN (
      SELECT hub_id, sale_id, sum(amount)::bigint AS amount, sum(cv)::bigint AS cv, sum(pv)::bigint AS pv
      FROM plan_refund WHERE at <= :cutoff AND after_freeze < :freeze GROUP BY hub_id, sale_id
    ) AS back ON back.hub_id = sale.hub_id AND back.sale_id = sale.id
    LEFT JOIN participant AS buyer ON buyer.account_id = sale.buyer_id AND buyer.joined_at <= sale.{at}
      AND (buyer.left_at IS NULL OR (buyer.left_at AT TIME ZONE :zone)::date
           >= (sale.{at} AT TIME ZONE :zone)::date - CAST(:lookback AS integer))
    WHERE sale.currency = :currency AND sale.paid_at <= :cutoff AND sale.{number} < :freeze
"""
_INSIDE = """(sale.buyer_id IS NOT DISTINCT FROM sale.seller_id OR buyer.account_id IS NOT NULL OR sale.buyer_id IN (
      SELECT account_id FROM connector_term WHERE since < :until AND (until IS NULL OR until > :start))
    OR (sale.buyer_id IN (SELECT account_id FROM earlier_participation) AND EXISTS (
      SELECT FROM earlier_participation AS once WHERE once.account_id = sale.buyer_id AND once.joined_at <= sale.{at}
        AND (once.left_at AT TIME ZONE :zone)::date
            >= (sale.{at} AT TIME ZONE :zone)::date - CAST(:lookback AS integer)))
    OR (sale.{at} >= :start AND sale.buyer_id IN (
      SELECT account_id FROM participation WHERE is_again AND joined_at >= :start AND joined_at < :until)))"""
# Those of which something is left, in the order in which they happened.
_SALES = """
    SELECT sale.id, sale.hub_id, coalesce(sale.seller_id, CAST(:nobody AS uuid)), sale.buyer_id,
      (array_position(CAST(:kinds AS text[]), sale.kind) - 1)::int2, {inside},
      greatest(sale.amount - coalesce(back.amount, 0), 0), greatest(sale.cv - coalesce(back.cv, 0), 0),
      greatest(sale.pv - coalesce(back.pv, 0), 0)
    {sold} AND sale.{at} >= :start AND sale.{at} < :until
      AND (sale.amount > coalesce(back.amount, 0) OR sale.cv > coalesce(back.cv, 0))
    ORDER BY sale.{at}, sale.hub_id, sale.number, sale.position, sale.id
"""
_OF_SALE = {
    "id": "uuid",
    "hub": "int8",
    "seller": "uuid",
    "buyer": "uuid",
    "kind": "int2",
    "is_inside": "bool",
    "amount": "int8",
    "cv": "int8",
    "pv": "int8",
}
_EARLIER = """
    SELECT sale.seller_id, sum(sale.cv - coalesce(back.cv, 0))::bigint
    {sold} AND sale.{at} < :start AND sale.seller_id IS NOT NULL AND NOT {inside}
      AND NOT sale.kind = ANY(CAST(:excluded AS text[]))
    GROUP BY sale.seller_id
"""
# Customers of the period whose second order is in it: how many of them each hub has.
_REPEATING = """
    SELECT hub_id, count(*) FROM (
      SELECT sale.hub_id
      {sold} AND sale.{at} < :until AND sale.cv > coalesce(back.cv, 0)
        AND NOT sale.kind = ANY(CAST(:excluded AS text[]))
      GROUP BY sale.hub_id, sale.buyer_id
      HAVING count(DISTINCT sale.order_id) > 1 AND count(DISTINCT sale.order_id) FILTER (WHERE sale.{at} < :start) < 2
        AND bool_or(sale.{at} >= :start AND NOT {inside})
    ) AS again GROUP BY hub_id
"""
# Who has left by the end of the period, beside the times that ended later (`once`).
HAS_LEFT = "once.account_id IS NULL AND (person.joined_at >= :until OR coalesce(person.left_at < :until, false))"
ONCE = "once.joined_at < :until AND once.left_at >= :until"
_PEOPLE = text(
    f"""
    SELECT stood.account_id, coalesce(stood.sponsor_id, CAST(:nobody AS uuid)), {HAS_LEFT}
    FROM (SELECT DISTINCT ON (account_id) account_id, sponsor_id FROM sponsorship WHERE since < :until
          ORDER BY account_id, since DESC) AS stood
    JOIN participant AS person ON person.account_id = stood.account_id
    LEFT JOIN earlier_participation AS once ON once.account_id = stood.account_id AND {ONCE}
    ORDER BY stood.account_id
    """  # noqa: S608
)
_TERMS = text(
    """
    SELECT in_hub_id, account_id, share_bps, since, until FROM connector_term
    WHERE since < :until AND (until IS NULL OR until > :start) ORDER BY in_hub_id, account_id, since
    """
)
Terms = Mapping[int, Mapping[UUID, int]]  # hub → its connectors with their weights


@dataclass(frozen=True, slots=True)
class _Sold:
    """Sales as read, by columns: `seller` and `buyer` are places in `sellers` and `buyers`."""

    ids: Uuids
    seller: Column
    sellers: Column
    buyer: Column
    buyers: Column
    hub: Column
    hubs: Column
    columns: dict[str, Column]
    counts: Column  # what customers bought and the plan pays for


def inputs_of(*, period: PlanPeriod, plan: Plan, freeze: Freeze) -> Inputs:
    """Everything a run over a period depends on, beside the plan, as it was recorded up to `freeze`.

    Who left before the period's end stands beneath nobody's line any more: those below move up to the next who is
    there, and what the leaver sold before still counts for those above. Sales without a seller are the core's own.
    """
    facts = facts_of(period, plan, freeze)
    db.session.execute(text(ROOM))
    sold, terms = _sold(period, plan.base or ALL, facts), _terms(facts, period)
    people, parent, known = _people(facts, sold, terms)
    seller = places_in(known, sold.sellers).take(sold.seller)
    hub_ids = np.union1d(sold.hubs, np.array(list(terms), np.int64))
    hub = np.searchsorted(hub_ids, sold.hubs).astype(np.int32).take(sold.hub)
    parents = np.full(len(known), -1, np.int32)
    parents[places_in(known, people)] = parent
    if period.inputs_digest is None or digests.form_of(period.inputs_digest) > 1:  # else as it was closed before
        _close_off(known, people, parents, sold, seller)
    members = _members(known, parents, sold, seller, plan, _earlier(period, plan, facts))
    orders = Orders(sold.ids, seller, hub=hub, kind_names=KINDS, **sold.columns)
    return Inputs(members, orders, _hubs(hub_ids, terms, known, sold, hub, _repeating(period, plan, facts)))


def facts_of(period: PlanPeriod, plan: Plan, freeze: Freeze) -> dict[str, Any]:
    """The values of the statements: which sales are a period's, and who is nobody's customer."""
    return {
        "currency": period.currency,
        "cutoff": freeze.cutoff,
        "freeze": freeze.below,
        "zone": period.timezone,
        "lookback": (plan.base or ALL).lookback_days,
        "start": calendar.midnight(period.first_day, period.timezone),
        "until": calendar.midnight(period.end_day, period.timezone),
        "excluded": sorted((plan.base or ALL).exclude_kinds),
        "kinds": list(KINDS),
        "nobody": NOBODY,
    }


def statement_of(source: str, period: PlanPeriod) -> TextClause:
    """With `{sold}`, `{inside}` and `{at}` as they are for this period."""
    at = {column: column for column in calendar.EVENT_COLUMNS.values()}[period.event_time]
    sold = _SOLD.format(at=at, number=NUMBERS[period.event_time])
    return text(source.format(sold=sold, inside=_INSIDE.format(at=at), at=at))


def _sold(period: PlanPeriod, base: Base, facts: Mapping[str, Any]) -> _Sold:
    """Sales that something is left of, in the order in which they happened."""
    found = bulk.read_columns(statement_of(_SALES, period), facts, _OF_SALE)
    is_inside, kind, cv = found.pop("is_inside"), found["kind"], found["cv"]
    excluded = [place for place, name in enumerate(KINDS) if name in base.exclude_kinds]
    counts = ~is_inside & (cv > 0) & ~np.isin(kind, excluded)
    sellers, seller = numbered(found.pop("seller"))
    buyers, buyer = numbered(found.pop("buyer"))
    hubs, hub = np.unique(found.pop("hub"), return_inverse=True)
    found["buyer"] = np.where(is_inside, PARTICIPANT, CUSTOMER).astype(np.int8)
    found["kind"] = kind.astype(np.int8)
    return _Sold(Uuids(found.pop("id")), seller, sellers, buyer, buyers, hub.astype(np.int32), hubs, found, counts)


def _people(facts: Mapping[str, Any], sold: _Sold, terms: Terms) -> tuple[Column, Column, Column]:
    """Who ever took part by the end, the place of the nearest above each who still does, and everybody in the run."""
    found = bulk.read_columns(_PEOPLE, facts, {"account": "uuid", "sponsor": "uuid", "has_left": "bool"})
    people, sponsor, has_left = found["account"], found["sponsor"], found["has_left"]
    above = places_in(people, sponsor)
    if (above[sponsor != NOBODY.bytes] < 0).any():
        raise LookupError("somebody's sponsor never took part")
    # The way past leavers: each round doubles the stretch that is passed over.
    for _ in range(len(people).bit_length()):
        waiting = np.flatnonzero((above >= 0) & has_left.take(above))
        if not waiting.size:
            break
        above[waiting] = above.take(above.take(waiting))
    connectors = np.array([one.bytes for held in terms.values() for one in held], "S16")
    others = np.concatenate([sold.sellers[sold.sellers != NOBODY.bytes], connectors])
    others = others[places_in(people, others) < 0]
    known = np.union1d(people, others) if others.size else people
    here = places_in(known, people)
    return people, np.where(above >= 0, here.take(above), -1), known


def _close_off(known: Column, people: Column, parents: Column, sold: _Sold, seller: Column) -> None:
    """What customers bought who stand above the seller by the end of the period counts for nobody: it would pay them.

    They joined after they bought, and the seller was put beneath them.
    """
    takes_part = places_in(people, sold.buyers) >= 0
    places = np.flatnonzero(sold.counts & takes_part.take(sold.buyer) & (seller >= 0))
    buyer = places_in(known, sold.buyers).take(sold.buyer.take(places))
    above = places[stands_above(parents, buyer, seller.take(places))]
    sold.counts[above], sold.columns["buyer"][above] = False, PARTICIPANT


def _terms(facts: Mapping[str, Any], period: PlanPeriod) -> dict[int, dict[UUID, int]]:
    """Hub → its connectors of the period with their weights: days held, and by their parts where these differ."""
    days: dict[int, dict[tuple[UUID, int], int]] = {}
    for hub_id, account_id, share_bps, since, until in db.session.execute(_TERMS, facts):
        first = max(_day(since, period), period.first_day)
        end = period.end_day if until is None else min(_day(until, period), period.end_day)
        if end > first:
            held = days.setdefault(hub_id, {})
            held[account_id, share_bps] = held.get((account_id, share_bps), 0) + (end - first).days
    weights: dict[int, dict[UUID, int]] = {}
    for hub_id, held in days.items():
        is_even = len({share for _, share in held}) == 1
        ours = weights.setdefault(hub_id, {})
        for (account_id, share), count in held.items():
            ours[account_id] = ours.get(account_id, 0) + (count if is_even else count * share)
    return weights


def _day(moment: datetime, period: PlanPeriod) -> date:
    return calendar.day_of(moment, period.timezone)


def _members(
    known: Column, parents: Column, sold: _Sold, seller: Column, plan: Plan, earlier: Mapping[str, Column]
) -> Members:
    names, size = Uuids(known), len(known)
    mine = np.flatnonzero(sold.counts & (seller >= 0))
    sellers = seller.take(mine)
    customers = np.bincount(_pairs(sellers, sold.buyer.take(mine), len(sold.buyers)), minlength=size)
    volumes = _sums(size, sellers, sold.columns["cv"].take(mine))
    points = _sums(size, sellers, sold.columns["pv"].take(mine))
    active = policies.is_active(plan.rule, customers=customers, volume=volumes)
    before = np.zeros(size, np.int64)
    if earlier:
        before = _sums(size, places_in(known, earlier["seller"]), earlier["cv"])
    tree = plant(parents, names, file="sponsorship")
    ranks = np.zeros(size, np.int8)
    return Members(names, tree, ranks, active, customers, points, volumes, before, rank_names=(None,))


def _pairs(first: Column, second: Column, size: int) -> Column:
    """The first of each pair that is different; the second is below `size`."""
    return np.unique(first * np.int64(max(size, 1)) + second) // max(size, 1)


def _sums(size: int, keys: Column, values: Column) -> Column:
    """Values summed by key, in integers that hold the sums; -1 is nobody."""
    return sums(size, keys, values if stays_under(values, WORD) else values.astype(object))[:-1]


def _earlier(period: PlanPeriod, plan: Plan, facts: Mapping[str, Any]) -> dict[str, Column]:
    """Own volume of all earlier periods, where a component asks for it."""
    if "cumulative_cv" not in plan.thresholds:
        return {}
    return bulk.read_columns(statement_of(_EARLIER, period), facts, {"seller": "uuid", "cv": "int8"})


def _repeating(period: PlanPeriod, plan: Plan, facts: Mapping[str, Any]) -> dict[int, int]:
    """Hub → customers whose second order is in the period, where a pool is shared by them."""
    if not any(isinstance(one, Pool) and one.shares_on for one in plan.components):
        return {}
    return {hub_id: int(count) for hub_id, count in db.session.execute(statement_of(_REPEATING, period), facts)}


def _hubs(hub_ids: Column, terms: Terms, known: Column, sold: _Sold, hub: Column, repeating: Mapping[int, int]) -> Hubs:
    bought = np.flatnonzero(sold.counts)
    pairs = _pairs(hub.take(bought), sold.buyer.take(bought), len(sold.buyers))
    customers = np.bincount(pairs, minlength=len(hub_ids))
    listed: Sequence[int] = hub_ids.tolist()
    return Hubs(
        [str(hub_id) for hub_id in listed],
        [_held(known, terms.get(hub_id, {})) for hub_id in listed],
        customers.tolist(),
        [repeating.get(hub_id, 0) for hub_id in listed],
    )


def _held(known: Column, weights: Mapping[UUID, int]) -> list[tuple[int, int]]:
    places = places_in(known, np.array([one.bytes for one in weights], "S16"))
    return sorted(zip(places.tolist(), weights.values(), strict=True))
