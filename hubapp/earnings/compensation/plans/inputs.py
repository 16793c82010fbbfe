"""What a period's run reads, as columns by index: members in ascending order of id, orders in order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self, TypeAlias

import numpy as np

from hubapp.earnings.compensation.plans import names
from hubapp.earnings.compensation.plans.columns import Column, coded, integers, places
from hubapp.earnings.compensation.plans.schema import Base
from hubapp.earnings.compensation.plans.tree import Tree

BUYERS = ("customer", "participant", "event")
Given: TypeAlias = Any  # a list or an array; an array once it is in


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Columns of the people in the sponsor tree; lists become arrays. With `rank_names`, `ranks` are places in it."""

    ids: Sequence[Any]
    tree: Tree
    ranks: Given
    active: Given
    customers: Given
    customer_pv: Given
    customer_cv: Given
    earlier_cv: Given  # own cv of all earlier periods
    rank_names: Sequence[str | None] = ()

    def __post_init__(self) -> None:
        _arrays(
            self, active=places, customers=integers, customer_pv=integers, customer_cv=integers, earlier_cv=integers
        )

    def coded_ranks(self) -> tuple[Column, list[str | None]]:
        """Each member's rank as a number, and the names of the numbers."""
        return coded(self.ranks, self.rank_names)


@dataclass(frozen=True, slots=True, eq=False)
class Orders:
    """Columns of order lines; `seller` and `hub` are indexes or -1, `buyer` an index of BUYERS; lists become arrays.

    An empty `kind`: every line is a product. With `kind_names`, `kind` are places in it.
    """

    ids: Sequence[Any] = ()
    seller: Given = ()
    buyer: Given = ()
    amount: Given = ()
    cv: Given = ()
    pv: Given = ()
    hub: Given = ()
    kind: Given = ()
    kind_names: Sequence[str | None] = ()

    def __post_init__(self) -> None:
        _arrays(self, seller=places, buyer=places, hub=places, amount=integers, cv=integers, pv=integers)

    def chosen(self, keep: Column) -> Self:
        """Some of the orders, in the same order."""
        if keep.all():
            return self
        columns = {column.name: getattr(self, column.name) for column in fields(self)}
        kind_names = columns.pop("kind_names")
        kept: dict[str, Any] = {name: names.chosen(column, keep) for name, column in columns.items()}
        return type(self)(**kept, kind_names=kind_names)

    def counted(self, base: Base | None) -> Column | None:
        """Which orders the plan pays for: kinds and buyers of its base; None: all of them, as without a base."""
        if base is None:
            return None
        keep = _other_than(self.buyer, [place for place, name in enumerate(BUYERS) if name not in base.buyers])
        if len(self.kind):
            kinds, words = coded(self.kind, self.kind_names)
            keep &= _other_than(kinds, [place for place, word in enumerate(words) if word in base.exclude_kinds])
        return keep


def _other_than(codes: Column, left_out: Sequence[int]) -> Column:
    found = np.ones(len(codes), bool)
    for code in left_out:
        found &= codes != code
    return found


def _arrays(row: Any, **readers: Any) -> None:
    """Columns as arrays, whatever they were given as."""
    for name, read in readers.items():
        object.__setattr__(row, name, read(getattr(row, name)))


@dataclass(frozen=True, slots=True)
class Hubs:
    """Columns of hubs; `connectors`: (member, days held in the period) of each, ascending."""

    ids: Sequence[str] = ()
    connectors: Sequence[Sequence[tuple[int, int]]] = ()
    customers: Sequence[int] = ()
    repeat_customers: Sequence[int] = ()  # new customers who ordered again


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything one period's run depends on, beside the plan."""

    members: Members
    orders: Orders = field(default_factory=Orders)
    hubs: Hubs = field(default_factory=Hubs)

    def without(self, order_ids: Iterable[str]) -> Inputs:
        """The same inputs as if these orders had never been."""
        gone = frozenset(order_ids)
        keep = np.array([name not in gone for name in self.orders.ids], bool)
        return Inputs(self.members, self.orders.chosen(keep), self.hubs)


def buyer_class(*, is_own: bool, participant_until: int | None, day: int, lookback_days: int) -> int:
    """Index in BUYERS: who sells for the network, did within the look-back, or buys from oneself is a participant.

    `participant_until` and `day` are day numbers; a current participant's `participant_until` is the day itself or
    later (FTC v. AdvoCare: "not in the business in the prior two months").
    """
    recent = participant_until is not None and participant_until >= day - lookback_days
    return BUYERS.index("participant") if is_own or recent else BUYERS.index("customer")
