"""What somebody was paid for a period, line by line, down to the sales of their own customers (platform scope).

For the group it ends at amounts that show nobody else's customers: what a whole leg, or a level, came to.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from sqlalchemy import select

from hubapp.earnings.compensation import corrected
from hubapp.earnings.compensation.corrected import Correction
from hubapp.earnings.compensation.errors import NoSuchPeriod
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import Participant, PlanLine, PlanPeriod, PlanRun, PlanSale, RunKind
from hubapp.earnings.compensation.plans import explain
from hubapp.earnings.compensation.plans.explain import Line
from hubapp.earnings.compensation.plans.outcome import Piece
from hubapp.earnings.compensation.plans.rounding import SCALE
from hubapp.earnings.compensation.running import Run
from hubapp.earnings.compensation.standing import Standing
from hubapp.kernel.db import db
from hubapp.people.accounts import queries as accounts

OF_OTHERS = frozenset({"difference", "level", "generation", "reward"})


@dataclass(frozen=True, slots=True)
class Part:
    """An addend of a line: `base` at `bps` (None: no single rate made it), and what it comes to; minor units.

    `number` and `day` are those of an order of one's own customer; `name` of who begins a leg, where they let it show.
    """

    why: str
    base: int
    bps: int | None
    amount: int
    number: str = ""
    day: datetime | None = None
    name: str = ""
    level: int | None = None
    hub_id: int | None = None


@dataclass(frozen=True, slots=True)
class Explained:
    """A line with its parts, which sum to `amount`; before rules and caps it came to `computed`. Minor units."""

    component: str
    type: str
    parts: tuple[Part, ...]
    computed: int
    forfeited: int
    reason: str
    capped: int
    amount: int


@dataclass(frozen=True, slots=True)
class Paid:
    """A closed period that has something of somebody's, before anything is computed again."""

    period: PlanPeriod
    run: PlanRun
    corrections: tuple[Correction, ...]
    later: tuple[Correction, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """What a closed period paid somebody, what its close changed of earlier ones, and later ones of it."""

    period: PlanPeriod
    run: PlanRun
    lines: tuple[Explained, ...]
    corrections: tuple[Correction, ...]
    later: tuple[Correction, ...]

    @property
    def paid(self) -> int:
        """What the lines come to, in minor units."""
        return sum(line.amount for line in self.lines)

    @property
    def due(self) -> int:
        """With the corrections of earlier periods."""
        return self.paid + sum(one.difference for one in self.corrections)

    @property
    def by_now(self) -> int:
        """What the period comes to after later refunds, in minor units."""
        return self.paid + sum(one.difference for one in self.later)


def statement(*, account_id: UUID, standing: Standing) -> Statement:
    """What a period paid this person. Refuses with NoSuchPeriod where it is not closed, or has nothing of theirs."""
    found, name = paid(account_id=account_id, standing=standing), str(account_id)
    result = run_of(found.period.id, found.run.frozen).result
    # Who looked after a hub in an earlier period, and gives back of it now, need not be in this one.
    lines = tuple(_explained(explain.lines(result, name) if name in result.ground.members.ids else []))
    return Statement(found.period, found.run, lines, found.corrections, found.later)


def paid(*, account_id: UUID, standing: Standing) -> Paid:
    """What is known of it without computing. Refuses like `statement`."""
    found = None if standing.row is None else paid_in(account_id, standing.row)
    if found is None:
        raise NoSuchPeriod(standing.span.name, standing.currency)
    return found


def paid_in(account_id: UUID, period: PlanPeriod) -> Paid | None:
    """The same; None where the period is not closed, or has nothing of theirs."""
    if period.frozen is None:
        return None
    corrections = corrected.booked_with(account_id, period)
    if not corrections and not _has_lines(period.id, account_id):
        return None
    closing = select(PlanRun).where(PlanRun.period_id == period.id, PlanRun.kind == RunKind.CLOSE)
    return Paid(period, db.session.scalars(closing).one(), corrections, corrected.of_period(account_id, period))


@lru_cache(maxsize=2)
def run_of(period_id: UUID, freeze: Freeze) -> Run:
    """A closed period computed again; its inputs are frozen, so that everybody who asks can be answered from one."""
    return Run(db.session.get_one(PlanPeriod, period_id), freeze)


def _has_lines(period_id: UUID, account_id: UUID) -> bool:
    statement = select(PlanLine.id).where(PlanLine.account_id == account_id, PlanLine.period_id == period_id)
    return db.session.scalar(statement.limit(1)) is not None


def _explained(lines: Sequence[Line]) -> list[Explained]:
    pieces = [piece for line in lines for piece in line.pieces]
    orders, names = _orders(pieces), _names(pieces)
    return [
        Explained(
            line.component,
            line.type,
            tuple(_parts(line, orders, names)),
            line.computed // SCALE,
            -(-line.forfeited // SCALE),
            line.reason or "",
            line.rounded - line.amount,
            line.amount,
        )
        for line in lines
    ]


def _orders(pieces: Iterable[Piece]) -> dict[str, tuple[str, datetime]]:
    """Sale → its order's number and day, of one's own sales only."""
    own = {UUID(piece.order) for piece in pieces if piece.order is not None and piece.why == "own_sale"}
    rows = db.session.execute(select(PlanSale.id, PlanSale.number, PlanSale.ordered_at).where(PlanSale.id.in_(own)))
    return {str(row.id): (row.number, row.ordered_at) for row in rows}


def _names(pieces: Iterable[Piece]) -> dict[str, str]:
    """Who begins a leg → their name, of those who let it show."""
    legs = {UUID(piece.leg) for piece in pieces if piece.leg is not None}
    willing = select(Participant.account_id).where(Participant.account_id.in_(legs), Participant.shows_name)
    return {str(account_id): name for account_id, name in accounts.names(db.session.scalars(willing)).items()}


def _parts(line: Line, orders: dict[str, tuple[str, datetime]], names: dict[str, str]) -> Iterable[Part]:
    """One's own sales each; sales of others together, by rate and level."""
    together: dict[tuple[str, int | None, int | None], Part] = {}
    for piece, amount in zip(line.pieces, line.shown, strict=True):
        if piece.why in OF_OTHERS:
            key = (piece.why, piece.bps, piece.level)
            so_far = together.get(key)
            base, sum_ = (so_far.base, so_far.amount) if so_far is not None else (0, 0)
            together[key] = Part(piece.why, base + piece.base, piece.bps, sum_ + amount, level=piece.level)
            continue
        number, day = orders.get(piece.order or "", ("", None))
        hub_id = int(piece.hub) if piece.hub is not None else None
        name = names.get(piece.leg or "", "")
        yield Part(piece.why, piece.base, piece.bps, amount, number, day, name, piece.level, hub_id)
    yield from together.values()
