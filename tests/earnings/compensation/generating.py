"""A made-up network of any size: columns as the engine reads them, the same for the same seed."""

from __future__ import annotations

import random

from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.tree import plant


def network(members: int, orders: int, *, hubs: int = 200, seed: int = 5) -> Inputs:
    """A random recursive tree (depth grows with the logarithm), orders over its members, a connector per hub."""
    chance = random.Random(seed)
    ids = [f"{place:08d}" for place in range(members)]
    parent = [-1, *(chance.randrange(place) for place in range(1, members))]
    ranks = chance.choices(["r0", "r1", "r3", "r5", "r7", "b"], [50, 25, 12, 7, 3, 3], k=members)
    customers = chance.choices(range(30), k=members)
    people = Members(
        ids,
        plant(parent, ids),
        ranks,
        [number > 5 for number in customers],
        customers,
        [0] * members,
        [number * 900 for number in customers],
        [0] * members,
    )
    cv = chance.choices(range(500, 20_000), k=orders)
    lines = Orders(
        [f"o{place:08d}" for place in range(orders)],
        chance.choices(range(members), k=orders),
        chance.choices([0, 1], [9, 1], k=orders),
        [amount * 6 // 5 for amount in cv],
        cv,
        cv,
        chance.choices(range(hubs), k=orders),
    )
    held = [[(chance.randrange(members), 30)] for _ in range(hubs)]
    names = [f"hub{place:04d}" for place in range(hubs)]
    return Inputs(people, lines, Hubs(names, held, [40] * hubs, [3] * hubs))
