"""The glass box: each line of a member with the pieces that sum to it, as data for pages and exported statements."""

from __future__ import annotations

from dataclasses import dataclass

from hubapp.earnings.compensation.plans.columns import total
from hubapp.earnings.compensation.plans.components import personal
from hubapp.earnings.compensation.plans.engine import COMPONENTS, Paid, Result
from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.rounding import SCALE, hamilton
from hubapp.earnings.compensation.plans.rules import REASONS
from hubapp.earnings.compensation.plans.schema import PersonalTier


@dataclass(frozen=True, slots=True)
class Line:
    """One member's line: `pieces` sum to `computed`; less `forfeited` it is `exact`; `rounded`; `amount` after caps."""

    member: str
    component: str
    type: str
    pieces: tuple[Piece, ...]
    computed: int
    forfeited: int
    reason: str | None
    exact: int
    rounded: int
    amount: int

    @property
    def shown(self) -> list[int]:
        """The amount over the pieces in minor units, by largest remainder, so that a statement adds up."""
        return hamilton(self.amount, [piece.exact for piece in self.pieces])


def lines(result: Result, member: str) -> list[Line]:
    """Every line of a member that is paid or forfeited, in the plan's order. Raises ValueError for nobody."""
    return lines_at(result, result.ground.members.ids.index(member))


def lines_at(result: Result, at: int) -> list[Line]:
    """The same by the member's index."""
    found = [_line(result, paid, place, at) for place, paid in enumerate(result.paid)]
    return [line for line in found if line is not None]


def _line(result: Result, paid: Paid, place: int, at: int) -> Line | None:
    exact, forfeited, amount = (int(one[at]) for one in (paid.kept.exact, paid.kept.forfeited, result.capped[place]))
    if not (exact + forfeited or amount):
        return None
    explain = COMPONENTS[paid.component.type][1]
    pieces = tuple(piece for piece in explain(paid.component, result.ground, at) if piece.exact)
    return Line(
        result.ground.members.ids[at],
        paid.component.id,
        paid.component.type,
        pieces,
        exact + forfeited,
        forfeited,
        REASONS[paid.kept.why[at]],
        exact,
        int(paid.rounded[at]),
        amount,
    )


def by_order(result: Result, paid: Paid) -> dict[str, int]:
    """Order by order in order of arrival: each member's rounded amount over the own sales that made it."""
    component = paid.component
    assert isinstance(component, PersonalTier)
    per_member: dict[int, list[tuple[int, int]]] = {}
    for member, at, exact in personal.running(component, result.ground):
        per_member.setdefault(member, []).append((at, exact))
    amounts: dict[int, int] = {}
    for member, sales in per_member.items():
        parts = hamilton(int(paid.rounded[member]), [exact for _, exact in sales])
        amounts.update(zip((at for at, _ in sales), parts, strict=True))
    return {result.ground.orders.ids[at]: amounts[at] for at in sorted(amounts) if amounts[at]}


def breakage(result: Result) -> dict[str, dict[str, int]]:
    """Exact amounts that stay with the company, by component and reason, caps among them."""
    found = {}
    for paid, final in zip(result.paid, result.capped, strict=True):
        reasons = {
            "untaken": paid.untaken,
            "forfeited": total(paid.kept.forfeited),
            "fractions": paid.fractions,
            "caps": (total(paid.rounded) - total(final)) * SCALE,
        }
        found[paid.component.id] = {reason: exact for reason, exact in reasons.items() if exact}
    return {name: reasons for name, reasons in found.items() if reasons}
