"""Volumes between closes, and what is missing to go on."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.earnings.compensation.plans import rules
from hubapp.earnings.compensation.plans.schema import HUBS, Differential, GroupTier, HubTier, PersonalTier, Plan
from hubapp.earnings.compensation.plans.tiers import Tiers


@dataclass(frozen=True, slots=True)
class Volumes:
    """A member's volumes, or a change of them; names and units as in the batch.

    `own`, `own_pv`: own sales that count; `gv`, `gpv`: with the whole downline's. `from_customers` and `everything`: cv
    of own and downline, what does not count included.
    """

    own: int = 0
    own_pv: int = 0
    gv: int = 0
    gpv: int = 0
    from_customers: int = 0
    everything: int = 0

    def __add__(self, other: Volumes) -> Volumes:
        return Volumes(
            self.own + other.own,
            self.own_pv + other.own_pv,
            self.gv + other.gv,
            self.gpv + other.gpv,
            self.from_customers + other.from_customers,
            self.everything + other.everything,
        )

    def named(self, name: str, *, earlier_cv: int = 0) -> int:
        """The volume behind a `threshold_on`."""
        match name:
            case "cv":
                return self.own
            case "pv":
                return self.own_pv
            case "gv":
                return self.gv
            case "gpv":
                return self.gpv
            case "gv_down":
                return self.gv - self.own
        assert name == "cumulative_cv"
        return earlier_cv + self.own


NOTHING = Volumes()


@dataclass(frozen=True, slots=True)
class Hub:
    """A hub's turnover in the open period, and how many customers bought there."""

    amount: int = 0
    cv: int = 0
    customers: int = 0

    def named(self, name: str) -> int:
        """What stands behind a `threshold_on` of hubs."""
        return self.amount if name == "hubs_amount" else self.cv


EMPTY = Hub()


@dataclass(frozen=True, slots=True)
class Step:
    """Where a component stands: `reached` of `volume` earns `bps`; `missing` sales to customers more, `next_bps`.

    `tier` counts the starts that are reached; at the last one `missing` and `next_bps` are None.
    """

    component: str
    volume: str
    reached: int
    tier: int
    bps: int
    missing: int | None
    next_bps: int | None


@dataclass(frozen=True, slots=True)
class Condition:
    """What a component asks for: customers or volume. `missing_…` is 0 where it is met, None where it is not asked.

    `either`: one of the two is enough. `in_points`: the volume is pv.
    """

    component: str
    missing_customers: int | None
    missing_volume: int | None
    either: bool
    in_points: bool = False

    @property
    def is_met(self) -> bool:
        """Whether nothing more is needed."""
        asked = [missing == 0 for missing in (self.missing_customers, self.missing_volume) if missing is not None]
        return any(asked) if self.either else all(asked)


def steps(
    plan: Plan, volumes: Volumes, *, earlier_cv: int = 0, hub: Hub | None = None, held: Hub = EMPTY
) -> list[Step]:
    """Every tiered component, in the plan's order; those of hubs only with `hub`.

    `held`: all hubs that somebody looks after together, for thresholds on what these come to.
    """
    found = []
    for component in plan.components:
        match component:
            case PersonalTier(tiers=tiers, threshold_on=on) | Differential(schedule=Tiers() as tiers, threshold_on=on):
                reached = held.named(on) if on in HUBS else volumes.named(on, earlier_cv=earlier_cv)
                found.append(_step(component.id, tiers, on, reached))
            case GroupTier():
                found.append(_step(component.id, component.tiers, component.on, volumes.named(component.on)))
            case HubTier() if hub is not None:
                reached = _turnover(component, hub)
                found.append(_step(component.id, component.tiers, f"hub_{component.on}", reached))
    return found


def _step(component: str, tiers: Tiers, volume: str, reached: int) -> Step:
    tier = sum(start <= reached for start in tiers.starts)
    is_last = tier == len(tiers.starts)
    missing, next_bps = (None, None) if is_last else (tiers.starts[tier] - reached, tiers.rates[tier])
    return Step(component, volume, reached, tier, tiers.rate(reached), missing, next_bps)


def conditions(
    plan: Plan, *, customers: int = 0, customer_cv: int = 0, customer_pv: int = 0, hub: Hub | None = None
) -> list[Condition]:
    """What is asked beside volume tiers: rules of group pay on one's own customers, and a hub's fixed payment."""
    found = []
    for component in plan.components:
        for rule in rules.of(component, plan):
            if rule.min_customers is not None or rule.min_volume is not None:
                volume = _missing(rule.min_volume, customer_pv if rule.in_points else customer_cv)
                missing = _missing(rule.min_customers, customers)
                found.append(Condition(component.id, missing, volume, either=True, in_points=rule.in_points))
        if isinstance(component, HubTier) and component.fixed_payment and hub is not None:
            people = _missing(component.fixed_min_customers, hub.customers)
            turnover = _missing(component.fixed_min_turnover, _turnover(component, hub))
            found.append(Condition(component.id, people, turnover, either=False))
    return found


def _turnover(component: HubTier, hub: Hub) -> int:
    return hub.amount if component.on == "amount" else hub.cv


def _missing(asked: int | None, reached: int) -> int | None:
    return None if asked is None else max(0, asked - reached)
