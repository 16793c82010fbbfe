"""What can be read off a plan without running it."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from math import ceil

from hubapp.earnings.compensation.plans.lint.findings import Finding, judged
from hubapp.earnings.compensation.plans.refused import KOSCOT, LEVELS
from hubapp.earnings.compensation.plans.schema import (
    MULTI_LEVEL,
    Component,
    Differential,
    Generation,
    HubShare,
    HubTier,
    PersonalTier,
    Plan,
    Pool,
    RetailMargin,
    Unilevel,
)

FULL = 10_000
NEVER_PAID = ("entry_fee", "kit", "training")
RARELY_PAID = ("shipping", "gift_card", "donation")
LOOKBACK_DAYS = 60
CLOSE_LAG_DAYS = 14
PAID_PER_SALE_WARN, PAID_PER_SALE_MOST = 3, 5
TWO_THIRDS = Fraction(2, 3)


def findings(plan: Plan) -> Iterator[Finding]:
    """All of them, in a fixed order."""
    yield _ratio(plan)
    yield _paid_per_sale(plan)
    yield from _declared(plan)
    yield from _regressive(plan)
    yield from _base(plan)
    yield from _eligibility(plan)
    lag = plan.period.close_lag_days if plan.period else 0
    yield judged(
        "M19",
        "withdrawal",
        lag,
        refuse=lag < CLOSE_LAG_DAYS,
        reason=f"close_lag_days is {lag}; no commission is final before the 14 days of withdrawal are over",
        source="Dir. 2011/83 art. 9",
    )


def worst_bps(component: Component) -> int | None:
    """The most a component can pay, in basis points of cv; None where nothing bounds it."""
    worst: int | None = None
    match component:
        case PersonalTier():
            worst = component.tiers.highest
        case RetailMargin():
            worst = component.bps
        case Differential():
            rates = component.schedule.rates if component.schedule else tuple(component.rate_by_rank.values())
            worst = max(rates, default=0)
        case Unilevel():
            worst = sum(component.levels)
        case Generation():
            worst = sum(component.rates)
        case Pool():
            worst = None if component.fund_fixed else component.fund_bps
        case HubShare():
            worst = ceil(Fraction(component.fee_bps * component.connector_bps, FULL))
        case HubTier():
            worst = _worst_of_hub(component)
    return worst


def _worst_of_hub(component: HubTier) -> int | None:
    if not component.fixed_payment:
        return component.tiers.highest
    if not component.fixed_min_turnover:
        return None
    return component.tiers.highest + ceil(Fraction(component.fixed_payment * FULL, component.fixed_min_turnover))


def _ratio(plan: Plan) -> Finding:
    worst = [(component.id, worst_bps(component)) for component in plan.components]
    endless = [name for name, bps in worst if bps is None]
    total = sum(bps or 0 for _, bps in worst)
    cap = plan.caps.total_bps
    parts = " + ".join(f"{name} {bps / 100:g}" for name, bps in worst if bps is not None)
    words = f"{parts} = {total / 100:g} % of cv at worst"
    words += f", without bound: {', '.join(endless)}" if endless else ""
    gross = [component.id for component in plan.components if _is_of_amounts(component)]
    words += f", where {', '.join(gross)} is of amounts with tax, not of cv" if gross else ""
    words += f", against a cap of {cap / 100:g} %" if cap is not None else ", and there is no cap on the total"
    over = bool(endless) or total > (cap if cap is not None else 0)
    uncapped = cap is None and (bool(endless) or total > FULL)
    return judged("worst case", "payout ratio", total, warn=over or bool(gross), refuse=uncapped, reason=words)


def _is_of_amounts(component: Component) -> bool:
    """Whether its rates are of what was paid, tax included, and not of cv."""
    return isinstance(component, HubShare) or (isinstance(component, HubTier) and component.on == "amount")


def _paid_per_sale(plan: Plan) -> Finding:
    """People whom one sale pays through the sponsor tree."""
    counts = [_steps(component) for component in plan.components if component.type in MULTI_LEVEL]
    total = sum(count or 0 for count in counts)
    words = f"one sale pays up to {total} people through the tree"
    if None in counts:
        words = "one sale pays people without a bound through the tree (group_tier)"
    return judged(
        "M17",
        "paid people per sale",
        total,
        warn=total > PAID_PER_SALE_WARN,
        refuse=total > PAID_PER_SALE_MOST or None in counts,
        reason=f"{words}; more than {PAID_PER_SALE_WARN} is many, more than {PAID_PER_SALE_MOST} is refused",
        source=LEVELS,
    )


def _steps(component: Component) -> int | None:
    match component:
        case Differential():
            rates = component.schedule.rates if component.schedule else tuple(component.rate_by_rank.values())
            return len({rate for rate in rates if rate})
        case Unilevel():
            return sum(1 for bps in component.levels if bps)
        case Generation():
            return sum(1 for bps in component.rates if bps)
    return None


def _declared(plan: Plan) -> Iterator[Finding]:
    for component in plan.components:
        if isinstance(component, Differential) and component.max_paid_per_sale is not None:
            steps = _steps(component) or 0
            declared = component.max_paid_per_sale
            words = f"{component.id} declares max_paid_per_sale = {declared} and has {steps} positive steps"
            yield judged("M17", "declared paid people", steps, refuse=steps > declared, reason=words, source=LEVELS)


def _regressive(plan: Plan) -> Iterator[Finding]:
    for component in plan.components:
        tiers = component.schedule if isinstance(component, Differential) else getattr(component, "tiers", None)
        if tiers is not None and not tiers.is_rising:
            words = f"{component.id} pays a lower rate for more: {', '.join(map(str, tiers.rates))} basis points"
            yield judged("regressive tiers", component.id, min(tiers.rates), refuse=True, reason=words)


def _base(plan: Plan) -> Iterator[Finding]:
    base = plan.base
    kinds = base.exclude_kinds if base else frozenset()
    missing = [kind for kind in NEVER_PAID if kind not in kinds]
    words = f"base.exclude_kinds lacks {', '.join(missing)}" if missing else "joining, kits and training pay nothing"
    yield judged("M4", "excluded kinds", len(missing), refuse=bool(missing), reason=words, source=KOSCOT)
    rare = [kind for kind in RARELY_PAID if kind not in kinds]
    if rare:
        yield judged("M4", "other kinds", len(rare), warn=True, reason=f"base.exclude_kinds lacks {', '.join(rare)}")
    inside = sorted((base.buyers if base else {"participant"}) - {"customer"})
    words = f"purchases of {', '.join(inside)} count towards pay and thresholds" if inside else "only customers count"
    yield judged(
        "M3",
        "own purchases",
        len(inside),
        refuse=bool(inside),
        reason=words,
        source="Herbalife 2016; Vemma order II(B)",
    )
    days = base.lookback_days if base else 0
    words = f"a buyer is outside the network {days} days after leaving it; at least {LOOKBACK_DAYS} are needed"
    yield judged("M1", "look-back", days, refuse=days < LOOKBACK_DAYS, reason=words, source="FTC v. AdvoCare")


def _eligibility(plan: Plan) -> Iterator[Finding]:
    share = plan.retail_share_min
    if share is not None:
        words = f"retail_reward_share_min is {share[0]}/{share[1]}; at least 2/3 of group pay comes from retail sales"
        below = Fraction(*share) < TWO_THIRDS
        yield judged("M3", "retail share", share[0] * FULL // share[1], refuse=below, reason=words, source="Herbalife")
    if not any(component.type in MULTI_LEVEL for component in plan.components):
        return
    customers = plan.rule.min_customers or 0 if plan.rule else 0
    words = f"group pay asks for {customers} verified customers; the Amway rule has ten"
    yield judged("M7", "customers", customers, warn=customers < 10, reason=words, source="93 FTC 618")  # noqa: PLR2004
    majority = bool(plan.rule and plan.rule.majority)
    words = f"group pay {'needs' if majority else 'does not need'} a majority of volume from outside the network"
    yield judged("M2", "majority", int(majority), warn=not majority, reason=words, source="Vemma order II(C)")
