"""Tiers on a group's volume, pools divided by shares, and the geometric reward that tests use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, plain
from hubapp.earnings.compensation.plans.errors import BadInput
from hubapp.earnings.compensation.plans.ground import Ground
from hubapp.earnings.compensation.plans.outcome import Outcome, Piece
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import Geometric, GroupTier, Pool


def tiered(component: GroupTier, ground: Ground) -> Outcome:
    """For members of the ranks: tiers on the group's volume; own sales earn what they would alone."""
    tiers, mode = component.tiers, component.mode
    whole = tiers.pays(ground.volume(component.on), mode=mode)
    alone = tiers.pays(ground.own, mode=mode) if component.on == "gv" else ground.empty()
    if component.ranks:
        whole = np.where(ranked(component, ground), whole, 0)
    own = np.minimum(whole, alone)
    return Outcome(own, whole - own)


def ranked(component: GroupTier, ground: Ground) -> Column:
    """Who has one of its ranks."""
    return ground.has_rank(component.ranks)


def explain_tiered(component: GroupTier, ground: Ground, member: int) -> Iterator[Piece]:
    """The group's volume, tier by tier."""
    volume = int(ground.volume(component.on)[member])
    if not volume or (component.ranks and not ground.once(ranked, component)[member]):
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
    money, paid, outcome = fund(component, ground), 0, Outcome(ground.empty())
    most = money if component.cap_bps is None else money * component.cap_bps // SCALE
    parts = _by_hub(ground, money) if component.shares_on else _by_share(component, ground, money)
    for member, part in parts.items():
        outcome.own[member] = min(part, most) * SCALE
        paid += min(part, most)
    outcome.breakage = (money - paid) * SCALE
    return outcome


def _by_share(component: Pool, ground: Ground, money: int) -> dict[int, int]:
    ids = ground.members.ids
    index = {name: place for place, name in enumerate(plain(ids)) if name in component.shares}
    for name in component.shares:
        if name not in index:
            raise BadInput("is no member", key=f"{component.id}.shares.{name}")
    return dict(zip(index.values(), hamilton(money, [component.shares[name] for name in index]), strict=True))


def _by_hub(ground: Ground, money: int) -> dict[int, int]:
    """Hubs share first, then the connectors of each by the days they held it; a vacant hub's part is breakage."""
    parts: dict[int, int] = {}
    for hub, part in enumerate(hamilton(money, ground.hubs.repeat_customers)):
        held = ground.hubs.connectors[hub]
        for (member, _), amount in zip(held, hamilton(part, [days for _, days in held]), strict=True):
            parts[member] = parts.get(member, 0) + amount
    return parts


def explain_pool(component: Pool, ground: Ground, member: int) -> Iterator[Piece]:
    """One piece: the fund, and the member's part of it."""
    exact = int(ground.once(pool, component).own[member])
    if exact:
        yield Piece("pool", fund(component, ground), None, exact)


def geometric(component: Geometric, ground: Ground) -> Outcome:
    """The seller earns the reward, each next upline the ratio of it, rounded down, within the order's budget."""
    outcome, sales = Outcome(ground.empty()), Counter(ground.orders.seller.take(ground.sold()).tolist())
    for seller, times in sales.items():
        for member, reward in _rewards(component, ground, seller):
            outcome.own[member] += reward * times * SCALE
    return outcome


def _rewards(component: Geometric, ground: Ground, seller: int) -> Iterator[tuple[int, int]]:
    reward, left = component.reward, component.budget
    for member in ground.tree.climb(seller):  # seldom far up: the reward shrinks, or the budget ends
        reward = min(reward, left)
        if not reward:
            return
        yield member, reward
        left -= reward
        reward = reward * component.numerator // component.denominator


def explain_geometric(component: Geometric, ground: Ground, member: int) -> Iterator[Piece]:
    """Order by order."""
    for at in ground.places_under(member):
        seller = int(ground.orders.seller[at])
        reward = dict(_rewards(component, ground, seller)).get(member, 0)
        if reward:
            yield Piece("reward", 0, None, reward * SCALE, ground.orders.ids[at], ground.members.ids[seller])
