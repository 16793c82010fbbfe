"""One run over a period: frozen inputs, the plan's result, their digests, and the figures that people compare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from hashlib import sha256
from json import dumps
from typing import Any

from hubapp.earnings.compensation import queries, reading
from hubapp.earnings.compensation.models import PlanPeriod, TaskStep
from hubapp.earnings.compensation.plans import engine, explain
from hubapp.earnings.compensation.plans.engine import Paid, Result
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.plans.rules import REASONS

Tell = Callable[[TaskStep], None]


def silent(_step: TaskStep) -> None:
    """Nobody is told how far it is."""


@dataclass(frozen=True, slots=True)
class Row:
    """What one component comes to for one member: minor units after caps, exact amounts, and why something is lost."""

    member: int
    place: int
    amount: int
    rounded: int
    exact: int
    forfeited: int
    reason: str


class Run:
    """A period under its own version, as it was recorded up to `cutoff`: run again, it is the same to the byte."""

    def __init__(self, period: PlanPeriod, cutoff: datetime, *, tell: Tell = silent) -> None:
        self.period, self.cutoff = period, cutoff
        self.plan = queries.plan_of(queries.version(period.version_id))
        tell(TaskStep.READING)
        self.inputs: Inputs = reading.inputs_of(period=period, plan=self.plan, cutoff=cutoff)
        tell(TaskStep.COMPUTING)
        self.result: Result = engine.compute(self.plan, self.inputs)

    @cached_property
    def inputs_digest(self) -> str:
        """sha256 of the version's text and the inputs' rows."""
        version = queries.version(self.period.version_id)
        return sha256(f"{version.digest}\n{self.inputs.digest()}".encode()).hexdigest()

    @cached_property
    def result_digest(self) -> str:
        """sha256 of everything that it pays, and of what stays with the company."""
        ids, components = self.inputs.members.ids, self.plan.components
        lines = [
            dumps(
                (
                    ids[row.member],
                    components[row.place].id,
                    row.amount,
                    row.rounded,
                    row.exact,
                    row.forfeited,
                    row.reason,
                )
            )
            for row in self.rows
        ]
        lines += [dumps(("breakage", name, sorted(left.items()))) for name, left in self.breakage.items()]
        return sha256("\n".join(sorted(lines)).encode()).hexdigest()

    @cached_property
    def rows(self) -> list[Row]:
        """Everything that is paid or lost, by component and member."""
        return list(self._rows())

    def _rows(self) -> Iterator[Row]:
        for place, (paid, final) in enumerate(zip(self.result.paid, self.result.final, strict=True)):
            forfeited = paid.forfeited
            for member, (amount, rounded, exact) in enumerate(zip(final, paid.amounts, paid.exact, strict=True)):
                lost = forfeited.get(member, 0)
                if amount or exact or lost:
                    reason = _reason(paid, member) if lost else ""
                    yield Row(member, place, int(amount), int(rounded), int(exact), int(lost), reason)

    @cached_property
    def breakage(self) -> dict[str, dict[str, int]]:
        """What stays with the company, exact, by component and reason."""
        found = explain.breakage(self.result)
        return {name: {reason: int(exact) for reason, exact in left.items()} for name, left in found.items()}

    @cached_property
    def figures(self) -> dict[str, Any]:
        """What people compare. Money in minor units, breakage rounded down to them; ratio in basis points of the cv."""
        orders, ground = self.inputs.orders, self.result.ground
        turnover, totals = int(ground.turnover), [int(total) for total in self.result.totals]
        paid = sum(totals)
        parts = {
            component.id: {
                "type": component.type,
                "amount": sum(row.amount for row in self.rows if row.place == place),
                "people": sum(1 for row in self.rows if row.place == place and row.amount),
                "forfeited": sum(row.forfeited for row in self.rows if row.place == place) // SCALE,
                "breakage": {reason: exact // SCALE for reason, exact in self.breakage.get(component.id, {}).items()},
            }
            for place, component in enumerate(self.plan.components)
        }
        return {
            "sales": len(orders.ids),
            "counted": len(ground.orders.ids),
            "turnover": turnover,
            "members": len(self.inputs.members.ids),
            "paid": paid,
            "people": sum(1 for total in totals if total),
            "ratio": paid * SCALE // turnover if turnover else 0,
            "breakage": sum(sum(left.values()) for left in self.breakage.values()) // SCALE,
            "components": parts,
        }

    def amounts(self) -> dict[tuple[str, str], int]:
        """(member, component) → minor units, where something is paid."""
        ids, components = self.inputs.members.ids, self.plan.components
        return {(ids[row.member], components[row.place].id): row.amount for row in self.rows if row.amount}


def _reason(paid: Paid, member: int) -> str:
    """The rule by which a member loses something of a component."""
    return REASONS[paid.kept.why[member]] or ""


def changes(old: dict[tuple[str, str], int], new: dict[tuple[str, str], int]) -> list[dict[str, Any]]:
    """What differs between two runs' amounts: who, which component, before and now; the greatest first."""
    keys = sorted(old.keys() | new.keys())
    found = [
        {"account": key[0], "component": key[1], "before": old.get(key, 0), "now": new.get(key, 0)}
        for key in keys
        if old.get(key, 0) != new.get(key, 0)
    ]
    return sorted(found, key=lambda one: -abs(one["now"] - one["before"]))
