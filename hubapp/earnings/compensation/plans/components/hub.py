"""What hubs earn: a part of a fee, tiers with a fixed payment, and the cascade of fees between accounts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import CascadeStep, FeeCascade, HubShare, HubTier


def share(component: HubShare, ground: Ground) -> Outcome:
    """The fee of each hub is rounded once and split by largest remainder; a vacant hub's part is breakage."""
    outcome = Outcome(ground.empty(ground.all_amount))
    for hub in range(len(ground.hubs.ids)):
        company, connector = _fee_parts(component, ground, hub)
        outcome.company += company
        held = ground.hubs.connectors[hub]
        if not held:
            outcome.breakage += connector * SCALE
        for (member, _), part in zip(held, hamilton(connector, [days for _, days in held]), strict=True):
            outcome.own[member] += part * SCALE
    return outcome


def _fee_parts(component: HubShare, ground: Ground, hub: int) -> tuple[int, int]:
    fee = ground.rounding.of(ground.hub_amount[hub] * component.fee_bps)
    company, connector = hamilton(fee, (component.company_bps, component.connector_bps))
    return company, connector


def explain_share(component: HubShare, ground: Ground, member: int) -> Iterator[Piece]:
    """Hub by hub."""
    for hub in ground.hubs_of(member):
        held, name = ground.hubs.connectors[hub], ground.hubs.ids[hub]
        parts = hamilton(_fee_parts(component, ground, hub)[1], [days for _, days in held])
        for (one, _), part in zip(held, parts, strict=True):
            if one == member and part:
                yield Piece("hub_fee", ground.hub_amount[hub], None, part * SCALE, hub=name)


def tiered(component: HubTier, ground: Ground) -> Outcome:
    """Each hub's line: tiers on its turnover, and the fixed payment where its conditions are met."""
    outcome = Outcome(ground.empty(ground.all_amount if component.on == "amount" else ground.all_cv))
    for hub in range(len(ground.hubs.ids)):
        exact = _line(component, ground, hub)
        parts = _split(component, ground, hub, exact)
        for member, part in parts:
            outcome.own[member] += part
        if not parts:
            outcome.breakage += exact
    return outcome


def _turnover(component: HubTier, ground: Ground) -> Sequence[int]:
    return ground.hub_amount if component.on == "amount" else ground.hub_cv


def _has_fixed(component: HubTier, ground: Ground, hub: int) -> bool:
    turnover = _turnover(component, ground)[hub]
    # Never without a sale, whatever the minimum: nothing is earned by a hub's being there.
    enough = turnover > 0 and turnover >= component.fixed_min_turnover
    return bool(component.fixed_payment) and enough and ground.hubs.customers[hub] >= component.fixed_min_customers


def _line(component: HubTier, ground: Ground, hub: int) -> int:
    tiers = component.tiers.pay(_turnover(component, ground)[hub], mode=component.mode)
    return tiers + (component.fixed_payment * SCALE if _has_fixed(component, ground, hub) else 0)


def _split(component: HubTier, ground: Ground, hub: int, exact: int) -> list[tuple[int, int]]:
    """One connector takes the line as it is; several divide its rounded amount, by the plan's split or by days."""
    held = ground.hubs.connectors[hub]
    weights = [component.split.get(ground.members.ids[member], 0) for member, _ in held]
    if not any(weights):
        weights = [days for _, days in held]
    if len(held) == 1:
        return [(member, exact) for member, _ in held]
    parts = hamilton(ground.rounding.of(exact), weights)
    return [(member, part * SCALE) for (member, _), part in zip(held, parts, strict=True)]


def explain_tiered(component: HubTier, ground: Ground, member: int) -> Iterator[Piece]:
    """Tier by tier and the fixed payment; of a shared hub one piece with the member's part."""
    for hub in ground.hubs_of(member):
        name, turnover = ground.hubs.ids[hub], _turnover(component, ground)[hub]
        parts = dict(_split(component, ground, hub, _line(component, ground, hub)))
        if not parts.get(member):
            continue
        if len(parts) > 1:
            yield Piece("hub_part", turnover, None, parts[member], hub=name)
            continue
        tiers, slab = component.tiers, component.mode == "slab"
        for base, bps in [(turnover, tiers.rate(turnover))] if slab else tiers.pieces(0, turnover):
            yield Piece("hub_tier", base, bps, base * bps, hub=name)
        if _has_fixed(component, ground, hub):
            yield Piece("hub_fixed", turnover, None, component.fixed_payment * SCALE, hub=name)


def cascade(component: FeeCascade, ground: Ground) -> Outcome:
    """Steps in order on the gross: nobody passes on more than there is, the remainder of a step goes to `rest`."""
    gross = ground.gross
    balance = {"IN": gross}
    for step in component.steps:
        held = balance[step.payer]
        passed = held if step.part_bps is None else min(held, ground.rounding.of(gross * step.part_bps))
        left = passed
        for account, part in _parts(step, ground, passed):
            balance[account] = balance.get(account, 0) + part
            left -= part
        rest = step.rest or step.payer
        balance[step.payer] -= passed
        balance[rest] = balance.get(rest, 0) + left
    return Outcome(ground.empty(), accounts={name: amount for name, amount in balance.items() if amount})


def _parts(step: CascadeStep, ground: Ground, passed: int) -> Iterator[tuple[str, int]]:
    """(account, part) of a step; rates of 100 % without a rest pass on all of it, by largest remainder."""
    if step.rest is None and sum(step.to.values()) == SCALE:
        names = sorted(step.to)
        yield from zip(names, hamilton(passed, [step.to[name] for name in names]), strict=True)
        return
    left = passed
    for account, bps in step.to.items():
        part = min(left, ground.rounding.of(passed * bps))
        left -= part
        yield account, part
