"""Closing a period: once, in order, never again; what earlier ones have to give back or get goes with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert

from hubapp.earnings.compensation import calendar, drawing_up, policies, queries, running
from hubapp.earnings.compensation.calendar import Span
from hubapp.earnings.compensation.drawing_up import Draft
from hubapp.earnings.compensation.errors import AlreadyClosed, EarlierOpen, NoSuchPeriod, NotAPeriod, NotOver
from hubapp.earnings.compensation.freezing import Freeze
from hubapp.earnings.compensation.models import PeriodStatus, PlanPeriod, PlanRun, PlanVersion, RunKind, TaskStep
from hubapp.earnings.compensation.plans.schema import Plan
from hubapp.earnings.compensation.running import Amounts, Run, Summary, Tell, silent
from hubapp.earnings.compensation.services import jobs_of_statements, reconciling, writing
from hubapp.earnings.compensation.services.booking import ask_to_book, finish
from hubapp.earnings.compensation.services.freezing import freeze
from hubapp.earnings.compensation.services.jobs_of_statements import LINES
from hubapp.earnings.compensation.services.locking import locked_period
from hubapp.kernel import ids
from hubapp.kernel.db import db
from hubapp.tenancy import audit
from hubapp.tenancy.audit import Actor

SHOWN_CHANGES = 50


def dry_run(*, currency: str, name: str, by: Actor, now: datetime, tell: Tell = silent) -> PlanRun:
    """Run a period without paying anything, and keep the figures with what differs from the dry run before.

    Also of a period that is not over: then it shows how it stands. Refuses with NotAPeriod or NoSuchPeriod.
    """
    period = _period(currency, name)
    before = queries.last_run(period.id, RunKind.DRY)
    found, amounts = _summed_up(Run(period, freeze(cutoff=now), tell=tell))
    figures = found.figures
    if before is not None and before.result_digest != found.result_digest:
        # Computed again from what had been recorded by then: nothing but its moment was kept.
        count, shown = running.changes(Run(period, before.frozen).amounts, amounts, most=SHOWN_CHANGES)
        figures |= {"changed": count, "changes": shown}
    return _keep(found, RunKind.DRY, by, now, figures)


def _summed_up(run: Run) -> tuple[Summary, Amounts]:
    """What is compared: two runs at once would be twice the columns."""
    return run.summary, run.amounts


def close(*, currency: str, name: str, by: Actor, now: datetime, tell: Tell = silent) -> PlanPeriod:
    """Close a period: write what it pays, with the differences of earlier ones, and ask for it to be booked.

    Refuses with NotAPeriod, NoSuchPeriod, AlreadyClosed, NotOver or EarlierOpen.
    """
    period = _period(currency, name)
    plan, span = queries.plan_of(queries.version(period.version_id)), _span(period)
    _check(currency, span, plan, period, now)
    frozen = freeze(cutoff=now)
    figures, digest = _pay(period, frozen, by, now, tell)
    tell(TaskStep.EARLIER)
    for earlier in queries.closed_since(currency, before=period.first_day, since=now, plan=plan):
        _recompute(earlier, frozen, by, now)
    details = {"period": span.name, "currency": currency, "paid": figures["paid"], "digest": digest}
    details["differed"] = figures["differed"]
    audit.record(actor=by, action="plan.close", subject=f"period:{period.id}", details=details, now=now)
    ask_to_book(currency=currency)
    jobs_of_statements.enqueue(name=LINES, period_id=str(period.id))
    finish(period_id=period.id, now=now)
    return period


def check(*, currency: str, name: str, is_dry: bool, now: datetime) -> Span:
    """What a run over a period would refuse now, without waiting for anybody who runs one. Refuses like `close`."""
    span, version = _named(currency, name)
    if not is_dry:
        _check(currency, span, queries.plan_of(version), queries.period(currency, span.first), now)
    return span


def _check(currency: str, span: Span, plan: Plan, period: PlanPeriod | None, now: datetime) -> None:
    if period is not None and period.status != PeriodStatus.OPEN:
        raise AlreadyClosed(span.name)
    rule = policies.period_of(plan)
    closes_on = calendar.closes_on(rule, span.end)
    if calendar.day_of(now, rule.timezone) < closes_on:
        raise NotOver(span.name, closes_on)
    _check_before(currency, span)


def _pay(period: PlanPeriod, frozen: Freeze, by: Actor, now: datetime, tell: Tell) -> tuple[dict[str, Any], str]:
    """Run it, freeze what it read, and write its lines; answers its figures and its result's digest."""
    run = Run(period, frozen, tell=tell)
    found = run.summary
    period.status, period.cutoff, period.freeze_number = PeriodStatus.CLOSING, frozen.cutoff, frozen.number
    period.inputs_digest, period.result_digest = found.inputs_digest, found.result_digest
    period.closed_by, period.closed_at = by.id, now
    db.session.flush()
    tell(TaskStep.WRITING)
    figures = found.figures | {"differed": reconciling.reconcile(run=run, by=by, now=now)}
    writing.write_all(row=_keep(found, RunKind.CLOSE, by, now, figures), run=run, now=now)
    return figures, found.result_digest


