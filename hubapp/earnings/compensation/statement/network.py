"""A run as statements read it: sums by member, computed once for all of them, and walks through one downline."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, compress
from typing import Any

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.schema import HUBS, Differential
from hubapp.earnings.compensation.statement import rules


@dataclass(frozen=True, slots=True)
class Sale:
    """An order line as a statement shows it to its seller."""

    id: str
    amount: int
    cv: int
    pv: int
    buyer: str
    kind: str


@dataclass(frozen=True, slots=True)
class Scaled:
    """One division by which the total cap scaled amounts: those of everybody before, what was left, the parts."""

    before: list[int]
    left: int
    parts: list[int]

    def share(self, member: int | None) -> dict[str, int]:
        """The division as one member may see it, or somebody who has no part in it (None)."""
        of = sum(self.before)
        if member is None:
            return {"of": of, "extra": 0}
        mine = self.before[member]
        return {"of": of, "extra": self.parts[member] - (self.left * mine // of if of else 0)}


class Network:
    """Columns of one result by member index; all statements of it share this.

    Reads the frozen inputs and the amounts that came out, and computes the volumes itself.
    """

    def __init__(self, result: Result) -> None:
        self.result, self.plan, self.inputs = result, result.plan, result.ground.inputs
        members = self.inputs.members
        self.ids = [str(name) for name in members.ids]
        self.place = {name: at for at, name in enumerate(self.ids)}
        self.parent = [int(above) for above in members.tree.parent]
        self.ranks = _words(members.ranks, getattr(members, "rank_names", ()))
        self.active = [bool(one) for one in members.active]
        # As they are: of most people nobody asks, and everybody's amounts as Python's own would be most of the memory.
        self.final = list(result.capped)
        self.rounded = [one.rounded for one in result.paid]
        self.exact = [one.kept.exact for one in result.paid]
        self._rates: dict[str, list[int]] = {}

    @cached_property
    def sellers_of(self) -> list[int]:
        """The seller of every order line, -1 for nobody."""
        return _plain(self.inputs.orders.seller)

    @cached_property
    def kinds(self) -> list[str | None]:
        """The kind of every order line; empty: all are products."""
        orders = self.inputs.orders
        return _words(orders.kind, getattr(orders, "kind_names", ()))

    @cached_property
    def counts(self) -> list[bool]:
        """Whether the plan pays for it, by order line."""
        base, kinds = rules.base_of(self.plan), self.kinds or ["product"] * len(self.sellers_of)
        known: dict[tuple[int, str | None], bool] = {}
        for pair in {*zip(_plain(self.inputs.orders.buyer), kinds, strict=True)}:
            known[pair] = verify_statement.counts(base, {"buyer": BUYERS[pair[0]], "kind": pair[1]})
        return [known[pair] for pair in zip(_plain(self.inputs.orders.buyer), kinds, strict=True)]

    @cached_property
    def _places(self) -> tuple[list[int], array[int]]:
        """Where each member's order lines begin in the second list, which has their places in order of arrival."""
        begins = [0] * (len(self.ids) + 1)
        for seller in self.sellers_of:
            if seller >= 0:
                begins[seller + 1] += 1
        begins = list(accumulate(begins))
        free, places = list(begins), array("q", bytes(8 * begins[-1]))
        for at, seller in enumerate(self.sellers_of):
            if seller >= 0:
                places[free[seller]] = at
                free[seller] += 1
        return begins, places

    def sales_of(self, member: int) -> list[Sale]:
        """A member's own order lines, those that do not count included, in order of arrival."""
        orders, (begins, places) = self.inputs.orders, self._places
        return [
            Sale(
                str(orders.ids[at]),
                int(orders.amount[at]),
                int(orders.cv[at]),
                int(orders.pv[at]),
                BUYERS[int(orders.buyer[at])],
                str(self.kinds[at]) if self.kinds else "product",
            )
            for at in places[begins[member] : begins[member + 1]]
        ]

    def _sums(self, size: int, keys: list[int], values: Iterable[int], chosen: Iterable[bool]) -> list[int]:
        """Values summed by key where chosen; -1 (no seller, no hub) is nobody's."""
        found = [0] * (size + 1)
        for key, value, is_chosen in zip(keys, values, chosen, strict=True):
            if is_chosen:
                found[key] += value
        return found[:size]

    def by_seller(self, values: Iterable[int], chosen: Iterable[bool]) -> list[int]:
        """Sums by member."""
        return self._sums(len(self.ids), self.sellers_of, values, chosen)

    @cached_property
    def frontline(self) -> list[list[int]]:
        """Whom everybody sponsors."""
        found: list[list[int]] = [[] for _ in self.ids]
        for member, above in enumerate(self.parent):
            if above >= 0:
                found[above].append(member)
        return found

    @cached_property
    def down(self) -> list[int]:
        """All members, every sponsor before those whom they sponsor."""
        found = [member for member, above in enumerate(self.parent) if above < 0]
        for member in found:  # grows while it is read
            found += self.frontline[member]
        return found

    def rolled(self, own: Sequence[int]) -> list[int]:
        """Own and the whole downline's."""
        found = list(own)
        for member in reversed(self.down):
            if self.parent[member] >= 0:
                found[self.parent[member]] += found[member]
        return found

    @cached_property
    def own(self) -> list[int]:
        """Own cv that counts."""
        return self.by_seller(_plain(self.inputs.orders.cv), self.counts)

    @cached_property
    def own_pv(self) -> list[int]:
        """Own points that count."""
        return self.by_seller(_plain(self.inputs.orders.pv), self.counts)

    @cached_property
    def numbers(self) -> list[int]:
        """How many order lines that count."""
        return self.by_seller([1] * len(self.counts), self.counts)

    @cached_property
    def gv(self) -> list[int]:
        """Own and downline cv."""
        return self.rolled(self.own)

    @cached_property
    def gpv(self) -> list[int]:
        """The same in points."""
        return self.rolled(self.own_pv)

    @cached_property
    def sellers(self) -> list[int]:
        """How many people of a group, oneself included, sold something that counts."""
        return self.rolled([int(cv > 0) for cv in self.own])

    @cached_property
    def insiders(self) -> list[int]:
        """How many people of a group, oneself included, sold to somebody who is no customer from outside."""
        inside = self.by_seller([1] * len(self.counts), [not one for one in self._outside])
        return self.rolled([int(number > 0) for number in inside])

    @cached_property
    def _outside(self) -> list[bool]:
        customer = BUYERS.index("customer")
        return [buyer == customer for buyer in _plain(self.inputs.orders.buyer)]

    @cached_property
    def from_customers(self) -> list[int]:
        """Group cv that customers from outside bought."""
        return self.rolled(self.by_seller(_plain(self.inputs.orders.cv), self._outside))

    @cached_property
    def everything(self) -> list[int]:
        """All group cv, what does not count included."""
        return self.rolled(self.by_seller(_plain(self.inputs.orders.cv), [True] * len(self.counts)))

    @cached_property
    def turnover(self) -> int:
        """All cv that counts."""
        return sum(compress(_plain(self.inputs.orders.cv), self.counts))

    @cached_property
    def hub_amounts(self) -> list[int]:
        """Amounts that count, by hub."""
        orders = self.inputs.orders
        return self._sums(len(self.inputs.hubs.ids), _plain(orders.hub), _plain(orders.amount), self.counts)

    @cached_property
    def hub_cv(self) -> list[int]:
        """Cv that counts, by hub."""
        orders = self.inputs.orders
        return self._sums(len(self.inputs.hubs.ids), _plain(orders.hub), _plain(orders.cv), self.counts)

    def rates(self, component: Differential) -> list[int]:
        """Everybody's rate in a slab differential."""
        if component.id not in self._rates:
            self._rates[component.id] = self._rates_of(component)
        return self._rates[component.id]

    def _rates_of(self, component: Differential) -> list[int]:
        if component.schedule is None:
            return [component.rate_by_rank.get(rank or "", 0) for rank in self.ranks]
        tiers = verify_statement.tiers_of(rules.steps(component.schedule))
        return [verify_statement.rate_at(tiers, volume) for volume in self.volumes(component.threshold_on)]

    def volumes(self, name: str) -> list[int]:
        """The column behind a `threshold_on`."""
        if name == "gv_down":
            return [group - own for group, own in zip(self.gv, self.own, strict=True)]
        if name == "cumulative_cv":
            earlier = self.inputs.members.earlier_cv
            return [own + int(before) for own, before in zip(self.own, earlier, strict=True)]
        if name in HUBS:
            return self._of_connectors(self.turnovers(name))
        return {"cv": self.own, "pv": self.own_pv, "gv": self.gv}.get(name, self.gpv)

    def turnovers(self, name: str) -> list[int]:
        """What each hub comes to behind a `threshold_on` of hubs."""
        return self.hub_amounts if name == "hubs_amount" else self.hub_cv

    def _of_connectors(self, turnovers: Sequence[int]) -> list[int]:
        """What the hubs that everybody looks after come to: the whole of each, however many share it."""
        found = [0] * len(self.ids)
        for turnover, connectors in zip(turnovers, self.inputs.hubs.connectors, strict=True):
            for member, _days in connectors:
                found[member] += turnover
        return found

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
        rows = self._within_own_caps()
        total = sum(map(sum, rows))
        excess, steps = total - self.turnover * (caps.total_bps or 0) // SCALE, dict[str, Scaled]()
        for name in caps.scale_order:
            if excess <= 0:
                return steps, None, total
            steps[name] = step = _scaled(rows[names.index(name)], excess)
            excess -= sum(step.before) - sum(step.parts)
        rest = [row for row, name in zip(rows, names, strict=True) if name not in caps.scale_order]
        sums = [sum(parts) for parts in zip(*rest, strict=True)] if rest else [0] * len(self.ids)
        return steps, _scaled(sums, excess) if excess > 0 else None, total

    def _within_own_caps(self) -> list[list[int]]:
        most, rows = self.plan.caps.per_participant, [_plain(row) for row in self.rounded]
        for member, parts in enumerate(zip(*rows, strict=True)):
            if most is not None and sum(parts) > most:
                for row, part in zip(rows, hamilton(most, parts), strict=True):
                    row[member] = part
        return rows


def _scaled(before: list[int], excess: int) -> Scaled:
    left = max(0, sum(before) - excess)
    return Scaled(before, left, hamilton(left, before))


def _plain(values: Any) -> list[int]:
    """A list of Python's integers, whatever holds them."""
    return [int(one) for one in values] if not hasattr(values, "tolist") else values.tolist()


def _words(values: Sequence[Any], names: Sequence[str | None]) -> list[str | None]:
    """A column of words, which may come as places in a list of names."""
    return [names[one] for one in values] if len(names) else list(values)
