"""Reading a plan of the product: one TOML file, every key known, every refusal with file, key and reason."""

from __future__ import annotations

import re
from datetime import date

from hubapp.earnings.compensation.plans import parts
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.reading import Table, shown
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import Base, Caps, MemberRule, Period, Plan, Refunds

NAMES = ("schema", "id", "version", "currency", "effective_from")
TABLES = ("period", "base", "eligibility", "component", "caps", "rounding", "refunds")
EVENT_TIMES = ("delivered_at", "paid_at", "ordered_at")


def read(data: object, *, file: str) -> Plan:
    """Check a plan's shape and numbers; whether it may be used is for `lint`. Refuses with BadInput."""
    plan = Table.of(data, file=file).only(*NAMES, *TABLES)
    plan.integer("schema", least=1, most=1)
    components = parts.components(list(plan.tables("component")), hub_base="cv")
    if not components:
        raise plan.bad("component", "a plan needs at least one")
    for index, component in enumerate(components):
        if component.type in {"geometric", "fee_cascade"}:
            raise plan.bad(f"component[{index}].type", f"{component.type} is for worked cases only")
    currency = plan.text("currency")
    if not re.fullmatch(r"[A-Z]{3}", currency):
        raise plan.bad("currency", f"must be one ISO 4217 code like EUR, not {shown(currency)}")
    return Plan(
        components,
        _rounding(plan.table("rounding")),
        _caps(plan.table("caps"), [component.id for component in components]),
        id=plan.text("id"),
        version=plan.integer("version", least=1),
        currency=currency,
        effective_from=_date(plan, "effective_from"),
        period=_period(plan.table("period")),
        base=_base(plan.table("base")),
        rule=_rule(plan.table("eligibility")),
        retail_share_min=_share(plan.table("eligibility")),
        refunds=_refunds(plan.table("refunds")),
    )


def refuse_past_start(plan: Plan, *, today: date, file: str) -> None:
    """A plan is announced ahead: it may not start today or earlier."""
    if plan.effective_from is not None and plan.effective_from <= today:
        raise BadInput(
            f"starts in the past: {plan.effective_from} is not after {today}", key="effective_from", file=file
        )


def _date(plan: Table, name: str) -> date:
    value = plan.value.get(name)
    try:
        return value if type(value) is date else date.fromisoformat(plan.text(name))
    except ValueError:
        raise plan.bad(name, f"must be a date like 2027-01-01, not {shown(value)}") from None


def _period(period: Table) -> Period:
    period.only("kind", "timezone", "close_lag_days", "event_time")
    zone = period.text("timezone", "UTC")
    if not re.fullmatch(r"UTC|[A-Z][A-Za-z_]+(/[A-Z][A-Za-z_+-]+)+", zone):
        raise period.bad("timezone", f"{shown(zone)} is no time zone like Europe/Paris")
    kind = period.text("kind", "month", among=("month", "iso_week"))
    lag = period.integer("close_lag_days", most=366)
    return Period(kind, zone, lag, period.text("event_time", "delivered_at", among=EVENT_TIMES))


def _base(base: Table) -> Base:
    base.only("value", "exclude_kinds", "commissionable_buyers", "participant_lookback_days")
    base.text("value", "net_excl_tax", among=("net_excl_tax",))
    buyers = base.texts("commissionable_buyers", default=["customer"])
    for buyer in buyers:
        if buyer not in BUYERS:
            raise base.bad("commissionable_buyers", f"{shown(buyer)} is not one of {', '.join(BUYERS)}")
    kinds = base.texts("exclude_kinds", default=[])
    return Base(frozenset(kinds), frozenset(buyers), base.integer("participant_lookback_days", 60, most=3660))


def _rule(eligibility: Table) -> MemberRule | None:
    names = (
        "min_verified_customers",
        "or_min_customer_cv",
        "majority_nonparticipant",
        "retail_reward_share_min",
        "scope",
    )
    if not eligibility.only(*names).value:
        return None
    eligibility.text("scope", "team", among=("team",))
    customers, volume = (eligibility.integer(name) if name in eligibility else None for name in names[:2])
    majority = eligibility.flag("majority_nonparticipant", default=False)
    return MemberRule(customers, volume, in_points=False, majority=majority)


def _share(eligibility: Table) -> tuple[int, int] | None:
    name = "retail_reward_share_min"
    if name not in eligibility:
        return None
    pair = eligibility.rows(name)
    if len(pair) != 2 or any(type(number) is not int or number < 0 for number in pair) or not 0 < pair[1] >= pair[0]:  # noqa: PLR2004  a fraction
        raise eligibility.bad(name, f"must be a fraction of at most 1 like [2, 3], not {shown(pair)}")
    return pair[0], pair[1]


def _caps(caps: Table, known: list[str]) -> Caps:
    caps.only("total_bps", "per_participant_cents", "scale_order")
    order = caps.texts("scale_order", default=[])
    for name in order:
        if name not in known:
            raise caps.bad("scale_order", f"{shown(name)} is no component of this plan")
    total = caps.bps("total_bps") if "total_bps" in caps else None
    return Caps(total, caps.integer("per_participant_cents") if "per_participant_cents" in caps else None, order)


def _rounding(rounding: Table) -> Rounding:
    rounding.only("unit", "mode", "splits")
    rounding.text("splits", "largest_remainder", among=("largest_remainder",))
    return Rounding(rounding.text("mode", "down", among=("down", "half_up")), rounding.integer("unit", 1, least=1))


def _refunds(refunds: Table) -> Refunds:
    refunds.only("method", "max_age_days", "holdback_bps", "recover_bps_of_next_payouts")
    method = "recompute_and_post_difference"
    refunds.text("method", method, among=(method,))
    age = refunds.integer("max_age_days", 400, most=36600)
    return Refunds(age, refunds.bps("holdback_bps", 0), refunds.bps("recover_bps_of_next_payouts", 5000))
