"""Random networks, orders and plans in the format of worked cases."""

from __future__ import annotations

import os
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

RANKS = ("r0", "r1", "r2", "r3")
BPS = st.integers(0, 3000)
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


def careful(examples: int) -> settings:
    """The same examples in every run; HUBAPP_EXAMPLES: so many of them at most, and no search for smaller ones."""
    few = int(os.environ.get("HUBAPP_EXAMPLES", "0"))
    found = settings(max_examples=examples, deadline=None, suppress_health_check=SLOW, derandomize=True)
    return settings(found, max_examples=min(few, examples), phases=[Phase.generate]) if few else found


@st.composite
def tiers(draw: st.DrawFn, *, rising: bool = False) -> list[dict[str, int]]:
    starts = sorted(draw(st.sets(st.integers(1, 40_000), max_size=4)))
    rates = [draw(BPS) for _ in range(len(starts) + 1)]
    rates = sorted(rates) if rising else rates
    return [{"from": start, "bps": bps} for start, bps in zip([0, *starts], rates, strict=True)]


def ranked(most: int) -> st.SearchStrategy[dict[str, int]]:
    return st.dictionaries(st.sampled_from(RANKS), st.integers(0, most), min_size=1)


MODES = st.sampled_from(["marginal", "slab"])
PERSONAL = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("personal_tier"), "mode": st.just("slab"), "tiers": tiers()},
        optional={
            "threshold_on": st.sampled_from(["cv", "gv", "gv_down", "gpv", "pv", "cumulative_cv", "hub"]),
            "attribute": st.just("order_running"),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.just("personal_tier"), "mode": st.just("marginal"), "tiers": tiers()},
        optional={
            "threshold_on": st.sampled_from(["cv", "gv", "cumulative_cv"]),
            "attribute": st.just("order_running"),
        },
    ),
    st.fixed_dictionaries({"type": st.just("retail_margin"), "bps": BPS}),
)
RULES = {
    "customer_rule": st.fixed_dictionaries(
        {"min_customers": st.integers(0, 12)}, optional={"min_customer_pv": st.integers(0, 20_000)}
    ),
    "eligibility": st.just("majority_nonparticipant"),
}
SLAB = st.fixed_dictionaries(
    {"type": st.just("differential"), "threshold_on": st.sampled_from(["gv", "gpv", "hub"]), "schedule": tiers()},
    optional=RULES,
)
RANKED = st.fixed_dictionaries({"type": st.just("differential"), "rate_by_rank": ranked(4000)}, optional=RULES)
MARGINAL = st.fixed_dictionaries(
    {"type": st.just("differential"), "mode": st.just("marginal"), "schedule": tiers(rising=True)}, optional=RULES
)
LEVELS = st.one_of(
    st.fixed_dictionaries(
        {
            "type": st.just("unilevel"),
            "levels_bps": st.lists(st.integers(0, 1500), min_size=1, max_size=5),
            "compression": st.sampled_from(["none", "standard", "dynamic"]),
        },
        optional={"depth_by_rank": ranked(5)},
    ),
    st.fixed_dictionaries(
        {
            "type": st.just("generation"),
            "breakaway_rank": st.sampled_from(RANKS),
            "rates_bps": st.lists(st.integers(0, 1500), min_size=1, max_size=4),
        }
    ),
)
GROUP = st.fixed_dictionaries(
    {"type": st.just("group_tier"), "mode": MODES, "tiers": tiers()},
    optional={"on": st.sampled_from(["gv", "gv_down"]), "ranks": st.lists(st.sampled_from(RANKS), unique=True)},
)
HUB = st.one_of(
    st.integers(0, 10_000).map(
        lambda bps: {"type": "hub_share", "fee_bps": 1700, "split_bps": {"connector": bps, "company": 10_000 - bps}}
    ),
    st.fixed_dictionaries(
        {"type": st.just("hub_tier"), "mode": MODES, "tiers": tiers()},
        optional={
            "fixed_payment": st.integers(0, 4000),
            "fixed_min_turnover": st.integers(0, 20_000),
            "fixed_min_customers": st.integers(0, 20),
            "split": st.integers(0, 10_000).map(lambda bps: {"m0": bps, "m1": 10_000 - bps}),
        },
    ),
)
GEOMETRIC = st.fixed_dictionaries(
    {
        "type": st.just("geometric"),
        "reward": st.integers(0, 9000),
        "ratio_num": st.integers(0, 3),
        "ratio_den": st.integers(3, 5),
        "budget": st.integers(0, 20_000),
    }
)


