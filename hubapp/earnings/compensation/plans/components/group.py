"""Tiers on a group's volume, pools divided by shares, and the geometric reward that tests use."""

from __future__ import annotations

from collections.abc import Iterator

from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import Geometric, GroupTier, Pool


def tiered(component: GroupTier, ground: Ground) -> Outcome:
    """For members of the ranks: tiers on the group's volume; own sales earn what they would alone."""
    own, down = [0] * ground.size, [0] * ground.size
    mine = ground.own if component.on == "gv" else own
    for member, volume in enumerate(ground.volume(component.on)):
        if volume and (not component.ranks or ground.members.ranks[member] in component.ranks):
            whole = component.tiers.pay(volume, mode=component.mode)
            own[member] = min(whole, component.tiers.pay(mine[member], mode=component.mode))
            down[member] = whole - own[member]
    return Outcome(own, down)


def explain_tiered(component: GroupTier, ground: Ground, member: int) -> Iterator[Piece]:
    """The group's volume, tier by tier."""
    volume = ground.volume(component.on)[member]
    if not volume or (component.ranks and ground.members.ranks[member] not in component.ranks):
        return
    tiers = component.tiers
    pieces = tiers.pieces(0, volume) if component.mode == "marginal" else [(volume, tiers.rate(volume))]
    for base, bps in pieces:
        yield Piece("group", base, bps, base * bps)


def fund(component: Pool, ground: Ground) -> int:
    """What there is to divide, in minor units, rounded down."""
    return component.fund_fixed or ground.turnover * component.fund_bps // SCALE


def pool(component: Pool, ground: Ground) -> Outcome:
    """By largest remainder; what exceeds a participant's cap, or finds no shares, stays with the company."""
    money = fund(component, ground)
    parts = _by_hub(ground, money) if component.shares_on else hamilton(money, _shares(component, ground))
    if component.cap_bps is not None:
        most = money * component.cap_bps // SCALE
        parts = [min(part, most) for part in parts]
    return Outcome([part * SCALE for part in parts], breakage=(money - sum(parts)) * SCALE)


def _shares(component: Pool, ground: Ground) -> list[int]:
    index = {name: place for place, name in enumerate(ground.members.ids)}
    shares = [0] * ground.size
    for name, share in component.shares.items():
        if name not in index:
            raise BadInput("is no member", key=f"{component.id}.shares.{name}")
        shares[index[name]] = share
    return shares


def _by_hub(ground: Ground, money: int) -> list[int]:
    """Hubs share first, then the connectors of each by the days they held it; a vacant hub's part is breakage."""
    parts = [0] * ground.size
    for hub, part in enumerate(hamilton(money, ground.hubs.repeat_customers)):
        held = ground.hubs.connectors[hub]
        for (member, _), amount in zip(held, hamilton(part, [days for _, days in held]), strict=True):
            parts[member] += amount
    return parts


def explain_pool(component: Pool, ground: Ground, member: int) -> Iterator[Piece]:
    """One piece: the fund, and the member's part of it."""
    exact = pool(component, ground).own[member]
    if exact:
        yield Piece("pool", fund(component, ground), None, exact)


def geometric(component: Geometric, ground: Ground) -> Outcome:
    """The seller earns the reward, each next upline the ratio of it, rounded down, within the order's budget."""
    earned, sales = [0] * ground.size, [0] * ground.size
    for seller in ground.orders.seller:
        if seller >= 0:
            sales[seller] += 1
    for seller, times in enumerate(sales):
        if times:
            for member, reward in _rewards(component, ground, seller):
                earned[member] += reward * times
    return Outcome([amount * SCALE for amount in earned])


def _rewards(component: Geometric, ground: Ground, seller: int) -> Iterator[tuple[int, int]]:
    reward, left = component.reward, component.budget
    for member in ground.tree.path(seller):
        reward = min(reward, left)
        if not reward:
            return
        yield member, reward
        left -= reward
        reward = reward * component.numerator // component.denominator


def explain_geometric(component: Geometric, ground: Ground, member: int) -> Iterator[Piece]:
    """Order by order."""
    inside = ground.tree.downline(member)
    for at, seller in enumerate(ground.orders.seller):
        if seller >= 0 and inside[seller]:
            reward = dict(_rewards(component, ground, seller)).get(member, 0)
            if reward:
                name = ground.members.ids[seller]
                yield Piece("reward", 0, None, reward * SCALE, ground.orders.ids[at], name)
