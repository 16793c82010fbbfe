"""A plan as data of a statement: named as in its TOML, everything explicit, without the names of people."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hubapp.earnings.compensation.plans.schema import (
    HUBS,
    Component,
    Differential,
    FeeCascade,
    Generation,
    Geometric,
    GroupTier,
    HubShare,
    HubTier,
    MemberRule,
    PersonalTier,
    Plan,
    Pool,
    RetailMargin,
    Unilevel,
)
from hubapp.earnings.compensation.plans.tiers import Tiers

Data = dict[str, Any]


def rules_of(plan: Plan) -> Data:
    """All rules of a plan."""
    period, refunds = plan.period, plan.refunds
    return {
        "currency": plan.currency,
        "effective_from": str(plan.effective_from) if plan.effective_from else None,
        "components": [component_of(one) for one in plan.components],
        "rounding": {"unit": plan.rounding.unit, "mode": plan.rounding.mode, "splits": "largest_remainder"},
        "caps": {
            "total_bps": plan.caps.total_bps,
            "per_participant_cents": plan.caps.per_participant,
            "scale_order": list(plan.caps.scale_order),
        },
        "eligibility": _eligibility(plan),
        "base": base_of(plan),
        "period": period
        and {
            "kind": period.kind,
            "timezone": period.timezone,
            "close_lag_days": period.close_lag_days,
            "event_time": period.event_time,
        },
        "refunds": refunds
        and {
            "method": "recompute_and_post_difference",
            "max_age_days": refunds.max_age_days,
            "holdback_bps": refunds.holdback_bps,
            "recover_bps_of_next_payouts": refunds.recover_bps,
        },
    }


def base_of(plan: Plan) -> Data | None:
    """Which sales count."""
    if plan.base is None:
        return None
    return {
        "value": "net_excl_tax",
        "exclude_kinds": sorted(plan.base.exclude_kinds),
        "commissionable_buyers": sorted(plan.base.buyers),
        "participant_lookback_days": plan.base.lookback_days,
    }


def names_people(plan: Plan) -> bool:
    """Whether the plan's text itself says who has which share."""
    return any(
        (isinstance(one, Pool) and one.shares) or (isinstance(one, HubTier) and one.split) for one in plan.components
    )


def component_of(component: Component) -> Data:
    """One component."""
    return {"id": component.id, "type": component.type, **SHAPES[component.type](component)}


def _eligibility(plan: Plan) -> Data | None:
    if plan.rule is None and plan.retail_share_min is None:
        return None
    rule = plan.rule or MemberRule()
    return {
        "min_verified_customers": rule.min_customers,
        "or_min_customer_cv": rule.min_volume,
        "majority_nonparticipant": rule.majority,
        "retail_reward_share_min": list(plan.retail_share_min) if plan.retail_share_min else None,
        "scope": "team",
    }


def steps(tiers: Tiers) -> list[Data]:
    """Tiers as a plan writes them."""
    return [{"from": start, "bps": bps} for start, bps in zip(tiers.starts, tiers.rates, strict=True)]


def people(shares: dict[str, int]) -> Data:
    """A table of people without them."""
    return {"people": len(shares), "sum": sum(shares.values())}


def threshold_of(one: PersonalTier | Differential) -> str:
    """As a plan writes it."""
    return "hub" if one.threshold_on in HUBS else one.threshold_on


def _personal(one: PersonalTier) -> Data:
    attribute = {"attribute": "order_running"} if one.by_order else {}
    named = {"mode": one.mode, "threshold_on": threshold_of(one)}
    return {"on": "cv", **named, "tiers": steps(one.tiers), **attribute}


def _retail(one: RetailMargin) -> Data:
    return {"on": "cv", "bps": one.bps}


def _differential(one: Differential) -> Data:
    rule = one.rule
    has_minima = rule.min_customers is not None or rule.min_volume is not None
    return {
        "on": "cv",
        "mode": one.mode,
        "threshold_on": threshold_of(one),
        "schedule": steps(one.schedule) if one.schedule else None,
        "rate_by_rank": dict(one.rate_by_rank),
        "customer_rule": {"min_customers": rule.min_customers, "min_customer_pv": rule.min_volume}
        if has_minima
        else None,
        "eligibility": "majority_nonparticipant" if rule.majority else None,
        "max_paid_per_sale": one.max_paid_per_sale,
    }


def _unilevel(one: Unilevel) -> Data:
    depths = dict(one.depth_by_rank) if one.depth_by_rank is not None else None
    return {"on": "cv", "levels_bps": list(one.levels), "depth_by_rank": depths, "compression": one.compression}


def _generation(one: Generation) -> Data:
    return {"on": "cv", "breakaway_rank": one.rank, "rates_bps": list(one.rates)}


def _group(one: GroupTier) -> Data:
    return {"mode": one.mode, "on": one.on, "tiers": steps(one.tiers), "ranks": sorted(one.ranks)}


def _pool(one: Pool) -> Data:
    return {
        "fund_bps": one.fund_bps,
        "fund_fixed": one.fund_fixed,
        "shares": people(one.shares) if one.shares_on is None else None,
        "shares_on": one.shares_on,
        "allocation": "largest_remainder",
        "per_participant_cap_bps_of_pool": one.cap_bps,
    }


def _hub_share(one: HubShare) -> Data:
    return {"fee_bps": one.fee_bps, "split_bps": {"connector": one.connector_bps, "company": one.company_bps}}


def _hub_tier(one: HubTier) -> Data:
    return {
        "mode": one.mode,
        "on": one.on,
        "tiers": steps(one.tiers),
        "fixed_payment": one.fixed_payment,
        "fixed_min_turnover": one.fixed_min_turnover,
        "fixed_min_customers": one.fixed_min_customers,
        "split": people(one.split) if one.split else "single",
    }


def _cascade(one: FeeCascade) -> Data:
    return {"steps": len(one.steps)}


def _geometric(one: Geometric) -> Data:
    return {"reward": one.reward, "ratio_num": one.numerator, "ratio_den": one.denominator, "budget": one.budget}


SHAPES: dict[str, Callable[[Any], Data]] = {
    "personal_tier": _personal,
    "retail_margin": _retail,
    "differential": _differential,
    "unilevel": _unilevel,
    "generation": _generation,
    "group_tier": _group,
    "pool": _pool,
    "hub_share": _hub_share,
    "hub_tier": _hub_tier,
    "fee_cascade": _cascade,
    "geometric": _geometric,
}
