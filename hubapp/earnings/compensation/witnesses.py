"""An eligible sale behind every line: the guard in the database refuses a reward without one."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs

CUSTOMER = BUYERS.index("customer")
OF_HUBS = frozenset({"hub_share", "hub_tier"})
OWN = frozenset({"personal_tier", "retail_margin"})


@dataclass(slots=True)
class Witnesses:
    """The first eligible sale of each member, of each member's group, of each hub, and of all; places of orders."""

    own: dict[int, int] = field(default_factory=dict)
    group: dict[int, int] = field(default_factory=dict)
    hub: dict[int, int] = field(default_factory=dict)
    first: int | None = None

    @classmethod
    def of(cls, inputs: Inputs) -> Witnesses:
        """Eligible: a product of the core's line, to somebody outside the network, of which something is left."""
        found, orders, parent = cls(), inputs.orders, inputs.members.tree.parent
        kinds = orders.kind
        has_kinds = len(kinds) > 0
        for place, (seller, hub, buyer, cv) in enumerate(
            zip(orders.seller, orders.hub, orders.buyer, orders.cv, strict=True)
        ):
            if buyer != CUSTOMER or cv <= 0 or (has_kinds and kinds[place] != "product"):
                continue
            if found.first is None:
                found.first = place
            found.hub.setdefault(int(hub), place)
            if seller < 0:
                continue
            found.own.setdefault(int(seller), place)
            above = int(seller)
            while above >= 0 and above not in found.group:  # whoever has one has given it to everybody above
                found.group[above] = place
                above = int(parent[above])
        return found

    def behind(self, kind: str, member: int, hub: int | None = None) -> int | None:
        """The place of a sale behind what a component of this kind pays."""
        if kind in OF_HUBS:
            return None if hub is None else self.hub.get(hub)
        if kind in OWN:
            return self.own.get(member)
        return self.first if kind == "pool" else self.group.get(member)


def sale_of(inputs: Inputs, place: int) -> tuple[UUID, int]:
    """(sale, its hub) of an order's place."""
    return UUID(inputs.orders.ids[place]), int(inputs.hubs.ids[inputs.orders.hub[place]])
