"""Reading the components of a plan, which both formats share."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from hubapp.earnings.compensation.plans import refused
from hubapp.earnings.compensation.plans.reading import FULL, Table, shown
from hubapp.earnings.compensation.plans.schema import (
    CascadeStep,
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
    Pool,
    RetailMargin,
    Unilevel,
)
from hubapp.earnings.compensation.plans.tiers import Tiers

MODES = ("marginal", "slab")
VOLUMES = ("cv", "pv", "gv", "gv_down", "gpv", "cumulative_cv")
HOLDS_OWN = ("cv", "gv", "cumulative_cv")  # volumes in cv that own sales are a part of
ON_HUBS = frozenset({"personal_tier", "differential", "hub_tier"})  # what may stand on the turnover of hubs


def components(rows: list[Table], *, hub_base: str) -> tuple[Component, ...]:
    """All components of a plan in file order; `hub_base`: what a hub's turnover is where the plan does not say."""
    found: list[Component] = []
    for row in rows:
        kind = row.text("type")
        reason = refused.TYPES.get(kind)
        if reason is not None:
            raise refused.not_lawful(reason, key=row.at(f"type={kind}"), file=row.file)
        read = READERS.get(kind)
        if read is None:
            raise row.bad("type", f"unknown type {shown(kind)}; known are {', '.join(READERS)}")
        one = read(row, hub_base) if kind in ON_HUBS else read(row)
        if any(one.id == other.id for other in found):
            raise row.bad("id", f"{shown(one.id)} is there twice")
        found.append(one)
    return tuple(found)


def tiers(row: Table, name: str) -> Tiers:
    """Ascending starts, rates of at most 100 %."""
    steps = [(step.only("from", "bps").integer("from"), step.bps("bps")) for step in row.tables(name)]
    if not steps:
        raise row.bad(name, "has no tier")
    for place, (low, high) in enumerate(pairwise(start for start, _ in steps), start=1):
        if low == high:
            raise row.bad(f"{name}[{place}].from", f"overlaps the tier before it: both start at {high}")
        if low > high:
            raise row.bad(f"{name}[{place}].from", f"tiers are not sorted: {high} comes after {low}")
    return Tiers.of(steps)


def _head(row: Table, *names: str) -> str:
    row.only("id", "type", *names)
    if "on" in names and row.text("type") not in {"group_tier", "hub_tier"}:
        row.text("on", "cv", among=("cv",))
    return row.text("id")


def _threshold(row: Table, default: str, hub_base: str) -> str:
    """The volume that reaches a tier: a member's, or the turnover of the hubs that they look after."""
    named = row.text("threshold_on", default, among=(*VOLUMES, "own_cv", "hub"))
    return {"own_cv": "cv", "hub": f"hubs_{hub_base}"}.get(named, named)


def _personal(row: Table, hub_base: str) -> PersonalTier:
    name = _head(row, "on", "mode", "tiers", "threshold_on", "attribute")
    mode = row.text("mode", "marginal", among=MODES)
    threshold = _threshold(row, "cv", hub_base)
    if mode == "marginal" and threshold not in HOLDS_OWN:
        raise row.bad("threshold_on", f"marginal tiers need a volume that own cv is a part of ({', '.join(HOLDS_OWN)})")
    row.text("attribute", "order_running", among=("order_running",))
    return PersonalTier(name, tiers(row, "tiers"), mode, threshold, by_order="attribute" in row)


def _retail(row: Table) -> RetailMargin:
    return RetailMargin(_head(row, "on", "bps"), row.bps("bps"))


def _differential(row: Table, hub_base: str) -> Differential:
    names = ("on", "mode", "threshold_on", "schedule", "rate_by_rank", "customer_rule", "eligibility")
    name = _head(row, *names, "max_paid_per_sale")
    mode = row.text("mode", "slab", among=MODES)
    if ("schedule" in row) == ("rate_by_rank" in row):
        raise row.bad("schedule", "give either schedule or rate_by_rank")
    schedule = tiers(row, "schedule") if "schedule" in row else None
    threshold = _threshold(row, "gv", hub_base)
    if mode == "marginal":
        if schedule is None or threshold != "gv":
            raise row.bad("mode", "marginal needs a schedule on threshold_on = gv")
        if not schedule.is_rising:
            raise row.bad("schedule", "marginal rates must not fall: f(gv) - sum of f(legs) could be negative")
    most = row.integer("max_paid_per_sale") if "max_paid_per_sale" in row else None
    ranks = row.integers("rate_by_rank", most=FULL)
    return Differential(name, mode, schedule, ranks, threshold, _rule(row), most)


