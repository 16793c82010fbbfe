"""What a period's run reads: sales, refunds, sponsors and connectors up to a moment, by columns (platform scope)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import text

from hubapp.earnings.compensation import calendar, policies
from hubapp.earnings.compensation.models import PlanPeriod
from hubapp.earnings.compensation.plans.inputs import BUYERS, Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.schema import Base, PersonalTier, Plan, Pool
from hubapp.earnings.compensation.plans.tree import plant
from hubapp.kernel.db import db

CUSTOMER, PARTICIPANT = BUYERS.index("customer"), BUYERS.index("participant")
ALL = Base(frozenset(), frozenset({"customer"}), 60)
AT_ONCE = 10_000

# A buyer who sells for the network, or did within the look-back, is none of its customers; nor is oneself, nor whoever
# looks after a hub in the period: they have a part of what is bought there.
_SOLD = """
    FROM plan_sale AS sale
    LEFT JOIN (
      SELECT hub_id, sale_id, sum(amount)::bigint AS amount, sum(cv)::bigint AS cv, sum(pv)::bigint AS pv
      FROM plan_refund WHERE at <= :cutoff GROUP BY hub_id, sale_id
    ) AS back ON back.hub_id = sale.hub_id AND back.sale_id = sale.id
    LEFT JOIN participant AS buyer ON buyer.account_id = sale.buyer_id AND buyer.joined_at <= sale.{at}
      AND (buyer.left_at IS NULL OR (buyer.left_at AT TIME ZONE :zone)::date
           >= (sale.{at} AT TIME ZONE :zone)::date - CAST(:lookback AS integer))
    WHERE sale.currency = :currency AND sale.paid_at <= :cutoff
"""
_INSIDE = """(sale.buyer_id IS NOT DISTINCT FROM sale.seller_id OR buyer.account_id IS NOT NULL OR sale.buyer_id IN (
      SELECT account_id FROM connector_term WHERE since < :until AND (until IS NULL OR until > :start))
    OR (sale.buyer_id IN (SELECT account_id FROM earlier_participation) AND EXISTS (
      SELECT FROM earlier_participation AS once WHERE once.account_id = sale.buyer_id AND once.joined_at <= sale.{at}
        AND (once.left_at AT TIME ZONE :zone)::date
            >= (sale.{at} AT TIME ZONE :zone)::date - CAST(:lookback AS integer))))"""
_SALES = """
    SELECT sale.id, sale.hub_id, sale.seller_id, sale.buyer_id, sale.kind,
      sale.amount - coalesce(back.amount, 0), sale.cv - coalesce(back.cv, 0), sale.pv - coalesce(back.pv, 0), {inside}
    {sold} AND sale.{at} >= :start AND sale.{at} < :until
    ORDER BY sale.{at}, sale.hub_id, sale.number, sale.position, sale.id
"""
_EARLIER = """
    SELECT sale.seller_id, sum(sale.cv - coalesce(back.cv, 0))::bigint
    {sold} AND sale.{at} < :start AND sale.seller_id IS NOT NULL AND NOT {inside} AND NOT sale.kind = ANY(:excluded)
    GROUP BY sale.seller_id
"""
# Customers of the period whose second order is in it: how many of them each hub has.
_REPEATING = """
    WITH theirs AS (SELECT * FROM unnest(CAST(:hubs AS bigint[]), CAST(:buyers AS uuid[])) AS one (hub_id, buyer_id)),
    counted AS (
      SELECT sale.hub_id, sale.buyer_id, count(DISTINCT sale.order_id) AS orders,
        count(DISTINCT sale.order_id) FILTER (WHERE sale.{at} < :start) AS earlier
      {sold} AND sale.{at} < :until AND sale.cv > coalesce(back.cv, 0) AND NOT sale.kind = ANY(:excluded)
        AND (sale.hub_id, sale.buyer_id) IN (SELECT hub_id, buyer_id FROM theirs)
      GROUP BY sale.hub_id, sale.buyer_id
    )
    SELECT hub_id, count(*) FROM counted WHERE orders > 1 AND earlier < 2 GROUP BY hub_id
