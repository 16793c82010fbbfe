"""One run over a period: frozen inputs, the plan's result, their digests, and the figures that people compare."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from uuid import UUID

import numpy as np

from hubapp.earnings.compensation import queries, reading
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PlanPeriod, TaskStep
from hubapp.earnings.compensation.plans import digests, engine, explain
from hubapp.earnings.compensation.plans.columns import Column, total
from hubapp.earnings.compensation.plans.engine import Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.names import Uuids, places_in
from hubapp.earnings.compensation.plans.rounding import SCALE


@dataclass(frozen=True, slots=True, eq=False)
class Amounts:
    """What everybody is paid, in minor units after caps, by component: what two runs are compared by."""

    members: Uuids
    by_component: dict[str, Column]


Tell = Callable[[TaskStep], None]


def silent(_step: TaskStep) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True, slots=True)
class Summary:
    """What is kept of a run when its columns are gone."""

    period_id: UUID
    freeze: Freeze
    inputs_digest: str
    result_digest: str
    figures: dict[str, Any]


class Run:
    """A period under its own version, as it was recorded up to a freeze: run again, it is the same to the byte."""

    def __init__(self, period: PlanPeriod, freeze: Freeze, *, tell: Tell = silent) -> None:
        self.period, self.freeze = period, freeze
        self.plan = queries.plan_of(queries.version(period.version_id))
        tell(TaskStep.READING)
        self.inputs: Inputs = reading.inputs_of(period=period, plan=self.plan, freeze=freeze)
        tell(TaskStep.COMPUTING)
        self.result: Result = engine.compute(self.plan, self.inputs)

    @cached_property
    def inputs_digest(self) -> str:
        """Of the version's text and of all that was read."""
        return self.inputs_in(digests.FORM)

    @cached_property
    def result_digest(self) -> str:
        """Of everything that it pays, and of what stays with the company."""
        return self.result_in(digests.FORM)

    def inputs_in(self, form: int) -> str:
        """The digest of what was read, in the form that an earlier run has it in."""
        version = queries.version(self.period.version_id).digest
        return digests.of_inputs(self.inputs, version=version, form=form)

    def result_in(self, form: int) -> str:
        """The digest of what came out, in the form that an earlier run has it in."""
        return digests.of_result(self.result, form=form)

    @cached_property
    def breakage(self) -> dict[str, dict[str, int]]:
        """What stays with the company, exact, by component and reason."""
        found = explain.breakage(self.result)
        return {name: {reason: int(exact) for reason, exact in left.items()} for name, left in found.items()}

    @cached_property
    def figures(self) -> dict[str, Any]:
        """What people compare. Money in minor units, breakage rounded down to them; ratio in basis points of the cv."""
        orders, ground, due = self.inputs.orders, self.result.ground, self.result.due
        turnover, paid = int(ground.turnover), total(due)
        parts = {
            one.component.id: {
                "type": one.component.type,
                "amount": total(final),
                "people": int(np.count_nonzero(final)),
                "forfeited": total(one.kept.forfeited) // SCALE,
                "breakage": {why: exact // SCALE for why, exact in self.breakage.get(one.component.id, {}).items()},
            }
            for one, final in zip(self.result.paid, self.result.capped, strict=True)
        }
        return {
            "sales": len(orders.ids),
            "counted": len(orders.ids) if ground.counts is None else int(np.count_nonzero(ground.counts)),
            "turnover": turnover,
            "members": len(self.inputs.members.ids),
            "paid": paid,
            "people": int(np.count_nonzero(due)),
            "ratio": paid * SCALE // turnover if turnover else 0,
            "breakage": sum(sum(left.values()) for left in self.breakage.values()) // SCALE,
            "components": parts,
        }

    @property
    def summary(self) -> Summary:
        """What stays of it."""
        return Summary(self.period.id, self.freeze, self.inputs_digest, self.result_digest, self.figures)

    @property
    def amounts(self) -> Amounts:
        """What it pays."""
        ids = self.inputs.members.ids
        assert isinstance(ids, Uuids)
        names = [component.id for component in self.plan.components]
        return Amounts(ids, dict(zip(names, self.result.capped, strict=True)))


def changes(old: Amounts, new: Amounts, *, most: int) -> tuple[int, list[dict[str, Any]]]:
    """How many amounts differ between two runs, and the greatest: who, which component, before and now."""
    known = np.union1d(old.members.raw, new.members.raw)
    found: list[tuple[Column, Column, Column, str]] = []
    for name in sorted(old.by_component.keys() | new.by_component.keys()):
        before, now = (_spread(side, name, known) for side in (old, new))
        places = np.flatnonzero(before != now)
        found.append((places, before.take(places), now.take(places), name))
    count = sum(len(places) for places, *_ in found)
    greatest = list[tuple[int, int, str, int, int]]()
    for places, before, now, name in found:
        # Ascending by member already, so that of equal ones the first stay.
        first = np.argsort(-abs(now - before), kind="stable")[:most]
        was, is_ = before.take(first).tolist(), now.take(first).tolist()
        rows = zip(places.take(first).tolist(), was, is_, strict=True)
        greatest += [(-abs(after - earlier), place, name, earlier, after) for place, earlier, after in rows]
    ids = Uuids(known)
    shown = [
        {"account": ids[place], "component": name, "before": before, "now": now}
        for _, place, name, before, now in sorted(greatest)[:most]
    ]
    return count, shown


def _spread(amounts: Amounts, name: str, known: Column) -> Column:
    """A component's column over all people of both runs."""
    column = amounts.by_component.get(name, np.zeros(len(amounts.members), np.int64))
    found = np.zeros(len(known), column.dtype)
    found[places_in(known, amounts.members.raw)] = column
    return found