def _rule(row: Table) -> MemberRule:
    rule = row.table("customer_rule").only("min_customers", "min_customer_pv")
    if "customer_rule" in row and not rule.value:
        raise row.bad("customer_rule", "has neither min_customers nor min_customer_pv")
    customers = rule.integer("min_customers") if "min_customers" in rule else None
    points = rule.integer("min_customer_pv") if "min_customer_pv" in rule else None
    row.text("eligibility", "majority_nonparticipant", among=("majority_nonparticipant",))
    return MemberRule(customers, points, majority="eligibility" in row)


def _unilevel(row: Table) -> Unilevel:
    name = _head(row, "on", "levels_bps", "depth_by_rank", "compression")
    levels = row.list_of_bps("levels_bps")
    depths = row.integers("depth_by_rank") if "depth_by_rank" in row else None
    return Unilevel(name, levels, depths, row.text("compression", "none", among=("none", "standard", "dynamic")))


def _generation(row: Table) -> Generation:
    return Generation(
        _head(row, "on", "breakaway_rank", "rates_bps"), row.text("breakaway_rank"), row.list_of_bps("rates_bps")
    )


def _group(row: Table) -> GroupTier:
    name = _head(row, "on", "mode", "tiers", "ranks")
    mode = row.text("mode", "slab", among=MODES)
    on = row.text("on", "gv_down", among=("gv_down", "gv"))
    return GroupTier(name, tiers(row, "tiers"), mode, on, frozenset(row.texts("ranks", default=[])))


def _pool(row: Table) -> Pool:
    names = ("fund_bps", "fund_fixed", "shares", "shares_on", "allocation", "per_participant_cap_bps_of_pool")
    name = _head(row, *names)
    row.text("allocation", "largest_remainder", among=("largest_remainder",))
    if ("fund_bps" in row) == ("fund_fixed" in row):
        raise row.bad("fund_bps", "give either fund_bps or fund_fixed")
    if ("shares" in row) == ("shares_on" in row):
        raise row.bad("shares", "give either shares or shares_on")
    counted = row.text("shares_on", among=("hub_new_customers_repeat",)) if "shares_on" in row else None
    cap = row.bps("per_participant_cap_bps_of_pool") if names[-1] in row else None
    return Pool(name, row.bps("fund_bps", 0), row.integer("fund_fixed", 0), row.integers("shares"), counted, cap)


def _hub_share(row: Table) -> HubShare:
    name = _head(row, "fee_bps", "split_bps")
    split = row.table("split_bps").only("connector", "company")
    parts = split.bps("connector", 0), split.bps("company", 0)
    if sum(parts) != FULL:
        raise row.bad("split_bps", f"must sum to 10000 basis points, not {sum(parts)}")
    return HubShare(name, row.bps("fee_bps"), *parts)


def _hub_tier(row: Table, base: str) -> HubTier:
    conditions = "fixed_payment", "fixed_min_turnover", "fixed_min_customers"
    name = _head(row, "on", "mode", "tiers", "threshold_on", *conditions, "split")
    row.text("threshold_on", "hub", among=("hub",))
    split = {} if row.value.get("split", "single") == "single" else row.integers("split", most=FULL)
    if split and sum(split.values()) != FULL:
        raise row.bad("split", f"must sum to 10000 basis points, not {sum(split.values())}")
    return HubTier(
        name,
        tiers(row, "tiers"),
        row.text("mode", "marginal", among=MODES),
        row.text("on", base, among=("amount", "cv")),
        row.integer("fixed_payment", 0),
        row.integer("fixed_min_turnover", 0),
        row.integer("fixed_min_customers", 0),
        split,
    )


def _cascade(row: Table) -> FeeCascade:
    name = _head(row, "steps")
    steps, known = [], {"IN"}
    for step in row.tables("steps"):
        step.only("payer", "to", "rest", "amount_bps_of_gross")
        payer, to, rest = step.text("payer"), step.integers("to", most=FULL), step.maybe_text("rest")
        if payer not in known:
            raise step.bad("payer", f"{shown(payer)} has received nothing before this step")
        if sum(to.values()) > FULL:
            raise step.bad("to", f"rates over 100 %: they sum to {sum(to.values())} basis points")
        part = step.bps("amount_bps_of_gross") if "amount_bps_of_gross" in step else None
        steps.append(CascadeStep(payer, to, rest, part))
        known |= {*to, *([rest] if rest else [])}
    return FeeCascade(name, tuple(steps))


def _geometric(row: Table) -> Geometric:
    name = _head(row, "reward", "ratio_num", "ratio_den", "budget")
    top, bottom = row.integer("ratio_num"), row.integer("ratio_den", least=1)
    if top > bottom:
        raise row.bad("ratio_num", "a ratio over 1 is over any budget")
    return Geometric(name, row.integer("reward"), top, bottom, row.integer("budget"))


READERS: dict[str, Callable[..., Component]] = {
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
