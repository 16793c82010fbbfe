"""A run as statements read it: sums by member, computed once for all of them, and walks through one downline."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

from hubapp.earnings.compensation.plans import limits
from hubapp.earnings.compensation.plans.components import differential
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.rounding import hamilton
from hubapp.earnings.compensation.plans.schema import Differential

CUSTOMER = BUYERS.index("customer")


@dataclass(frozen=True, slots=True)
class Scaled:
    """One division by which the total cap scaled amounts: `before` of everybody, `left` to divide, `parts`."""

    before: list[int]
    left: int
    parts: list[int]

    def share(self, member: int) -> dict[str, int]:
        """The division as one member may see it."""
        of, mine = sum(self.before), self.before[member]
        return {"of": of, "extra": self.parts[member] - (self.left * mine // of if of else 0)}


class Network:
    """Columns of one result by member index; statements of it share this."""

    def __init__(self, result: Result) -> None:
        self.result, self.plan, self.inputs = result, result.plan, result.ground.inputs
        self.ids = list(self.inputs.members.ids)
        self.place = {name: at for at, name in enumerate(self.ids)}
        self.parent = [int(above) for above in self.inputs.members.tree.parent]
        self.final = [[int(amount) for amount in row] for row in result.final]
        self._rates: dict[str, list[int]] = {}

    @cached_property
    def frontline(self) -> list[list[int]]:
        """Whom everybody sponsors."""
        found: list[list[int]] = [[] for _ in self.ids]
        for member, above in enumerate(self.parent):
            if above >= 0:
                found[above].append(member)
        return found

    @cached_property
    def orders_of(self) -> dict[int, list[int]]:
        """Everybody's own order lines, those that do not count included, in order of arrival."""
        found: dict[int, list[int]] = {}
        for at, seller in enumerate(self.inputs.orders.seller):
            found.setdefault(int(seller), []).append(at)
        return found

    @cached_property
    def own(self) -> list[int]:
        """Own cv that counts."""
        return [int(cv) for cv in self.result.ground.own]

    @cached_property
    def gv(self) -> list[int]:
        """Own and downline cv."""
        return [int(cv) for cv in self.result.ground.gv]

    @cached_property
    def down_pv(self) -> list[int]:
        """Downline points."""
        ground = self.result.ground
        return [int(whole) - int(own) for whole, own in zip(ground.gpv, ground.own_pv, strict=True)]

    @cached_property
    def sellers(self) -> list[int]:
        """How many people of a group, oneself included, sold something that counts."""
        return self._rolled([int(cv > 0) for cv in self.own])

    @cached_property
    def inside(self) -> list[int]:
        """How many people of a group, oneself included, sold to somebody who is no customer from outside."""
        found = [0] * len(self.ids)
        for seller, buyer in zip(self.inputs.orders.seller, self.inputs.orders.buyer, strict=True):
            if seller >= 0 and buyer != CUSTOMER:
                found[seller] = 1
        return self._rolled(found)

    def _rolled(self, values: list[int]) -> list[int]:
        return [int(one) for one in self.inputs.members.tree.roll_up(values)]

    @cached_property
    def ratios(self) -> tuple[list[int], list[int]]:
        """Group cv from customers, and all of it."""
        from_customers, everything = self.result.ground.ratios
        return [int(cv) for cv in from_customers], [int(cv) for cv in everything]

    @cached_property
    def turnover(self) -> int:
        """All cv that counts."""
        return int(self.result.ground.turnover)

    def rates(self, component: Differential) -> list[int]:
        """Everybody's rate in a differential."""
        if component.id not in self._rates:
            self._rates[component.id] = [int(bps) for bps in differential.rates(component, self.result.ground)]
        return self._rates[component.id]

    def beneath(self, member: int) -> Iterator[tuple[int, list[int]]]:
        """Every seller of the downline with the way up from them: the seller first, the member left out."""
        waiting = [(one, [one]) for one in self.frontline[member]]
        while waiting:
            seller, way = waiting.pop()
            if self.own[seller]:
                yield seller, way
            waiting += [(one, [one, *way]) for one in self.frontline[seller]]

    @cached_property
    def scaling(self) -> tuple[dict[str, Scaled], Scaled | None, int]:
        """The divisions of the total cap by component, that of the rest, and what all would have been paid."""
        caps, names = self.plan.caps, [one.component.id for one in self.result.paid]
        rows = limits.capped(
            [[int(amount) for amount in one.amounts] for one in self.result.paid],
            caps=replace(caps, total_bps=None),
            names=names,
            turnover=self.turnover,
        )
        total = sum(map(sum, rows))
        excess, steps = total - limits.budget(caps, self.turnover), {}
        for name in caps.scale_order:
            if excess <= 0:
                return steps, None, total
            steps[name] = step = _scaled(list(rows[names.index(name)]), excess)
            excess -= sum(step.before) - sum(step.parts)
        rest = [row for row, name in zip(rows, names, strict=True) if name not in caps.scale_order]
        sums = [sum(parts) for parts in zip(*rest, strict=True)] if rest else [0] * len(self.ids)
        return steps, _scaled(sums, excess) if excess > 0 else None, total


def _scaled(before: list[int], excess: int) -> Scaled:
    left = max(0, sum(before) - excess)
    return Scaled(before, left, hamilton(left, before))
