"""What a component's pay depends on beyond own sales, summed as far as its arithmetic allows."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import (
    Component,
    Differential,
    Generation,
    HubShare,
    HubTier,
    Pool,
    Unilevel,
)
from hubapp.earnings.compensation.statement import rules
from hubapp.earnings.compensation.statement.network import Network

FEW = 3  # sums with fewer sellers than this are put together with others where that can be done
Facts = dict[str, Any]


def facts_of(component: Component, network: Network, member: int, salt: bytes) -> Facts:
    """The facts of one component for one member; empty where it needs none."""
    if isinstance(component, Differential) and component.mode == "marginal":
        return legs(component, network, member, salt)
    gather = GATHER.get(component.type)
    return gather(component, network, member) if gather else {}


def pseudonym(salt: bytes, name: str) -> str:
    """Somebody else in this statement and in no other."""
    return base64.b32encode(hmac.digest(salt, name.encode(), hashlib.sha256)[:5]).decode()


def legs(component: Differential, network: Network, member: int, salt: bytes) -> Facts:
    """Legs one by one, if many sell in them; the small ones of each tier together, where f is a straight line."""
    assert component.schedule is not None
    tiers = verify_statement.tiers_of(rules.steps(component.schedule))
    by_tier: dict[int, list[int]] = {}
    for leg in network.frontline[member]:
        if network.gv[leg]:
            start = max(start for start, _ in tiers if start <= network.gv[leg])
            by_tier.setdefault(start, []).append(leg)
    alone, together = [], []
    for start, found in sorted(by_tier.items()):
        large, small = _parted(found, network)
        alone += [{"leg": pseudonym(salt, network.ids[leg]), "cv": network.gv[leg]} for leg in large]
        if small:
            row = {"from": start, "cv": sum(network.gv[leg] for leg in small)}
            is_through_zero = verify_statement.worth(tiers, start) == start * verify_statement.rate_at(tiers, start)
            together.append(row if is_through_zero else {**row, "legs": len(small)})
    found_: Facts = {"legs": sorted(alone, key=lambda row: str(row["leg"])), "together": together}
    return {name: rows for name, rows in found_.items() if rows}


def _parted(found: list[int], network: Network) -> tuple[list[int], list[int]]:
    """Large legs, and small ones together with as many of the large as hide them."""
    large = sorted((leg for leg in found if network.sellers[leg] >= FEW), key=lambda leg: (-network.gv[leg], leg))
    small = [leg for leg in found if network.sellers[leg] < FEW]
    if small and large and sum(network.sellers[leg] for leg in small) < FEW:
        small.append(large.pop())
    return large, small


def beneath(component: Differential, network: Network, member: int) -> Facts:
    """Downline volume by the highest rate on its way up."""
    rates, sums = network.rates(component), dict[int, int]()
    for seller, way in network.beneath(member):
        highest = max(rates[one] for one in way)
        if highest < rates[member]:
            sums[highest] = sums.get(highest, 0) + network.own[seller]
    return {"beneath": [{"bps": bps, "cv": cv} for bps, cv in sorted(sums.items())]} if sums else {}


def by_level(component: Unilevel, network: Network, member: int) -> Facts:
    """Downline volume by the level on which the member takes it."""
    table, sums, active = component.depth_by_rank, dict[int, int](), network.active
    for seller, way in network.beneath(member):
        level = 1
        for one in (*way[1:], member):
            depth = len(component.levels) if table is None else table.get(network.ranks[one] or "", 0)
            takes = active[one] and depth >= level
            if one == member and takes and level <= len(component.levels):
                sums[level] = sums.get(level, 0) + network.own[seller]
            passes = component.compression == "none" or (component.compression == "standard" and active[one]) or takes
            level += bool(passes)
    return {"levels": [{"level": level, "cv": cv} for level, cv in sorted(sums.items())]} if sums else {}


def by_generation(component: Generation, network: Network, member: int) -> Facts:
    """Downline volume by how many of the rank stand beneath the member on its way."""
    ranks, sums = network.ranks, dict[int, int]()
    if ranks[member] != component.rank:
        return {}
    for seller, way in network.beneath(member):
        place = sum(ranks[one] == component.rank for one in way)
        if 1 <= place <= len(component.rates):
            sums[place] = sums.get(place, 0) + network.own[seller]
    rows = [{"generation": place, "cv": cv} for place, cv in sorted(sums.items())]
    return {"generations": rows} if rows else {}


def share(total: int, weights: list[int], place: int) -> Facts:
    """One part of a division by largest remainder, without the others'."""
    whole, mine = sum(weights), weights[place]
    extra = hamilton(total, weights)[place] - (total * mine // whole if whole else 0)
    return {"of": whole, "you": mine, "extra": extra}


def in_pool(component: Pool, network: Network, member: int) -> Facts:
    """The member's shares, or those of the hubs that they look after."""
    money = component.fund_fixed or network.turnover * component.fund_bps // SCALE
    if component.shares_on is None:
        if not component.shares.get(network.ids[member]):
            return {}
        holders = sorted(component.shares)
        weights = [component.shares[name] for name in holders]
        return {"shares": share(money, weights, holders.index(network.ids[member]))}
    hubs, rows = network.inputs.hubs, []
    weights = [int(number) for number in hubs.repeat_customers]
    for hub, place, days in held(network, member):
        if weights[hub]:
            customers = share(money, weights, hub)
            part = verify_statement.part_of(money, customers, "")
            rows.append({"hub": str(hubs.ids[hub]), "customers": customers, "days": share(part, days, place)})
    return {"hubs": rows} if rows else {}


def held(network: Network, member: int) -> list[tuple[int, int, list[int]]]:
    """(hub, the member's place among its connectors, days of each) of the hubs that a member looks after."""
    return [
        (hub, place, [int(days) for _, days in connectors])
        for hub, connectors in enumerate(network.inputs.hubs.connectors)
        for place, (one, _) in enumerate(connectors)
        if one == member
    ]


def in_hub_share(component: HubShare, network: Network, member: int) -> Facts:
    """Amounts of the hubs, and the days as one of their connectors."""
    rows = []
    for hub, place, days in held(network, member):
        amount = network.hub_amounts[hub]
        fee = network.plan.rounding.of(amount * component.fee_bps)
        part = hamilton(fee, (component.company_bps, component.connector_bps))[1]
        rows.append({"hub": str(network.inputs.hubs.ids[hub]), "amount": amount, "days": share(part, days, place)})
    return {"hubs": rows} if rows else {}


def in_hub_tier(component: HubTier, network: Network, member: int) -> Facts:
    """Turnover and customers of the hubs; where several look after one, the member's part of its line."""
    hubs, rows, tiers = network.inputs.hubs, [], verify_statement.tiers_of(rules.steps(component.tiers))
    for hub, place, days in held(network, member):
        turnover = (network.hub_amounts if component.on == "amount" else network.hub_cv)[hub]
        customers = int(hubs.customers[hub])
        named = [component.split.get(network.ids[one], 0) for one, _ in hubs.connectors[hub]]
        exact = sum(base * bps for base, bps in verify_statement.by_tiers(tiers, turnover, component.mode))
        if turnover > 0 and turnover >= component.fixed_min_turnover and customers >= component.fixed_min_customers:
            exact += component.fixed_payment * SCALE
        part = share(network.plan.rounding.of(exact), named if any(named) else days, place)
        part = {**part, "by": "plan" if any(named) else "days"}
        row = {"hub": str(hubs.ids[hub]), "turnover": turnover, "customers": customers}
        rows.append({**row, "part": part if len(days) > 1 else None})
    return {"hubs": rows} if rows else {}


def by_depth(_component: Component, network: Network, member: int) -> Facts:
    """How many sales stand how far beneath the member."""
    sums: dict[int, int] = {}
    waiting = [(one, 1) for one in network.frontline[member]]
    while waiting:
        one, depth = waiting.pop()
        sums[depth] = sums.get(depth, 0) + network.numbers[one]
        waiting += [(next_, depth + 1) for next_ in network.frontline[one]]
    rows = [{"depth": depth, "sales": number} for depth, number in sorted(sums.items()) if number]
    return {"depths": rows} if rows else {}


GATHER: dict[str, Callable[[Any, Network, int], Facts]] = {
    "differential": beneath,
    "unilevel": by_level,
    "generation": by_generation,
    "pool": in_pool,
    "hub_share": in_hub_share,
    "hub_tier": in_hub_tier,
    "geometric": by_depth,
}
