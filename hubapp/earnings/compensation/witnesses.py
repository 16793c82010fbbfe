"""An eligible sale behind every line, by the rule of the guard in the database: nobody is paid by what they bought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hubapp.earnings.compensation.plans.columns import Column, coded
from hubapp.earnings.compensation.plans.inputs import BUYERS, Inputs

CUSTOMER = BUYERS.index("customer")
PRODUCT = "product"
OF_HUBS = frozenset({"hub_share", "hub_tier"})
OWN = frozenset({"personal_tier", "retail_margin"})
NONE = -1


@dataclass(frozen=True, slots=True, eq=False)
class Witnesses:
    """The first eligible sale of each member, of each member's group, of each hub, and of all: its place, or NONE.

    Nobody is paid by what they bought: what sellers, those above them and those who look after a hub buy is no
    customer's.
    """

    own: Column
    group: Column
    hub: Column
    first: int

    @classmethod
    def of(cls, inputs: Inputs) -> Witnesses:
        """Eligible: a product of the core's line, to somebody outside the network, of which something is left."""
        orders, tree = inputs.orders, inputs.members.tree
        is_eligible = (orders.buyer == CUSTOMER) & (orders.cv > 0)
        if len(orders.kind):
            kinds, names = coded(orders.kind, orders.kind_names)
            is_eligible &= np.array([name == PRODUCT for name in names], bool).take(kinds)
        places = np.flatnonzero(is_eligible)
        own = _first(len(inputs.members.ids), orders.seller.take(places), places)
        group = tree.least(np.where(own == NONE, len(orders.ids), own))
        group[group == len(orders.ids)] = NONE
        hub = _first(len(inputs.hubs.ids), orders.hub.take(places), places)
        return cls(own, group, hub, int(places[0]) if places.size else NONE)

    def behind(self, kind: str, members: Column) -> Column:
        """The places of sales behind what a component of this kind, which is not of hubs, pays these members."""
        if kind == "pool":
            return np.full(len(members), self.first)
        return (self.own if kind in OWN else self.group).take(members)


def _first(size: int, keys: Column, places: Column) -> Column:
    """The first place of each key; -1 is nobody's."""
    found = np.full(size + 1, NONE, np.intp)
    found[keys[::-1]] = places[::-1]  # of several the last one stays
    return found[:-1]
