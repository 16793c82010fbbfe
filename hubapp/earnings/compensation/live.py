"""What a plan says of somebody between closes, without I/O: rates reached, and what customers are missing for more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hubapp.earnings.compensation.plans.schema import Differential, GroupTier, PersonalTier, Plan
from hubapp.earnings.compensation.plans.tiers import Tiers

OWN, GROUP = "own", "group"


@dataclass(frozen=True, slots=True)
class Rung:
    """A component's place on its tiers: `bps` is reached by `volume`; `next_bps` needs `missing` more of it.

    `of`: own sales to customers, or the group's. `next_bps` None: there is no higher one.
    """

    component: str
    of: str
    volume: int
    bps: int
    next_bps: int | None = None
    missing: int = 0


@dataclass(frozen=True, slots=True)
class Condition:
    """The plan's rule for group pay: so many customers, or so much sold to them, and more sold outside than inside."""

    customers: int
    least_customers: int | None
    volume: int
    least_volume: int | None
    outside: int
    everything: int
    needs_majority: bool

    @property
    def has_enough(self) -> bool:
        """Enough customers, or enough sold to them; either will do."""
        reached = []
        if self.least_customers is not None:
            reached.append(self.customers >= self.least_customers)
        if self.least_volume is not None:
            reached.append(self.volume >= self.least_volume)
        return not reached or any(reached)

    @property
    def has_majority(self) -> bool:
        """More than half of what the group sold went to customers."""
        return not self.needs_majority or not self.everything or 2 * self.outside > self.everything

    @property
    def missing_customers(self) -> int:
        """How many more customers would do."""
        return 0 if self.has_enough else max(0, (self.least_customers or 0) - self.customers)


def rungs(plan: Plan, *, own: int, group: int) -> list[Rung]:
    """Where these volumes stand on each of the plan's tiers that counts money."""
    return [
        _rung(name, of, tiers, {OWN: own, GROUP: group, "down": group - own}[of]) for name, of, tiers in _tiers(plan)
    ]


def _tiers(plan: Plan) -> Iterator[tuple[str, str, Tiers]]:
    for component in plan.components:
        match component:
            case PersonalTier(id=name, tiers=tiers, threshold_on="cv"):
                yield name, OWN, tiers
            case PersonalTier(id=name, tiers=tiers, threshold_on="gv"):
                yield name, GROUP, tiers
            case Differential(id=name, schedule=Tiers() as tiers, threshold_on="gv"):
                yield name, GROUP, tiers
            case GroupTier(id=name, tiers=tiers, on="gv"):
                yield name, GROUP, tiers
            case GroupTier(id=name, tiers=tiers, on="gv_down"):
                yield name, "down", tiers
            case _:
                continue


def _rung(name: str, of: str, tiers: Tiers, volume: int) -> Rung:
    above = next(((start, rate) for start, rate in zip(tiers.starts, tiers.rates, strict=True) if start > volume), None)
    reached = tiers.rate(volume)
    if above is None:
        return Rung(name, of, volume, reached)
    return Rung(name, of, volume, reached, above[1], above[0] - volume)


def as_customers(missing: int, *, sold: int, customers: int) -> int | None:
    """How many customers buy as much as is missing, by what one's own bought so far; None: nobody bought yet."""
    if customers <= 0 or sold <= 0:
        return None
    return -(-missing * customers // sold)


def condition(plan: Plan, *, customers: int, sold: int, group: int, all_group: int) -> Condition | None:
    """The plan's rule for what comes from a group; None where it has none."""
    rule = plan.rule
    if rule is None:
        return None
    return Condition(customers, rule.min_customers, sold, rule.min_volume, group, all_group, rule.majority)
