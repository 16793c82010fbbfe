"""A plan as the engine reads it, whichever of the two formats it was written in: frozen, checked, integers only."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import TypeAlias

from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.tiers import Tiers

# A `threshold_on` that is the turnover of the hubs that somebody looks after: of a case (amounts) or of a plan (cv).
HUBS = frozenset({"hubs_amount", "hubs_cv"})
MULTI_LEVEL = frozenset({"differential", "unilevel", "generation", "group_tier"})


@dataclass(frozen=True, slots=True)
class MemberRule:
    """Who is below both minima forfeits what comes from the downline.

    `majority`: with half or less of the group's volume from customers, everything. `min_volume` is pv in a component's
    rule, cv in the plan's.
    """

    min_customers: int | None = None
    min_volume: int | None = None
    in_points: bool = True
    majority: bool = False


@dataclass(frozen=True, slots=True)
class PersonalTier:
    """Tiers on own sales; `threshold_on` says which volume reaches the tier."""

    id: str
    tiers: Tiers
    mode: str
    threshold_on: str
    by_order: bool = False
    type: str = "personal_tier"


@dataclass(frozen=True, slots=True)
class RetailMargin:
    """A rate on own sales."""

    id: str
    bps: int
    type: str = "retail_margin"


@dataclass(frozen=True, slots=True)
class Differential:
    """The difference to the highest rate beneath (slab), or f(gv) - sum of f(gv of each leg) (marginal)."""

    id: str
    mode: str
    schedule: Tiers | None
    rate_by_rank: dict[str, int]
    threshold_on: str
    rule: MemberRule
    max_paid_per_sale: int | None = None
    type: str = "differential"


@dataclass(frozen=True, slots=True)
class Unilevel:
    """A rate per level above the seller; `depth_by_rank` None: everybody takes every level."""

    id: str
    levels: tuple[int, ...]
    depth_by_rank: dict[str, int] | None
    compression: str
    type: str = "unilevel"


@dataclass(frozen=True, slots=True)
class Generation:
    """Rates for the members of the breakaway rank above the first one on the way to the root."""

    id: str
    rank: str
    rates: tuple[int, ...]
    type: str = "generation"


@dataclass(frozen=True, slots=True)
class GroupTier:
    """Tiers on the group's volume, for some ranks; an empty `ranks` means everybody."""

    id: str
    tiers: Tiers
    mode: str
    on: str
    ranks: frozenset[str]
    type: str = "group_tier"


@dataclass(frozen=True, slots=True)
class Pool:
    """A fund divided by whole shares: `shares` by member, or counted (`shares_on`) per hub."""

    id: str
    fund_bps: int
    fund_fixed: int
    shares: dict[str, int]
    shares_on: str | None
    cap_bps: int | None
    type: str = "pool"


@dataclass(frozen=True, slots=True)
class HubShare:
    """A fee on a hub's amounts, of which the connector has a part and the company the rest."""

    id: str
    fee_bps: int
    connector_bps: int
    company_bps: int
    type: str = "hub_share"


@dataclass(frozen=True, slots=True)
class HubTier:
    """Tiers on a hub's turnover, and a fixed payment on conditions; `split` in bps by member, else by days held."""

    id: str
    tiers: Tiers
    mode: str
    on: str
    fixed_payment: int
    fixed_min_turnover: int
    fixed_min_customers: int
    split: dict[str, int]
    type: str = "hub_tier"


@dataclass(frozen=True, slots=True)
class CascadeStep:
    """`payer` passes on what it has, or `part_bps` of the gross: `to` in bps of the sum, the remainder to `rest`."""

    payer: str
    to: dict[str, int]
    rest: str | None
    part_bps: int | None


@dataclass(frozen=True, slots=True)
class FeeCascade:
    """Accounts that pass on parts of the gross in steps."""

    id: str
    steps: tuple[CascadeStep, ...]
    type: str = "fee_cascade"


@dataclass(frozen=True, slots=True)
class Geometric:
    """Per order: a reward for the seller, the ratio of it for each next upline. For tests only."""

    id: str
    reward: int
    numerator: int
    denominator: int
    budget: int
    type: str = "geometric"


Component: TypeAlias = (
    PersonalTier
    | RetailMargin
    | Differential
    | Unilevel
    | Generation
    | GroupTier
    | Pool
    | HubShare
    | HubTier
    | FeeCascade
    | Geometric
)


@dataclass(frozen=True, slots=True)
class Base:
    """What counts: kinds left out, buyers whose purchases count, and how long a participant stays one."""

    exclude_kinds: frozenset[str]
    buyers: frozenset[str]
    lookback_days: int


@dataclass(frozen=True, slots=True)
class Caps:
    """`total_bps` of all cv; `scale_order`: components scaled first, the rest together after them."""

    total_bps: int | None = None
    per_participant: int | None = None
    scale_order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Period:
    """How time is cut, and when a period may close."""

    kind: str
    timezone: str
    close_lag_days: int
    event_time: str


@dataclass(frozen=True, slots=True)
class Refunds:
    """How late refunds are answered, what is held back, and how fast a debt is repaid."""

    max_age_days: int
    holdback_bps: int
    recover_bps: int


@dataclass(frozen=True, slots=True)
class Plan:
    """One version of the rules. What a test case has not (currency, dates, base …) is None there."""

    components: tuple[Component, ...]
    rounding: Rounding = field(default_factory=Rounding)
    caps: Caps = field(default_factory=Caps)
    id: str = ""
    version: int = 0
    currency: str | None = None
    effective_from: date | None = None
    period: Period | None = None
    base: Base | None = None
    rule: MemberRule | None = None
    retail_share_min: tuple[int, int] | None = None
    refunds: Refunds | None = None

    @property
    def thresholds(self) -> frozenset[str]:
        """By which volumes tiers of members are reached: the `threshold_on` of all components that have one."""
        tiered = (one for one in self.components if isinstance(one, PersonalTier | Differential))
        return frozenset(one.threshold_on for one in tiered if isinstance(one, PersonalTier) or one.schedule)
