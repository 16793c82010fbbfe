"""The volumes of a period, computed once and read by every component."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property

from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs, Orders
from hubapp.earnings.compensation.plans.rounding import Rounding
from hubapp.earnings.compensation.plans.schema import Base


class Ground:
    """Own, group and hub volumes of the orders that count; lists by member or hub index."""

    def __init__(self, inputs: Inputs, *, base: Base | None = None, rounding: Rounding | None = None) -> None:
        self.inputs = inputs
        self.members = inputs.members
        self.tree = inputs.members.tree
        self.hubs = inputs.hubs
        self.orders: Orders = inputs.orders.counted(base)
        self.rounding = rounding or Rounding()
        self.size = len(inputs.members.ids)

    @cached_property
    def turnover(self) -> int:
        """All cv that counts."""
        return sum(self.orders.cv)

    @cached_property
    def own(self) -> list[int]:
        """Own cv as seller."""
        return _sums(self.size, self.orders.seller, self.orders.cv)

    @cached_property
    def own_pv(self) -> list[int]:
        """Own pv as seller."""
        return _sums(self.size, self.orders.seller, self.orders.pv)

    @cached_property
    def gv(self) -> list[int]:
        """Own cv and the whole downline's."""
        return self.tree.roll_up(self.own)

    @cached_property
    def gpv(self) -> list[int]:
        """The same in pv."""
        return self.tree.roll_up(self.own_pv)

    @cached_property
    def gv_down(self) -> list[int]:
        """The downline's cv without one's own."""
        return [group - own for group, own in zip(self.gv, self.own, strict=True)]

    @cached_property
    def cumulative(self) -> list[int]:
        """Own cv up to and including this period."""
        return [own + earlier for own, earlier in zip(self.own, self.members.earlier_cv, strict=True)]

    @cached_property
    def hub_amount(self) -> list[int]:
        """Amounts by hub."""
        return _sums(len(self.hubs.ids), self.orders.hub, self.orders.amount)

    @cached_property
    def hub_cv(self) -> list[int]:
        """Cv by hub."""
        return _sums(len(self.hubs.ids), self.orders.hub, self.orders.cv)

    @cached_property
    def ratios(self) -> tuple[list[int], list[int]]:
        """Per member: cv from customers in own and downline, and all cv there, what does not count included."""
        orders, outside = self.inputs.orders, BUYERS.index("customer")
        theirs = [cv if buyer == outside else 0 for cv, buyer in zip(orders.cv, orders.buyer, strict=True)]
        from_customers = self.tree.roll_up(_sums(self.size, orders.seller, theirs))
        return from_customers, self.tree.roll_up(_sums(self.size, orders.seller, orders.cv))

    def volume(self, name: str) -> list[int]:
        """The column behind a `threshold_on`."""
        columns = {"cv": "own", "pv": "own_pv", "cumulative_cv": "cumulative"}
        column: list[int] = getattr(self, columns.get(name, name))
        return column

    def places(self, member: int) -> list[int]:
        """The member's own orders, in order of arrival."""
        return [at for at, seller in enumerate(self.orders.seller) if seller == member]


def _sums(size: int, keys: Sequence[int], values: Sequence[int]) -> list[int]:
    """Values summed by key; -1 (no seller, no hub) lands in a place of its own that is cut off."""
    total = [0] * (size + 1)
    for key, value in zip(keys, values, strict=True):
        total[key] += value
    return total[:size]
