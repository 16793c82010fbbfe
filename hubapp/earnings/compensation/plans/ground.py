"""The volumes of a period, computed once and read by every component."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from hubapp.earnings.compensation.plans.columns import WORD, Column, reach, stays_under, sums
from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs, Orders
from hubapp.earnings.compensation.plans.listing import Listing
from hubapp.earnings.compensation.plans.rounding import SCALE, Rounding
from hubapp.earnings.compensation.plans.schema import Base, Component

Part = TypeVar("Part", bound=Component)
Made = TypeVar("Made")
PART = 2**15  # orders
COLUMNS = {"cv": "own", "pv": "own_pv", "cumulative_cv": "cumulative"}


class Ground:
    """Own, group and hub volumes of the orders that count; columns by member or hub index.

    `beside`: what a plan pays that no volume bounds, in minor units, all members and hubs together. A column whose sum,
    with this and times every rate, stays within 64 bits is one of 64-bit integers, any other one of Python's.
    """

    def __init__(
        self, inputs: Inputs, *, base: Base | None = None, rounding: Rounding | None = None, beside: int = 0
    ) -> None:
        self.inputs = inputs
        self.members = inputs.members
        self.tree = inputs.members.tree
        self.hubs = inputs.hubs
        self.orders: Orders = inputs.orders
        self.counts: Column | None = inputs.orders.counted(base)
        self.rounding = rounding or Rounding()
        self.size = len(inputs.members.ids)
        self._made: dict[tuple[object, str], Any] = {}
        self.room = WORD // (4 * SCALE) - reach(self.members.earlier_cv) - beside - self.rounding.unit

    def fitting(self, column: Column) -> Column:
        """The column in integers that hold whatever is made of it."""
        return column if stays_under(column, self.room) else column.astype(object)

    def empty(self, *columns: Column) -> Column:
        """A zero for everybody, in integers that hold what comes from cv and these columns."""
        is_small = self.room > 0 and all(column.dtype != object for column in (self.all_cv, *columns))
        return np.zeros(self.size, np.int64 if is_small else object)

    @cached_property
    def all_cv(self) -> Column:
        """Cv by order, of those that do not count too."""
        return self.fitting(self.orders.cv)

    @cached_property
    def turnover(self) -> int:
        """All cv that counts."""
        return int(self._sold.sum())

    @cached_property
    def own(self) -> Column:
        """Own cv as seller."""
        return self._sold[:-1]

    @cached_property
    def own_by_place(self) -> Column:
        """Own cv in the order of the tree's places, without the place above the roots."""
        return self.own.take(self.tree.order)

    @cached_property
    def own_pv(self) -> Column:
        """Own pv as seller."""
        return self._summed(self.size, self.orders.seller, self.fitting(self.orders.pv))[:-1]

    @cached_property
    def gv(self) -> Column:
        """Own cv and the whole downline's."""
        return self.tree.lift(self.tree.rolled_up(self.own_by_place.copy()))

    @cached_property
    def gpv(self) -> Column:
        """The same in pv."""
        return self.tree.roll_up(self.own_pv)

    @cached_property
    def gv_down(self) -> Column:
        """The downline's cv without one's own."""
        return self.gv - self.own

    @cached_property
    def cumulative(self) -> Column:
        """Own cv up to and including this period."""
        found: Column = self.own + self.members.earlier_cv
        return found

    @cached_property
    def all_amount(self) -> Column:
        """Amounts by order, of those that do not count too."""
        return self.fitting(self.orders.amount)

    @cached_property
    def gross(self) -> int:
        """All amounts that count."""
        return int(self._counted(slice(None), self.all_amount).sum())

    @cached_property
    def hub_amount(self) -> list[int]:
        """Amounts by hub."""
        return self._by_hub(self.all_amount)

    @cached_property
    def hub_cv(self) -> list[int]:
        """Cv by hub."""
        return self._by_hub(self.all_cv)

    @cached_property
    def hubs_amount(self) -> Column:
        """What was paid in the hubs that a member looks after: a threshold, so the whole of each, whatever the days."""
        return self._of_connectors(self.hub_amount, self.all_amount.dtype)

    @cached_property
    def hubs_cv(self) -> Column:
        """The same in cv."""
        return self._of_connectors(self.hub_cv, self.all_cv.dtype)

    @cached_property
    def ratios(self) -> tuple[Column, Column]:
        """Per member: cv from customers in own and downline, and all cv there, what does not count included."""
        everything, from_members = self._all_and_inside
        return self.tree.roll_up(everything - from_members), self.tree.roll_up(everything)

    @cached_property
    def lead(self) -> Column:
        """Per member: by how much cv from customers is more than cv from members, in the same own and downline."""
        everything, from_members = self._all_and_inside
        return self.tree.roll_up(everything - 2 * from_members)

    @cached_property
    def _all_and_inside(self) -> tuple[Column, Column]:
        everything = self.own if self.counts is None else self.own + self._some_by_seller(~self.counts)
        return everything, self._some_by_seller(self.orders.buyer != BUYERS.index("customer"))

    @cached_property
    def ranks(self) -> tuple[Column, list[str | None]]:
        """Everybody's rank as a number, and the names of the numbers."""
        return self.members.coded_ranks()

    def by_rank(self, table: dict[str, int], *, kind: type[np.integer[Any]] = np.int64) -> Column:
        """The number of everybody's rank, 0 where it has none."""
        codes, names = self.ranks
        return np.array([table.get(name or "", 0) for name in names], kind).take(codes)

    def has_rank(self, among: frozenset[str]) -> Column:
        """Who has one of these ranks."""
        codes, names = self.ranks
        return np.array([name in among for name in names], bool).take(codes)

    def volume(self, name: str) -> Column:
        """The column behind a `threshold_on`."""
        column: Column = getattr(self, COLUMNS.get(name, name))
        return column

    def sold(self) -> list[int]:
        """The orders of sellers, in order of arrival."""
        is_sold = self.orders.seller >= 0
        return np.flatnonzero(is_sold if self.counts is None else is_sold & self.counts).tolist()

    def places(self, member: int) -> list[int]:
        """The member's own orders, in order of arrival."""
        return self._sales.of(member)

    def places_under(self, member: int) -> list[int]:
        """The orders of the member's group, in order of arrival."""
        group = [member]
        for one in group:  # which grows meanwhile
            group += self.frontline(one)
        return sorted(at for one in group for at in self.places(one))

    def frontline(self, member: int) -> list[int]:
        """Whom the member sponsors, ascending."""
        return self._frontlines.of(member)

    def hubs_of(self, member: int) -> Sequence[int]:
        """The hubs that the member looks after, ascending."""
        return self._held.get(member, ())

    def once(self, make: Callable[[Part, Ground], Made], component: Part) -> Made:
        """What is made of a component and this ground: made once, however many lines are explained with it."""
        key = make, component.id
        if key not in self._made:
            self._made[key] = make(component, self)
        found: Made = self._made[key]
        return found

    @cached_property
    def _sales(self) -> Listing:
        seller = self.orders.seller
        return Listing(seller if self.counts is None else np.where(self.counts, seller, -1), self.size)

    @cached_property
    def _frontlines(self) -> Listing:
        return Listing(self.tree.parent, self.size)

    @cached_property
    def _held(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for hub, connectors in enumerate(self.hubs.connectors):
            for member, _days in connectors:
                found.setdefault(member, []).append(hub)
        return found

    @cached_property
    def _sold(self) -> Column:
        """Cv by seller, with one place more at the end for what nobody sold."""
        return self._summed(self.size, self.orders.seller, self.all_cv)

    def _summed(self, size: int, keys: Column, values: Column) -> Column:
        """Of orders that count; part by part, so that what is made of them stays near the processor."""
        found = np.zeros(size + 1, values.dtype)
        for at in range(0, len(values), PART):
            part = slice(at, at + PART)
            np.add.at(found, keys[part].astype(np.intp, copy=False), self._counted(part, values))
        return found

    def _counted(self, part: slice, values: Column) -> Column:
        """Zero for orders that do not count; twice as fast as choosing, because nothing has to be guessed."""
        return values[part] if self.counts is None else values[part] * self.counts[part].view(np.int8)

    def _some_by_seller(self, chosen: Column) -> Column:
        """All cv of some orders, faster where they are few."""
        places = np.flatnonzero(chosen)
        return sums(self.size, self.orders.seller.take(places), self.all_cv.take(places))[:-1]

    def _of_connectors(self, turnovers: list[int], kind: np.dtype[Any]) -> Column:
        found = np.zeros(self.size, kind)
        for member, hubs in self._held.items():
            found[member] = sum(turnovers[hub] for hub in hubs)
        return found

    def _by_hub(self, values: Column) -> list[int]:
        found: list[int] = self._summed(len(self.hubs.ids), self.orders.hub, values)[:-1].tolist()
        return found
