"""An eligible sale behind every line, by the rule of the guard in the database: nobody is paid by what they bought."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs
from hubapp.earnings.compensation.plans.tree import Tree

CUSTOMER = BUYERS.index("customer")
OF_HUBS = frozenset({"hub_share", "hub_tier"})
OWN = frozenset({"personal_tier", "retail_margin"})


@dataclass(slots=True)
class Witnesses:
    """The first eligible sale of each member, of each member's group, of each hub, and of all; places of orders.

    Of a group it is one that somebody else bought. Own sales and a hub's are never bought by who is paid for them, nor
    are all by who has a part of a pool: what sellers and those who look after a hub buy counts for nobody.
    """

    own: dict[int, int] = field(default_factory=dict)
    group: dict[int, int] = field(default_factory=dict)
    hub: dict[int, int] = field(default_factory=dict)
    first: int | None = None

    @classmethod
    def of(cls, inputs: Inputs) -> Witnesses:
        """Eligible: a product of the core's line, to somebody outside the network, of which something is left."""
        found, orders, tree = cls(), inputs.orders, inputs.members.tree
        kinds, waiting = orders.kind, set[int]()
        has_kinds, has_buyers = len(kinds) > 0, len(orders.by) > 0
        for place, (seller, hub, buyer, cv) in enumerate(
            zip(orders.seller, orders.hub, orders.buyer, orders.cv, strict=True)
        ):
            if buyer != CUSTOMER or cv <= 0 or (has_kinds and kinds[place] != "product"):
                continue
            by = int(orders.by[place]) if has_buyers else -1
            if found.first is None:
                found.first = place
            found.hub.setdefault(int(hub), place)
            if seller < 0:
                continue
            found.own.setdefault(int(seller), place)
            found._give(tree, int(seller), place, by, waiting)
        return found

    def _give(self, tree: Tree, seller: int, place: int, by: int, waiting: set[int]) -> None:
        """To everybody above who has none yet; `waiting` are those whom so far only what they bought has passed."""
        for one in waiting.intersection(tree.path(seller)) - {by} if waiting else ():
            self.group[one] = place
            waiting.discard(one)
        above = seller
        # Whoever has one, or waits, has given theirs to everybody above.
        while above >= 0 and above not in self.group and above not in waiting:
            if above == by:
                waiting.add(above)
            else:
                self.group[above] = place
            above = int(tree.parent[above])

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
