"""What a period's run reads, as columns by index: members in ascending order of id, orders in order of arrival."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, fields
from hashlib import sha256
from itertools import compress
from json import dumps
from typing import Self

from hubapp.earnings.compensation.plans.schema import Base
from hubapp.earnings.compensation.plans.tree import Tree

BUYERS = ("customer", "participant", "event")


@dataclass(frozen=True, slots=True)
class Members:
    """Columns of the people in the sponsor tree."""

    ids: Sequence[str]
    tree: Tree
    ranks: Sequence[str | None]
    active: Sequence[bool]
    customers: Sequence[int]
    customer_pv: Sequence[int]
    customer_cv: Sequence[int]
    earlier_cv: Sequence[int]  # own cv of all earlier periods


@dataclass(frozen=True, slots=True)
class Orders:
    """Columns of order lines; `seller` and `hub` are indexes or -1, `buyer` an index of BUYERS."""

    ids: Sequence[str] = ()
    seller: Sequence[int] = ()
    buyer: Sequence[int] = ()
    amount: Sequence[int] = ()
    cv: Sequence[int] = ()
    pv: Sequence[int] = ()
    hub: Sequence[int] = ()
    kind: Sequence[str] = ()  # empty: every line is a product

    def chosen(self, keep: Sequence[bool]) -> Self:
        """Some of the orders, in the same order."""
        if all(keep):
            return self
        columns = {column.name: getattr(self, column.name) for column in fields(self)}
        return type(self)(**{name: list(compress(column, keep)) for name, column in columns.items()})

    def counted(self, base: Base | None) -> Self:
        """The orders that the plan pays for: kinds and buyers of its base, everything without one."""
        if base is None:
            return self
        buyers = [name in base.buyers for name in BUYERS]
        keep = [buyers[buyer] for buyer in self.buyer]
        if self.kind:
            keep = [one and kind not in base.exclude_kinds for one, kind in zip(keep, self.kind, strict=True)]
        return self.chosen(keep)


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
        return Inputs(self.members, self.orders.chosen([name not in gone for name in self.orders.ids]), self.hubs)

    def digest(self) -> str:
        """sha256 of the canonical rows, sorted by id: the same inputs in any order are the same run."""
        members, orders, hubs = self.members, self.orders, self.hubs
        ids, above = members.ids, members.tree.parent
        kinds = orders.kind or [""] * len(orders.ids)
        lines = [
            dumps(("member", *row))
            for row in zip(
                ids,
                [_name(ids, one) for one in above],
                members.ranks,
                members.active,
                members.customers,
                members.customer_pv,
                members.customer_cv,
                members.earlier_cv,
                strict=True,
            )
        ]
        lines += [
            dumps(("order", name, _name(ids, seller), BUYERS[buyer], *money, _name(hubs.ids, hub), kind))
            for name, seller, buyer, *money, hub, kind in zip(
                orders.ids,
                orders.seller,
                orders.buyer,
                orders.amount,
                orders.cv,
                orders.pv,
                orders.hub,
                kinds,
                strict=True,
            )
        ]
        lines += [
            dumps(("hub", hub, [(ids[member], days) for member, days in held], customers, repeat))
            for hub, held, customers, repeat in zip(
                hubs.ids, hubs.connectors, hubs.customers, hubs.repeat_customers, strict=True
            )
        ]
        return sha256("\n".join(sorted(lines)).encode()).hexdigest()


def _name(ids: Sequence[str], index: int) -> str | None:
    return ids[index] if index >= 0 else None


def buyer_class(*, is_own: bool, participant_until: int | None, day: int, lookback_days: int) -> int:
    """Index in BUYERS: who sells for the network, did within the look-back, or buys from oneself is a participant.

    `participant_until` and `day` are day numbers; a current participant's `participant_until` is the day itself or
    later (FTC v. AdvoCare: "not in the business in the prior two months").
    """
    recent = participant_until is not None and participant_until >= day - lookback_days
    return BUYERS.index("participant") if is_own or recent else BUYERS.index("customer")