"""
_PEOPLE = text(
    """
    SELECT stood.account_id, stood.sponsor_id, once.account_id IS NULL
      AND (person.joined_at >= :until OR coalesce(person.left_at < :until, false))
    FROM (SELECT DISTINCT ON (account_id) account_id, sponsor_id FROM sponsorship WHERE since < :until
          ORDER BY account_id, since DESC) AS stood
    JOIN participant AS person ON person.account_id = stood.account_id
    LEFT JOIN earlier_participation AS once
      ON once.account_id = stood.account_id AND once.joined_at < :until AND once.left_at >= :until
    """
)
_TERMS = text(
    """
    SELECT in_hub_id, account_id, share_bps, since, until FROM connector_term
    WHERE since < :until AND (until IS NULL OR until > :start) ORDER BY in_hub_id, account_id, since
    """
)


@dataclass(slots=True)
class _Sold:
    """Sales as read, by columns, and what follows from those that customers made."""

    columns: dict[str, list[Any]] = field(
        default_factory=lambda: {name: [] for name in ("ids", "buyer", "amount", "cv", "pv", "kind")}
    )
    sellers: list[UUID | None] = field(default_factory=list)
    hub_ids: list[int] = field(default_factory=list)
    pairs: set[tuple[UUID, UUID]] = field(default_factory=set)
    buyers: set[tuple[int, UUID]] = field(default_factory=set)
    cv: dict[UUID, int] = field(default_factory=dict)
    pv: dict[UUID, int] = field(default_factory=dict)
    by: dict[int, UUID] = field(default_factory=dict)  # place → who bought it and stands above the seller

    def bought_by(self, index: Mapping[UUID, int]) -> list[int]:
        """That column; empty where there is no such purchase."""
        if not self.by:
            return []
        found = [-1] * len(self.sellers)
        for place, buyer in self.by.items():
            found[place] = index[buyer]
        return found


def inputs_of(*, period: PlanPeriod, plan: Plan, cutoff: datetime) -> Inputs:
    """Everything a run over a period depends on, beside the plan, as it was recorded up to `cutoff`.

    Who left before the period's end stands beneath nobody's line any more: those below move up to the next who is
    there, and what the leaver sold before still counts for those above. Sales without a seller are the core's own.
    """
    facts = _facts(period, plan, cutoff)
    above = _above(facts)
    sold = _sold(period, plan.base or ALL, facts, above)
    terms = _terms(facts, period)
    known = sorted({*above, *(one for one in sold.sellers if one), *(one for held in terms.values() for one in held)})
    index = {account_id: place for place, account_id in enumerate(known)}
    parents = [index[sponsor] if (sponsor := above.get(one)) is not None else -1 for one in known]
    hub_ids = sorted({*sold.hub_ids, *terms})
    hubs = {hub_id: place for place, hub_id in enumerate(hub_ids)}
    orders = Orders(
        seller=[index[one] if one is not None else -1 for one in sold.sellers],
        hub=[hubs[hub_id] for hub_id in sold.hub_ids],
        by=sold.bought_by(index),
        **sold.columns,
    )
    members = _members(known, parents, sold, plan, _earlier(period, plan, facts))
    return Inputs(members, orders, _hubs(hub_ids, terms, index, sold, _repeating(period, plan, sold, facts)))


def _facts(period: PlanPeriod, plan: Plan, cutoff: datetime) -> dict[str, Any]:
    base = plan.base or ALL
    return {
        "currency": period.currency,
        "cutoff": cutoff,
        "zone": period.timezone,
        "lookback": base.lookback_days,
        "start": calendar.midnight(period.first_day, period.timezone),
        "until": calendar.midnight(period.end_day, period.timezone),
        "excluded": sorted(base.exclude_kinds),
    }


def _statement(source: str, period: PlanPeriod) -> Any:
    at = {column: column for column in calendar.EVENT_COLUMNS.values()}[period.event_time]
    return text(source.format(sold=_SOLD.format(at=at), inside=_INSIDE.format(at=at), at=at))


def _is_above(buyer: UUID, seller: UUID | None, above: Mapping[UUID, UUID | None]) -> bool:
    """Whether the buyer of a sale stands above who sold it, by the end of the period."""
    while seller is not None and seller != buyer:
        seller = above.get(seller)
    return seller is not None


def _sold(period: PlanPeriod, base: Base, facts: Mapping[str, Any], above: Mapping[UUID, UUID | None]) -> _Sold:
    """Sales that something is left of, in the order in which they happened."""
    sold = _Sold()
    columns = sold.columns
    rows = db.session.execute(_statement(_SALES, period), facts, execution_options={"yield_per": AT_ONCE})
    for sale_id, hub_id, seller, buyer, kind, amount, cv, pv, is_inside in rows:
        if amount <= 0 and cv <= 0:
            continue
        columns["ids"].append(str(sale_id))
        columns["buyer"].append(PARTICIPANT if is_inside else CUSTOMER)
        columns["amount"].append(max(amount, 0))
        columns["cv"].append(max(cv, 0))
        columns["pv"].append(max(pv, 0))
        columns["kind"].append(kind)
        sold.sellers.append(seller)
        sold.hub_ids.append(hub_id)
        if is_inside or cv <= 0 or kind in base.exclude_kinds:
            continue
        if buyer in above and _is_above(buyer, seller, above):
            sold.by[len(sold.sellers) - 1] = buyer
        sold.buyers.add((hub_id, buyer))
        if seller is not None:
            sold.pairs.add((seller, buyer))
            sold.cv[seller] = sold.cv.get(seller, 0) + cv
            sold.pv[seller] = sold.pv.get(seller, 0) + pv
    return sold


def _above(facts: Mapping[str, Any]) -> dict[UUID, UUID | None]:
    """Everybody who ever took part by the end → the nearest above them who still does."""
    sponsors: dict[UUID, UUID | None] = {}
    gone: set[UUID] = set()
    for account_id, sponsor_id, has_left in db.session.execute(_PEOPLE, facts):
        sponsors[account_id] = sponsor_id
        if has_left:
            gone.add(account_id)
    # A leaver's own way up is walked once, however many stand beneath them.
    passed: dict[UUID, UUID | None] = {}

    def present(one: UUID | None) -> UUID | None:
        way = []
        while one is not None and one in gone and one not in passed:
            way.append(one)
            one = sponsors[one]
        end = passed[one] if one is not None and one in passed else one
        passed.update(dict.fromkeys(way, end))
        return end

    return {account_id: present(sponsor) for account_id, sponsor in sponsors.items()}


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


def _members(known: list[UUID], parents: list[int], sold: _Sold, plan: Plan, earlier: Mapping[UUID, int]) -> Members:
    names = [str(one) for one in known]
    customers: dict[UUID, int] = {}
    for seller, _buyer in sold.pairs:
        customers[seller] = customers.get(seller, 0) + 1
    counts = _column(known, customers)
    volumes = _column(known, sold.cv)
    active = [policies.is_active(plan.rule, customers=own, volume=cv) for own, cv in zip(counts, volumes, strict=True)]
    ranks: list[str | None] = [None] * len(known)
    tree = plant(parents, names, file="sponsorship")
    return Members(names, tree, ranks, active, counts, _column(known, sold.pv), volumes, _column(known, earlier))


def _column(known: Iterable[UUID], values: Mapping[UUID, int]) -> list[int]:
    return [values.get(one, 0) for one in known]


def _earlier(period: PlanPeriod, plan: Plan, facts: Mapping[str, Any]) -> dict[UUID, int]:
    """Own volume of all earlier periods, where a component asks for it."""
    if not any(isinstance(one, PersonalTier) and one.threshold_on == "cumulative_cv" for one in plan.components):
        return {}
    return {seller: int(cv) for seller, cv in db.session.execute(_statement(_EARLIER, period), facts)}


def _repeating(period: PlanPeriod, plan: Plan, sold: _Sold, facts: Mapping[str, Any]) -> dict[int, int]:
    """Hub → customers whose second order is in the period, where a pool is shared by them."""
    if not sold.buyers or not any(isinstance(one, Pool) and one.shares_on for one in plan.components):
        return {}
    pairs = sorted(sold.buyers)
    asked = {**facts, "hubs": [hub_id for hub_id, _ in pairs], "buyers": [buyer for _, buyer in pairs]}
    return {hub_id: int(count) for hub_id, count in db.session.execute(_statement(_REPEATING, period), asked)}


def _hubs(
    hub_ids: list[int],
    terms: Mapping[int, Mapping[UUID, int]],
    index: Mapping[UUID, int],
    sold: _Sold,
    repeating: Mapping[int, int],
) -> Hubs:
    customers: dict[int, int] = {}
    for hub_id, _buyer in sold.buyers:
        customers[hub_id] = customers.get(hub_id, 0) + 1
    held = [sorted((index[one], weight) for one, weight in terms.get(hub_id, {}).items()) for hub_id in hub_ids]
    return Hubs(
        [str(hub_id) for hub_id in hub_ids],
        held,
        [customers.get(hub_id, 0) for hub_id in hub_ids],
        [repeating.get(hub_id, 0) for hub_id in hub_ids],
    )
