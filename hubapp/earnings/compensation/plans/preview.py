"""What a change of plan would do, by replaying closed periods: who gets less comes first, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from hubapp.earnings.compensation.plans import engine
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.schema import Plan

Replay = tuple[Plan, Inputs]
Pay = dict[str, dict[str, int]]  # minor units by member, then by component


@dataclass(frozen=True, slots=True)
class Change:
    """One person over all replayed periods, in minor units; `parts` (component, difference), the worst first.

    `less_in`: in how many of the periods they would have had less.
    """

    member: str
    before: int
    after: int
    less_in: int
    parts: tuple[tuple[str, int], ...]

    @property
    def difference(self) -> int:
        """Below zero: they lose."""
        return self.after - self.before


@dataclass(frozen=True, slots=True)
class Replayed:
    """One period under both plans: the cv that counts and what is paid for it, in minor units."""

    turnover_before: int
    before: int
    turnover_after: int
    after: int

    @property
    def ratio_before(self) -> int:
        """What was paid of the cv, in basis points, rounded up: over the cap never looks like on it."""
        return ratio(self.before, self.turnover_before)

    @property
    def ratio_after(self) -> int:
        """The same under the new plan."""
        return ratio(self.after, self.turnover_after)


@dataclass(frozen=True, slots=True)
class Comparison:
    """`rows`: everybody whose pay differs, who loses most first; `periods` in the order they were given in."""

    rows: tuple[Change, ...]
    periods: tuple[Replayed, ...]

    @property
    def losers(self) -> tuple[Change, ...]:
        """Who would have got less."""
        return tuple(row for row in self.rows if row.difference < 0)

    @property
    def before(self) -> int:
        """All pay under the old plan."""
        return sum(period.before for period in self.periods)

    @property
    def after(self) -> int:
        """All pay under the new one."""
        return sum(period.after for period in self.periods)

    @property
    def lost(self) -> int:
        """What the losers lose together, above zero."""
        return -sum(row.difference for row in self.losers)


@dataclass(slots=True)
class _Sums:
    before: int = 0
    after: int = 0
    less_in: int = 0
    parts: dict[str, int] = field(default_factory=dict)


def ratio(paid: int, turnover: int) -> int:
    """Pay per cv in basis points, rounded up; nothing of nothing is 0."""
    return -(-paid * SCALE // turnover) if turnover else 0


def losers_first(old: Plan, new: Plan, inputs: Iterable[Inputs]) -> Comparison:
    """Replay periods under both plans, where both classify the same sales in the same way."""
    return compared(((old, one), (new, one)) for one in inputs)


def compared(pairs: Iterable[tuple[Replay, Replay]]) -> Comparison:
    """Replay periods, each as it was and as it would be: a plan, and the inputs as this plan classifies them.

    Amounts after caps, as paid; debts and holdbacks move pay between periods and are left aside. Periods are read one
    by one, so that a generator keeps only one in memory.
    """
    people: dict[str, _Sums] = {}
    periods = []
    for was, would in pairs:
        before, after = engine.compute(*was), engine.compute(*would)
        pays = pay_of(before), pay_of(after)
        for member in pays[0].keys() | pays[1].keys():
            _add(people.setdefault(member, _Sums()), *(pay.get(member, {}) for pay in pays))
        sums = [sum(sum(parts.values()) for parts in pay.values()) for pay in pays]
        periods.append(Replayed(int(before.ground.turnover), sums[0], int(after.ground.turnover), sums[1]))
    rows = [_change(member, sums) for member, sums in people.items() if sums.before != sums.after]
    return Comparison(tuple(sorted(rows, key=lambda row: (row.difference, row.member))), tuple(periods))


def pay_of(result: Result) -> Pay:
    """What a run pays after caps; zeros are left out."""
    pay: Pay = {}
    for member, component, amount in _amounts(result):
        pay.setdefault(member, {})[component] = amount
    return pay


def _amounts(result: Result) -> Iterator[tuple[str, str, int]]:
    ids = result.ground.members.ids
    for paid, row in zip(result.paid, result.final, strict=True):
        for place, amount in enumerate(row):
            if amount:
                yield str(ids[place]), paid.component.id, int(amount)


def _add(sums: _Sums, before: dict[str, int], after: dict[str, int]) -> None:
    was, would = sum(before.values()), sum(after.values())
    sums.before += was
    sums.after += would
    sums.less_in += would < was
    for component in before.keys() | after.keys():
        moved = after.get(component, 0) - before.get(component, 0)
        sums.parts[component] = sums.parts.get(component, 0) + moved


def _change(member: str, sums: _Sums) -> Change:
    parts = sorted((moved, component) for component, moved in sums.parts.items() if moved)
    return Change(
        member, sums.before, sums.after, sums.less_in, tuple((component, moved) for moved, component in parts)
    )