def _named(currency: str, name: str) -> tuple[Span, PlanVersion]:
    try:
        span = calendar.named(name)
    except ValueError:
        raise NotAPeriod(name, _kind(currency)) from None
    version = queries.in_force(currency, span.first)
    if version is None:
        raise NoSuchPeriod(name, currency)
    kind = policies.period_of(queries.plan_of(version)).kind
    if kind != span.kind:
        raise NotAPeriod(name, kind)
    return span, version


def _period(currency: str, name: str) -> PlanPeriod:
    """The period of this name, opened where nobody has asked for it yet, locked, under the version in force."""
    span, version = _named(currency, name)
    rule = policies.period_of(queries.plan_of(version))
    db.session.execute(
        insert(PlanPeriod)
        .values(
            id=ids.uuid7(),
            currency=currency,
            first_day=span.first,
            end_day=span.end,
            timezone=rule.timezone,
            event_time=calendar.EVENT_COLUMNS[rule.event_time],
            version_id=version.id,
            status=PeriodStatus.OPEN,
        )
        .on_conflict_do_nothing()
    )
    period = locked_period(currency=currency, first_day=span.first)
    assert period is not None
    if period.status == PeriodStatus.OPEN:  # until its first day, another version may have been announced for it
        period.version_id = version.id
    return period


def _kind(currency: str) -> str:
    found = queries.announced(currency)
    return policies.period_of(queries.plan_of(found[0])).kind if found else calendar.MONTH


def _span(period: PlanPeriod) -> Span:
    return calendar.of_days(period.first_day, period.end_day)


def _check_before(currency: str, span: Span) -> None:
    """In order: what a period pays may hang on the ones before it."""
    earlier = span.before
    if queries.in_force(currency, earlier.first) is None:
        return
    row = queries.period(currency, earlier.first)
    if row is None or row.status != PeriodStatus.CLOSED:
        raise EarlierOpen(span.name, earlier.name)


def _recompute(earlier: PlanPeriod, frozen: Freeze, by: Actor, now: datetime) -> None:
    """Where something of a closed period was given back since: run it again by its own version, and book the rest."""
    last = queries.last_run(earlier.id, RunKind.CLOSE, RunKind.RECOMPUTE)
    assert last is not None
    if not queries.has_news(earlier, since=last.frozen, until=frozen):
        return
    run = Run(earlier, frozen)
    found = drawing_up.differences(run)
    kept = _keep(run.summary, RunKind.RECOMPUTE, by, now, run.figures | _shown(found))
    writing.write(row=kept, found=found, now=now)


def _shown(found: list[Draft]) -> dict[str, Any]:
    greatest = sorted(found, key=lambda one: -abs(one.amount))
    changes = [
        {"account": str(one.account_id), "component": one.component, "before": 0, "now": one.amount}
        for one in greatest[:SHOWN_CHANGES]
    ]
    taken = -sum(one.amount for one in found if one.amount < 0)
    given = sum(one.amount for one in found if one.amount > 0)
    return {"changed": len(found), "changes": changes, "taken_back": taken, "given": given}


def _keep(run: Summary, kind: RunKind, by: Actor, now: datetime, figures: dict[str, Any]) -> PlanRun:
    row = PlanRun(
        id=ids.uuid7(),
        period_id=run.period_id,
        kind=kind,
        inputs_digest=run.inputs_digest,
        result_digest=run.result_digest,
        cutoff=run.freeze.cutoff,
        freeze_number=run.freeze.number,
        run_by=by.id,
        run_at=now,
        figures=figures,
    )
    db.session.add(row)
    db.session.flush()
    return row
