"""What one component comes to, and the pieces that explain a line of it."""

from __future__ import annotations

from dataclasses import dataclass, field

from hubapp.earnings.compensation.plans.columns import Column


@dataclass(slots=True)
class Outcome:
    """Exact amounts by member: `own` from own sales (everything, in components of one level), `down` from the group.

    `breakage` is what the plan computed and nobody took (exact), `company` minor units, `accounts` final balances.
    """

    own: Column
    down: Column | None = None
    breakage: int = 0
    company: int = 0
    accounts: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Piece:
    """One addend of a line: `base` minor units at `bps` are `exact`; None where no single rate made it.

    `why` is a word that pages turn into a sentence. `order` is set for single sales, `leg` where a whole leg counts,
    so that nobody's customers are shown to somebody else.
    """

    why: str
    base: int
    bps: int | None
    exact: int
    order: str | None = None
    seller: str | None = None
    leg: str | None = None
    level: int | None = None
    hub: str | None = None