@st.composite
def networks(draw: st.DrawFn, *, most: int = 9) -> list[dict[str, Any]]:
    """Members whose ids say nothing about their place in the tree."""
    size = draw(st.integers(1, most))
    names = draw(st.permutations([f"m{place}" for place in range(size)]))
    rows = []
    for place, name in enumerate(names):
        above = draw(st.integers(-1, place - 1))
        row = {
            "id": name,
            "sponsor": names[above] if above >= 0 else None,
            "rank": draw(st.sampled_from(RANKS)),
            "active": draw(st.booleans()),
            "customers": draw(st.integers(0, 15)),
            "customer_pv": draw(st.integers(0, 20_000)),
        }
        hub = draw(st.sampled_from([None, None, "h1", "h2"]))
        rows.append(row | ({"connector_of": hub} if hub else {}))
    return rows


@st.composite
def sales(draw: st.DrawFn, members: list[dict[str, Any]], *, is_dated: bool = False) -> list[dict[str, Any]]:
    rows = []
    for place in range(draw(st.integers(0, 12))):
        cv = draw(st.integers(0, 30_000))
        row = {
            "id": f"o{place}",
            "seller": draw(st.sampled_from([None, *(one["id"] for one in members)])),
            "buyer": draw(st.sampled_from(["customer", "customer", "participant", "event"])),
            "amount": cv + draw(st.integers(0, 5000)),
            "cv": cv,
            "pv": draw(st.integers(0, 30_000)),
            "hub": draw(st.sampled_from([None, "h1", "h2", "h3"])),
        }
        rows.append(row | ({"period": draw(st.integers(1, 12))} if is_dated else {}))
    return rows


@st.composite
def pools(draw: st.DrawFn, members: list[dict[str, Any]]) -> dict[str, Any]:
    ids = st.sampled_from([one["id"] for one in members])
    fund = draw(st.sampled_from([{"fund_fixed": draw(st.integers(0, 5000))}, {"fund_bps": draw(BPS)}]))
    cap = {"per_participant_cap_bps_of_pool": draw(BPS)} if draw(st.booleans()) else {}
    return {"type": "pool", "shares": draw(st.dictionaries(ids, st.integers(0, 20))), **fund, **cap}


@st.composite
def cascades(draw: st.DrawFn) -> dict[str, Any]:
    """Who passes on has received something before."""
    known, rows = ["IN"], []
    for _ in range(draw(st.integers(0, 4))):
        row: dict[str, Any] = {"payer": draw(st.sampled_from(known))}
        first, second = draw(st.integers(0, 10_000)), draw(st.integers(0, 10_000))
        accounts = draw(st.permutations(["a", "b", "c"]))
        bps = [min(first, second), abs(first - second), 10_000 - max(first, second)]
        row["to"] = dict(zip(accounts[: draw(st.integers(0, 3))], bps, strict=False))
        row |= {"rest": draw(st.sampled_from(["a", "d"]))} if draw(st.booleans()) else {}
        row |= {"amount_bps_of_gross": draw(BPS)} if draw(st.booleans()) else {}
        known += [*row["to"], *([row["rest"]] if "rest" in row else [])]
        rows.append(row)
    return {"type": "fee_cascade", "steps": rows}


@st.composite
def whole_cases(draw: st.DrawFn) -> dict[str, Any]:
    """Any plan over any network."""
    members = draw(networks())
    families = (PERSONAL, SLAB, RANKED, MARGINAL, LEVELS, GROUP, HUB, GEOMETRIC, cascades(), pools(members))
    rows = [draw(draw(st.sampled_from(families))) for _ in range(draw(st.integers(1, 4)))]
    plan: dict[str, Any] = {"components": [{"id": f"c{place}", **row} for place, row in enumerate(rows)]}
    plan["rounding"] = draw(st.sampled_from(["half_up", "down"]))
    if draw(st.booleans()):
        each = st.fixed_dictionaries({"total_bps": BPS}, optional={"per_participant_cents": st.integers(0, 3000)})
        plan["cap"] = draw(each)
    advances = st.dictionaries(st.sampled_from([one["id"] for one in members]), st.integers(0, 4000))
    if draw(st.booleans()):
        plan["holdback"] = {"advance": draw(advances)}
    orders = draw(sales(members, is_dated=draw(st.booleans())))
    gone = [one["id"] for one in orders if draw(st.booleans())]
    return {"plan": plan, "members": members, "orders": orders, "refunds": gone}
