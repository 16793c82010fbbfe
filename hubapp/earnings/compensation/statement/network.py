"""A run as statements read it: sums by member, computed once for all of them, and walks through one downline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from hubapp.earnings.compensation import verify_statement
from hubapp.earnings.compensation.plans.columns import Column, added, coded, total
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import BUYERS
from hubapp.earnings.compensation.plans.names import Uuids
from hubapp.earnings.compensation.plans.rounding import SCALE, apportioned, hamilton
from hubapp.earnings.compensation.plans.schema import HUBS, Differential
from hubapp.earnings.compensation.statement import rules
from hubapp.earnings.compensation.statement.gathered import Listed, plain, summed, words

VOLUMES = {"cv": "own", "pv": "own_pv", "gv": "gv"}


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

    before: Column
    left: int
    parts: Column

    def share(self, member: int | None) -> dict[str, int]:
        """The division as one member may see it, or somebody who has no part in it (None)."""
        of = total(self.before)
        if member is None:
            return {"of": of, "extra": 0}
        mine, part = int(self.before[member]), int(self.parts[member])
        return {"of": of, "extra": part - (self.left * mine // of if of else 0)}


class Network:
    """Columns of one result by member index; all statements of it share this.

    Reads the frozen inputs and the amounts that came out, and computes the volumes itself. Columns stay columns: of
    most people nobody asks, and everybody's as Python's own integers would take several times what was read.
    """

    def __init__(self, result: Result) -> None:
        self.result, self.plan, self.inputs = result, result.plan, result.ground.inputs
        members, orders = self.inputs.members, self.inputs.orders
        self.ids: Sequence[str] = members.ids if isinstance(members.ids, Uuids) else [*map(str, members.ids)]
        self.parent: Column = members.tree.parent
        self.ranks = words(members.ranks, members.rank_names)
        self.active = [bool(one) for one in plain(members.active)]
        self.final = list(result.capped)
        self.rounded = [one.rounded for one in result.paid]
        self.exact = [one.kept.exact for one in result.paid]
        self._kinds: Column | None = None
        self._words: list[str | None] = ["product"]  # without kinds, all are
        if len(orders.kind):
            self._kinds, self._words = coded(orders.kind, orders.kind_names)
        self._rates: dict[str, list[int]] = {}

    def at(self, account: str) -> int | None:
        """Where somebody stands in the columns; None: not in the run."""
        try:
            return self.ids.index(account)
        except ValueError:
            return None

    @cached_property
    def counts(self) -> Column:
        """Whether the plan pays for it, by order line."""
        base, found = rules.base_of(self.plan), np.zeros(len(self.inputs.orders.ids), bool)
        for place, buyer in enumerate(BUYERS):
            orders = ({"buyer": buyer, "kind": kind} for kind in self._words)
            paid = [at for at, order in enumerate(orders) if verify_statement.counts(base, order)]
            by_kind = bool(paid) if self._kinds is None else np.isin(self._kinds, paid)
            found |= (self.inputs.orders.buyer == place) & by_kind
        return found

    @cached_property
    def _sales(self) -> Listed:
        return Listed(self.inputs.orders.seller, len(self.ids))

    def sales_of(self, member: int) -> list[Sale]:
        """A member's own order lines, those that do not count included, in order of arrival."""
        orders = self.inputs.orders
        return [
            Sale(
                str(orders.ids[at]),
                int(orders.amount[at]),
                int(orders.cv[at]),
                int(orders.pv[at]),
                BUYERS[int(orders.buyer[at])],
                str(self._words[0 if self._kinds is None else int(self._kinds[at])]),
            )
            for at in self._sales[member]
        ]

    def _by_seller(self, values: Column, chosen: Column) -> Column:
        """Values of some order lines, by member."""
        return summed(len(self.ids), self.inputs.orders.seller, values, chosen)

    def _numbers(self, chosen: Column) -> Column:
        """How many of some order lines, by member."""
        return self._by_seller(np.broadcast_to(np.int64(1), len(chosen)), chosen)

    @cached_property
    def frontline(self) -> Listed:
        """Whom everybody sponsors."""
        return Listed(self.parent, len(self.ids))

    @cached_property
    def _levels(self) -> list[Column]:
        """All members by how many stand above them, the roots first."""
        found, here = list[Column](), np.flatnonzero(self.parent < 0)
        while here.size:
            found.append(here)
            here = self.frontline.of_all(here)
        return found

    def _rolled(self, own: Column) -> Sequence[int]:
        """Own and the whole downline's."""
        found = own.copy()
        for level in self._levels[:0:-1]:
            np.add.at(found, self.parent[level], found[level])
        return plain(found)

    @cached_property
    def _own(self) -> Column:
        return self._by_seller(self.inputs.orders.cv, self.counts)

    @cached_property
    def _own_pv(self) -> Column:
        return self._by_seller(self.inputs.orders.pv, self.counts)

    @cached_property
    def own(self) -> Sequence[int]:
        """Own cv that counts."""
        return plain(self._own)

    @cached_property
    def own_pv(self) -> Sequence[int]:
        """Own points that count."""
        return plain(self._own_pv)

    @cached_property
    def numbers(self) -> Sequence[int]:
        """How many order lines that count."""
        return plain(self._numbers(self.counts))

    @cached_property
    def gv(self) -> Sequence[int]:
        """Own and downline cv."""
        return self._rolled(self._own)

    @cached_property
    def gpv(self) -> Sequence[int]:
        """The same in points."""
        return self._rolled(self._own_pv)

    @cached_property
    def sellers(self) -> Sequence[int]:
        """How many people of a group, oneself included, sold something that counts."""
        return self._rolled((self._own > 0).astype(np.int64))

    @cached_property
    def insiders(self) -> Sequence[int]:
        """How many people of a group, oneself included, sold to somebody who is no customer from outside."""
        return self._rolled((self._numbers(~self._outside) > 0).astype(np.int64))

    @cached_property
    def _outside(self) -> Column:
        outside: Column = self.inputs.orders.buyer == BUYERS.index("customer")
        return outside

    @cached_property
    def from_customers(self) -> Sequence[int]:
        """Group cv that customers from outside bought."""
        return self._rolled(self._by_seller(self.inputs.orders.cv, self._outside))

    @cached_property
    def everything(self) -> Sequence[int]:
        """All group cv, what does not count included."""
        return self._rolled(self._by_seller(self.inputs.orders.cv, np.ones(len(self.counts), bool)))

    @cached_property
    def turnover(self) -> int:
        """All cv that counts."""
        return total(self.inputs.orders.cv[self.counts])

    @cached_property
    def hub_amounts(self) -> list[int]:
        """Amounts that count, by hub."""
        return self._by_hub(self.inputs.orders.amount)

    @cached_property
    def hub_cv(self) -> list[int]:
        """Cv that counts, by hub."""
        return self._by_hub(self.inputs.orders.cv)

    def _by_hub(self, values: Column) -> list[int]:
        found: list[int] = summed(len(self.inputs.hubs.ids), self.inputs.orders.hub, values, self.counts).tolist()
        return found

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

    def volumes(self, name: str) -> Iterable[int]:
        """The column behind a `threshold_on`."""
        if name == "gv_down":
            return (group - own for group, own in zip(self.gv, self.own, strict=True))
        if name == "cumulative_cv":
            earlier = plain(self.inputs.members.earlier_cv)
            return (own + before for own, before in zip(self.own, earlier, strict=True))
        if name in HUBS:
            return self._of_connectors(self.turnovers(name))
        found: Sequence[int] = getattr(self, VOLUMES.get(name, "gpv"))
        return found

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
        whole = sum(map(total, rows))
        excess, steps = whole - self.turnover * (caps.total_bps or 0) // SCALE, dict[str, Scaled]()
        for name in caps.scale_order:
            if excess <= 0:
                return steps, None, whole
            steps[name] = step = _scaled(rows[names.index(name)], excess)
            excess -= total(step.before) - total(step.parts)
        rest = [row for row, name in zip(rows, names, strict=True) if name not in caps.scale_order]
        together = added(rest) if rest else np.zeros(len(self.ids), np.int64)
        return steps, _scaled(together, excess) if excess > 0 else None, whole

    def _within_own_caps(self) -> list[Column]:
        most = self.plan.caps.per_participant
        if most is None or not self.rounded:
            return self.rounded
        rows = [row.copy() for row in self.rounded]
        for member in np.flatnonzero(added(rows) > most).tolist():
            for row, part in zip(rows, hamilton(most, [int(row[member]) for row in rows]), strict=True):
                row[member] = part
        return rows


def _scaled(before: Column, excess: int) -> Scaled:
    left = max(0, total(before) - excess)
    return Scaled(before, left, apportioned(left, before))
