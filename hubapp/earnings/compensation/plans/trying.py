"""What-if on one small tree: people, their sponsors and their sales, and what a plan would pay each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hubapp.earnings.compensation.plans import engine, explain
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.explain import Line
from hubapp.earnings.compensation.plans.inputs import Hubs, Inputs, Members, Orders
from hubapp.earnings.compensation.plans.schema import Differential, Generation, GroupTier, Plan, Unilevel
from hubapp.earnings.compensation.plans.tree import plant

HUB = "hub"
PERIOD_DAYS = 30


@dataclass(frozen=True, slots=True)
class Person:
    """`sponsor` is a place among the people, None directly under the core; `sales` to customers, in minor units."""

    name: str
    sponsor: int | None = None
    sales: int = 0
    customers: int = 0
    rank: str | None = None


@dataclass(frozen=True, slots=True)
class Branch:
    """A person with what they get, and who stands beneath them, in the order they were given in."""

    place: int
    person: Person
    own: int
    group: int
    total: int
    lines: tuple[Line, ...]
    beneath: tuple[Branch, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """`roots` hold everybody; amounts in minor units after caps.

    `cut` is what the caps took away, `most` what whoever gets most is paid.
    """

    roots: tuple[Branch, ...]
    turnover: int
    paid: int
    cut: int
    most: int


def name_of(place: int) -> str:
    """The id of a person in the run: in the order of their places."""
    return f"p{place:03d}"


def try_out(plan: Plan, people: Sequence[Person], *, connector: int | None = None) -> Trial:
    """Run the plan. `connector` holds the one hub that all sales are in. Refuses circles with BadInput."""
    result = engine.compute(plan, _inputs(people, connector))
    beneath: dict[int | None, list[int]] = {}
    for place, person in enumerate(people):
        beneath.setdefault(person.sponsor, []).append(place)

    def branch(place: int) -> Branch:
        under = tuple(branch(one) for one in beneath.get(place, ()))
        return _branch(result, place, people[place], under)

    roots = tuple(branch(place) for place in beneath.get(None, ()))
    paid = sum(int(total) for total in result.totals)
    before = sum(int(total) for total in result.before_caps)
    return Trial(roots, int(result.ground.turnover), paid, before - paid, max(map(int, result.totals), default=0))


def _branch(result: Result, place: int, person: Person, beneath: tuple[Branch, ...]) -> Branch:
    lines = tuple(explain.lines(result, name_of(place)))
    own, group = int(result.ground.own[place]), int(result.ground.gv[place])
    return Branch(place, person, own, group, int(result.totals[place]), lines, beneath)


def _inputs(people: Sequence[Person], connector: int | None) -> Inputs:
    ids = [name_of(place) for place in range(len(people))]
    tree = plant([-1 if one.sponsor is None else one.sponsor for one in people], ids)
    sales = [one.sales for one in people]
    customers = [one.customers for one in people]
    members = Members(
        ids,
        tree,
        [one.rank for one in people],
        [one.customers > 0 for one in people],
        customers,
        sales,
        sales,
        [0] * len(people),
    )
    sold = [place for place, one in enumerate(people) if one.sales]
    volumes = [sales[place] for place in sold]
    names = [f"o{place:03d}" for place in sold]
    orders = Orders(names, sold, [0] * len(sold), volumes, volumes, volumes, [0] * len(sold))
    held = [] if connector is None else [(connector, PERIOD_DAYS)]
    return Inputs(members, orders, Hubs([HUB], [held], [sum(customers)], [1 if sold else 0]))


def ranks_of(plan: Plan) -> tuple[str, ...]:
    """The ranks that a plan names, so that they can be chosen."""
    found: set[str] = set()
    for component in plan.components:
        match component:
            case Differential():
                found |= set(component.rate_by_rank)
            case Unilevel():
                found |= set(component.depth_by_rank or ())
            case Generation():
                found.add(component.rank)
            case GroupTier():
                found |= component.ranks
    return tuple(sorted(found))
