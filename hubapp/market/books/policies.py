"""What one may see of an entry, and what a month adds up to: pure values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from hubapp.kernel.money import allocate
from hubapp.money.ledger.figures import FIGURES, SPLIT
from hubapp.money.ledger.postings import MonthSum
from hubapp.money.ledger.queries import LegView


@dataclass(frozen=True, slots=True)
class Seen:
    """Legs that are shown, and the sum of those that are not: an entry still visibly sums to zero."""

    shown: tuple[LegView, ...]
    hidden: int = 0
    hidden_count: int = 0


def seen(legs: Sequence[LegView], owner: str | None) -> Seen:
    """`owner` sees their own legs only; None sees all."""
    if owner is None:
        return Seen(tuple(legs))
    own = tuple(leg for leg in legs if leg.owner == owner)
    rest = [leg.amount for leg in legs if leg.owner != owner]
    return Seen(own, sum(rest), len(rest))


def uuid_in(text: str) -> UUID | None:
    """The id that a reference begins with, as in `<id>:cancel:1`."""
    try:
        return UUID(text.partition(":")[0])
    except ValueError:
        return None


@dataclass(slots=True)
class Month:
    """A month of a hub in one currency: figure → minor units."""

    first: date
    currency: str
    amounts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(FIGURES, 0))

    def __getitem__(self, figure: str) -> int:
        return self.amounts[figure]

    @property
    def net(self) -> int:
        """What buyers paid less what went back to them, or was lost to their banks."""
        return self["turnover"] - self["refunds"] - self["lost"]

    @property
    def split(self) -> int:
        """The parts together, less the fees that the core bears on refunds: always `net`."""
        return sum(self[figure] for figure in SPLIT) - self["kept"]


def months(sums: Iterable[MonthSum], own: Iterable[MonthSum] = ()) -> list[Month]:
    """Months from sums of postings, the newest first; `own`: the same sums of one owner's accounts alone."""
    found: dict[tuple[date, str], Month] = {}
    for rows, is_own in ((sums, False), (own, True)):
        for row in rows:
            for figure in FIGURES.values():
                if (figure.key == "own") == is_own and figure.takes(row.tag, row.purpose):
                    month = found.setdefault((row.month, row.currency), Month(row.month, row.currency))
                    month.amounts[figure.key] += figure.sign * row.amount
    return [found[key] for key in sorted(found, key=lambda key: (-key[0].toordinal(), key[1]))]


TaxKey = tuple[str, int]


def tax_by_rate(amount: int, lines: Mapping[TaxKey, int]) -> dict[TaxKey, int]:
    """A posting's tax among the (category, rate) of its order's lines, in proportion to their tax; sums exactly."""
    if not any(lines.values()):
        return {("", 0): amount}
    return {key: part for key, part in allocate(amount, lines).items() if part}
