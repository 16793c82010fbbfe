"""The rules as values: rates in basis points, tier bounds in the hub's currency unit, the hold in days."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from hubapp.kernel.money import BPS, exponent

OWED_BACK_BPS = 5_000
LATER = ("owed_back_bps", "cross_hub_bps", "dispute_fee_bearer")


class FeeBearer(enum.StrEnum):
    """Who bears what the provider charges for a dispute that is lost."""

    CORE = "core"
    SELLER = "seller"


@dataclass(frozen=True, slots=True)
class Tier:
    """`bps` applies to turnover up to `up_to` units of the hub's currency; None: without end."""

    up_to: int | None
    bps: int


@dataclass(frozen=True, slots=True)
class Rules:
    """The rates of one version. `tiers` are marginal and rise; the last one has no end.

    `cross_hub_bps` goes to the buyer's home hub where that is another one; it comes out of the core's part.
    """

    tiers: tuple[Tier, ...]
    referrer_bps: int
    core_bps: int
    hold_days: int
    # How much of a payout may be kept back at most for what its owner owes: refunds of sales paid out before.
    owed_back_bps: int = OWED_BACK_BPS
    cross_hub_bps: int = 0
    dispute_fee_bearer: FeeBearer = FeeBearer.CORE

    def __post_init__(self) -> None:
        bounds = [tier.up_to for tier in self.tiers]
        if not bounds or bounds[-1] is not None or None in bounds[:-1]:
            raise ValueError("tiers end with one that has no bound, and only with it")
        numbers = [bound for bound in bounds if bound is not None]
        if any(low >= high for low, high in zip([0, *numbers], numbers, strict=False)):
            raise ValueError("tier bounds rise from above zero")
        rates = [*(tier.bps for tier in self.tiers), self.referrer_bps, self.core_bps]
        rates += [self.owed_back_bps, self.cross_hub_bps]
        if any(not 0 <= bps <= BPS for bps in rates) or self.hold_days < 0:
            raise ValueError("rates lie between 0 and 100 %, and a hold is not negative")

    def steps(self, currency: str) -> tuple[tuple[int | None, int], ...]:
        """(upper bound in minor units or None, basis points) per tier."""
        unit: int = 10 ** exponent(currency)
        return tuple((None if tier.up_to is None else tier.up_to * unit, tier.bps) for tier in self.tiers)

    def as_json(self) -> dict[str, Any]:
        """The form in which versions and orders keep rules."""
        return {
            "tiers": [[tier.up_to, tier.bps] for tier in self.tiers],
            "referrer_bps": self.referrer_bps,
            "core_bps": self.core_bps,
            "hold_days": self.hold_days,
            "owed_back_bps": self.owed_back_bps,
            "cross_hub_bps": self.cross_hub_bps,
            "dispute_fee_bearer": self.dispute_fee_bearer,
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The reverse of `as_json`."""
        tiers = tuple(Tier(up_to, bps) for up_to, bps in data["tiers"])
        # Versions from before a rule was written down lived by its default.
        later = {name: data[name] for name in LATER if name in data}
        if (bearer := later.get("dispute_fee_bearer")) is not None:
            later["dispute_fee_bearer"] = FeeBearer(bearer)
        return cls(tiers, data["referrer_bps"], data["core_bps"], data["hold_days"], **later)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order is settled by, frozen when it is placed: a version's key with its rules."""

    rule_key: str
    rules: Rules

    def as_json(self) -> dict[str, Any]:
        """For the order's `terms` column."""
        return {"rule_key": self.rule_key, "rules": self.rules.as_json()}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Self:
        """The reverse of `as_json`."""
        return cls(data["rule_key"], Rules.from_json(data["rules"]))


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A published version, in force from `effective_from`."""

    key: str
    effective_from: datetime
    rules: Rules

    @property
    def terms(self) -> Terms:
        """What an order placed under this version keeps."""
        return Terms(self.key, self.rules)
