"""Volumes kept in memory: what one sale changes for its seller and the people above, to compare and to measure."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, MutableMapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.live import NOTHING, Volumes
from hubapp.earnings.compensation.plans.schema import Base

Member = TypeVar("Member", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Sale:
    """One order line; `buyer` is an index of BUYERS."""

    cv: int
    pv: int = 0
    buyer: int = 0
    kind: str = "product"

    def counts(self, base: Base | None) -> bool:
        """Whether the plan pays for it."""
        return base is None or (BUYERS[self.buyer] in base.buyers and self.kind not in base.exclude_kinds)


def deltas(
    sale: Sale, line: Sequence[Member], *, base: Base | None, is_refund: bool = False
) -> Iterator[tuple[Member, Volumes]]:
    """What a sale, or its refund, changes for each member of `line`: the seller, then everybody above to the root."""
    sign = -1 if is_refund else 1
    cv, pv = (sign * sale.cv, sign * sale.pv) if sale.counts(base) else (0, 0)
    outside = sign * sale.cv if BUYERS[sale.buyer] == "customer" else 0
    group = Volumes(0, 0, cv, pv, outside, sign * sale.cv)
    for place, member in enumerate(line):
        yield member, group if place else Volumes(cv, pv, cv, pv, outside, sign * sale.cv)


def record(
    live: MutableMapping[Member, Volumes],
    sale: Sale,
    line: Sequence[Member],
    *,
    base: Base | None,
    is_refund: bool = False,
) -> None:
    """Apply the deltas of one sale or refund to volumes kept by member."""
    for member, change in deltas(sale, line, base=base, is_refund=is_refund):
        live[member] = live.get(member, NOTHING) + change
