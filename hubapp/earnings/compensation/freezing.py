"""What a run has read, for good: the moment up to which it looked, and the number by which the database counts freezes.

A moment alone does not freeze: a refund may be stamped before it and kept after the run has read. So every sale,
hand-over and refund has the number of the last freeze before its transaction recorded first, given by the database,
and a run reads those below its own, after waiting for whoever still records under an earlier one (`plan_freeze`). Both
are plain numbers, so that they mean the same in a database that was restored elsewhere; transaction ids would not.

Who takes part, under whom, and who looks after a hub need none: a period closes two weeks after its end at the
earliest (the lint refuses less), and what was begun before is long done.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_

# Runs of before freezes were counted have this number, and what was recorded before has none above 0: what was being
# recorded while they read is looked at once more.
FIRST, UNDER_WAY = 1, timedelta(hours=1)
ALL = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Freeze:
    """`number` None: everything up to the moment, whenever it was recorded."""

    cutoff: datetime
    number: int | None = None

    @property
    def below(self) -> int:
        """Rows with a number below this one belong to it."""
        return ALL if self.number is None else self.number

    def holds(self, at: Any, number: Any) -> ColumnElement[bool]:
        """Whether a row of this moment and number was read."""
        return and_(at <= self.cutoff, number < self.below)

    def adds(self, before: Freeze, at: Any, number: Any) -> ColumnElement[bool]:
        """Whether this one holds a row that the one before did not."""
        return and_(self.holds(at, number), or_(at > before.cutoff, number >= before.below))

    def may_add(self, before: Freeze, at: Any, number: Any) -> ColumnElement[bool]:
        """The same, and what one from before they were counted may have missed."""
        since = before.cutoff if before.below > FIRST else before.cutoff - UNDER_WAY
        return and_(self.holds(at, number), or_(at > since, number >= before.below))
