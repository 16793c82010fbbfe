"""The pay plan's editor: a text checked line by line, in words, and replayed over what was closed. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from hubapp.earnings.compensation import calendar, policies, queries, reading, repeating, replaying, sources, speaking
from hubapp.earnings.compensation.models import PlanPeriod, PlanStatus, PlanVersion
from hubapp.earnings.compensation.plans import flatline, locating, preview, starting
from hubapp.earnings.compensation.plans.errors import BadInput, NotLawful
from hubapp.earnings.compensation.plans.flatline import Flatline
from hubapp.earnings.compensation.plans.inputs import Inputs
from hubapp.earnings.compensation.plans.lint.report import Report
from hubapp.earnings.compensation.plans.preview import Comparison
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.plans.words.speech import Passage

AROUND = 1  # lines shown before and after a wrong one


@dataclass(frozen=True, slots=True)
class Check:
    """A text as it is typed: either what is wrong with it and in which line, or the plan, its lint and its words."""

    plan: Plan | None = None
    report: Report | None = None
    passages: tuple[Passage, ...] = ()
    error: str = ""
    line: int | None = None
    excerpt: tuple[tuple[int, str], ...] = ()


def check(source: str) -> Check:
    """Read it strictly, lint it, and say it in words."""
    source = source.replace("\r\n", "\n")
    try:
        plan = sources.read(source)
        report = sources.linted(source)
    except BadInput as refusal:
        line = locating.line_of(source, refusal.key) or locating.line_of_syntax(refusal.reason)
        said = f"{refusal.key}: {refusal.reason}" if refusal.key else refusal.reason
        if isinstance(refusal, NotLawful):
            said = f"{said} [{refusal.clause}: {refusal.source}]"
        return Check(error=said, line=line, excerpt=_excerpt(source, line))
    return Check(plan, report, tuple(speaking.passages(plan)))


def _excerpt(source: str, line: int | None) -> tuple[tuple[int, str], ...]:
    if line is None:
        return ()
    lines = source.splitlines()
    numbers = range(max(1, line - AROUND), min(len(lines), line + AROUND) + 1)
    return tuple((number, lines[number - 1]) for number in numbers)


@dataclass(frozen=True, slots=True)
class Shelf:
    """All versions, and which of them holds today, by currency."""

    versions: Sequence[PlanVersion]
    in_force: frozenset[UUID]

    def state(self, row: PlanVersion) -> str:
        """Its status; of announced ones whether they hold now, are to come, or held before."""
        if row.status != PlanStatus.ANNOUNCED:
            return row.status
        if row.id in self.in_force:
            return "in_force"
        later = [one for one in self.versions if one.id in self.in_force and one.currency == row.currency]
        return "past" if later and row.effective_from < later[0].effective_from else "to_come"


def shelf(today: date) -> Shelf:
    """What there is."""
    held = [queries.in_force(currency, today) for currency in queries.currencies()]
    return Shelf(queries.versions(), frozenset(row.id for row in held if row is not None))


def first_text(*, source_id: UUID | None, today: date) -> str:
    """What a new draft begins with: a version with the next number, or the default plan; after the longest notice."""
    rows = queries.versions()
    chosen = queries.version(source_id) if source_id is not None else next(iter(rows), None)
    earliest = today + policies.NOTICE_WHERE_SOMEBODY_LOSES + timedelta(days=1)
    kind = calendar.MONTH if chosen is None else policies.period_of(queries.plan_of(chosen)).kind
    starts = calendar.at(kind, earliest).end
    if chosen is None:
        return starting.text(source=None, version=1, starts=starts)
    number = max(row.version for row in rows if row.plan == chosen.plan) + 1
    return starting.text(source=chosen.source, version=number, starts=starts)


def replayed(plan: Plan) -> tuple[list[PlanPeriod], Comparison]:
    """Closed periods under this plan beside the one they were paid by, the oldest first."""
    periods = replaying.closed(plan.currency or "")[::-1]
    return periods, preview.compared(_pairs(periods, plan))


def _pairs(periods: Sequence[PlanPeriod], plan: Plan) -> Iterator[tuple[preview.Replay, preview.Replay]]:
    for row in periods:
        was = queries.plan_of(queries.version(row.version_id))
        before = _inputs(row, was)
        # Only what counts, and when, decides how sales are read.
        same = (was.base, was.components, was.rule) == (plan.base, plan.components, plan.rule)
        yield (was, before), (plan, before if same else _inputs(row, plan))


def _inputs(row: PlanPeriod, plan: Plan) -> Inputs:
    frozen = row.frozen
    assert frozen is not None
    return reading.inputs_of(period=row, plan=plan, freeze=frozen)


def without_anybody_new(plan: Plan, *, fixed: int, funding_bps: int | None) -> tuple[list[PlanPeriod], Flatline | None]:
    """The flatline test from the last closed period on; None where nothing was closed yet."""
    periods = replaying.closed(plan.currency or "")[::-1]
    if not periods:
        return periods, None
    repeat = flatline.observed(repeating.bought(periods, plan))
    last = _inputs(periods[-1], plan)
    return periods, flatline.flatline(plan, last, repeat, fixed=fixed, funding_bps=funding_bps)


def name_of(row: PlanPeriod) -> str:
    """A period's name, such as 2027-01."""
    return calendar.of_days(row.first_day, row.end_day).name


def today(now: datetime) -> date:
    """The day that announcements are counted from where no plan says its zone."""
    return now.date()
