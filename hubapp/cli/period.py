"""`hubapp period`: the pay plan's periods: how one stands, closing it, and proving that it comes out the same."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from flask import Flask
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table

from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.earnings.compensation import calendar, queries
from hubapp.earnings.compensation.errors import AlreadyClosed
from hubapp.earnings.compensation.models import PeriodStatus, PlanPeriod, PlanRun, TaskStep
from hubapp.earnings.compensation.plans import digests
from hubapp.earnings.compensation.running import Run, Tell, silent
from hubapp.earnings.compensation.services import booking, periods
from hubapp.kernel import clock, crash
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope

BY = Actor(None, "command line")
WIDTH = 160
STEPS = {
    TaskStep.READING: "Reading sales, refunds and sponsors",
    TaskStep.COMPUTING: "Computing the plan",
    TaskStep.WRITING: "Writing what it pays",
    TaskStep.EARLIER: "Looking at earlier periods",
}
CURRENCY = click.option("--currency", metavar="EUR", help="Whose plan; needed where there are plans in several.")
FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
WRITTEN = crash.point("period.written", "a period's lines are written; none is booked")
BOOKED = crash.point("period.booked", "some of a period's lines are booked; others may not be")


@click.group()
def period() -> None:
    """Run and close the periods of the pay plan."""


@period.command("list")
@CURRENCY
@FORMAT
def list_(currency: str | None, form: str) -> None:
    """List periods with what they paid, the latest first. Example: hubapp period list --currency EUR."""
    show(listed(_app(), currency), form)


def listed(app: Flask, currency: str | None) -> list[dict[str, Any]]:
    """Every period that anybody has asked for, with the figures of its close or its latest dry run."""
    with app.app_context(), platform_scope(reason="hubapp period list"), unit_of_work():
        return [_row(row) for row in queries.periods(currency and currency.upper())]


def show(rows: list[dict[str, Any]], form: str) -> None:
    """Print periods."""
    if form == "json":
        click.echo(json.dumps(rows, indent=1))
        return
    table = Table("period", "", "status", box=box.SIMPLE_HEAD)
    for heading in ("volume", "paid", "people"):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        figures = row["figures"] or {}
        shown = [_shown(figures.get(name), row["currency"]) for name in ("turnover", "paid")]
        table.add_row(row["period"], row["currency"], row["status"], *shown, str(figures.get("people", "")))
    Console(width=WIDTH).print(table)


@period.command()
@click.argument("name", metavar="PERIOD")
@CURRENCY
@click.option("--dry-run", "is_dry", is_flag=True, help="Pay nothing: show how it stands, and what changed since.")
@FORMAT
def close(name: str, currency: str | None, form: str, *, is_dry: bool) -> None:
    """Close a period and book what it pays. Example: hubapp period close 2027-01 --dry-run.

    Stopped anywhere, run it again: what is booked stays booked, and the rest follows.
    """
    app, now = _app(), clock.now()
    of = one_currency(app, currency)
    act = dry_run if is_dry else close_here
    row = act(app, name, of, now, is_shown=form == "table")
    say(app, name, of, row, form)


def dry_run(app: Flask, name: str, currency: str, now: datetime, *, is_shown: bool = False) -> PlanRun:
    """Run a period without paying anything."""
    with (
        app.app_context(),
        platform_scope(reason="hubapp period close --dry-run"),
        unit_of_work(),
        _steps(is_shown=is_shown) as tell,
    ):
        return periods.dry_run(currency=currency, name=name, by=BY, now=now, tell=tell)


@contextmanager
def _steps(*, is_shown: bool) -> Iterator[Tell]:
    """Say on the terminal what is being done, and nothing where it is not asked for."""
    if not is_shown:
        yield silent
        return
    with Console(stderr=True).status("…") as status:
        yield lambda step: status.update(STEPS[step])


def close_here(app: Flask, name: str, currency: str, now: datetime, *, is_shown: bool = False) -> PlanRun:
    """Close a period, or go on with one whose closing was stopped, and book all of it."""
    with (
        app.app_context(),
        platform_scope(reason="hubapp period close"),
        unit_of_work(),
        _steps(is_shown=is_shown) as tell,
    ):
        if not _goes_on(name, currency):
            periods.close(currency=currency, name=name, by=BY, now=now, tell=tell)
    crash.reached(WRITTEN)
    with (
        Progress(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), transient=True)
        if is_shown
        else nullcontext() as bar
    ):
        _book(app, currency, now, bar)
    with app.app_context(), platform_scope(reason="hubapp period close"), unit_of_work():
        found = queries.named(currency, name)
        booking.finish(period_id=found.id, now=now)
        return queries.closing_run(found.id)


def _goes_on(name: str, currency: str) -> bool:
    """Whether this period was being closed, and is not done."""
    try:
        found = queries.named(currency, name)
    except Refusal:
        return False
    if found.status == PeriodStatus.CLOSED:
        raise AlreadyClosed(name)
    return found.status == PeriodStatus.CLOSING


def _book(app: Flask, currency: str, now: datetime, bar: Progress | None) -> None:
    """Batch by batch, each kept before the next begins; a worker beside us may book the same lines, once."""
    with app.app_context(), platform_scope(reason="hubapp period close"), unit_of_work():
        hubs, total = queries.hubs_waiting(currency), queries.count_waiting(currency)
    task = bar.add_task("Booking", total=total) if bar is not None else None
    for hub_id in hubs:
        while True:
            with app.app_context(), hub_scope(hub_id), unit_of_work():
                count = booking.book(now=now)
            crash.reached(BOOKED)
            if not count:
                break
            if bar is not None and task is not None:
                bar.advance(task, count)


@period.command()
@click.argument("name", metavar="PERIOD")
@CURRENCY
def verify(name: str, currency: str | None) -> None:
    """Run a closed period again and compare to the byte. Example: hubapp period verify 2027-01."""
    app = _app()
    of = one_currency(app, currency)
    click.echo(f"{name} {of}: the same to the byte. Result {run_again(app, name, of)}")


def run_again(app: Flask, name: str, currency: str) -> str:
    """The digest of a closed period's result. Refuses where it does not come out the same."""
    with app.app_context(), platform_scope(reason="hubapp period verify"), unit_of_work():
        found = queries.named(currency, name)
        if found.frozen is None:
            raise Refusal(f"{name}: {currency}: is not closed yet: there is nothing to compare with")
        run = Run(found, found.frozen)
        for what, then, again in (
            ("inputs", found.inputs_digest, run.inputs_in),
            ("result", found.result_digest, run.result_in),
        ):
            now = again(digests.form_of(then or ""))
            if then != now:
                raise Refusal(f"{name}: {currency}: {what} differ: {then} at the close, {now} now")
        return str(found.result_digest)


def _app() -> Flask:
    settings = Settings()
    return create_app(settings, require_ready(settings))


def one_currency(app: Flask, currency: str | None) -> str:
    """The one that was named, or the only one in which there is a plan."""
    if currency is not None:
        return currency.upper()
    with app.app_context(), platform_scope(reason="hubapp period"), unit_of_work():
        known = queries.currencies()
    if len(known) == 1:
        return known[0]
    if not known:
        raise Refusal("No plan was announced yet: see /console/plan.")
    raise Refusal(f"There are plans in {', '.join(known)}: say which by --currency.")


def _row(row: PlanPeriod) -> dict[str, Any]:
    run = queries.closing_run(row.id) if row.status != PeriodStatus.OPEN else queries.last_run(row.id)
    return {
        "period": calendar.of_days(row.first_day, row.end_day).name,
        "currency": row.currency,
        "status": row.status,
        "first_day": row.first_day.isoformat(),
        "end_day": row.end_day.isoformat(),
        "result": row.result_digest,
        "figures": run.figures if run is not None else None,
    }


def say(app: Flask, name: str, currency: str, row: PlanRun, form: str) -> None:
    """Print a run."""
    if form == "json":
        kept = {"run": str(row.id), "kind": row.kind, "inputs": row.inputs_digest, "result": row.result_digest}
        click.echo(json.dumps({"period": name, "currency": currency, **kept, "figures": row.figures}, indent=1))
        return
    figures = row.figures
    click.echo(
        f"{name} {currency}: {_shown(figures['paid'], currency)} to {figures['people']} people"
        f" of a volume of {_shown(figures['turnover'], currency)} ({figures['ratio'] / 100:.2f} %)."
    )
    for component, part in figures["components"].items():
        lost = f", {_shown(part['forfeited'], currency)} forfeited" if part["forfeited"] else ""
        click.echo(f"  {component}: {_shown(part['amount'], currency)} to {part['people']} people{lost}")
    if "changed" in figures:
        click.echo(f"Since the last dry run {figures['changed']} amounts changed:")
        with app.app_context(), platform_scope(reason="hubapp period close"), unit_of_work():
            _say_changes(figures["changes"], currency)
    if "differed" in figures:
        click.echo(_told(figures["differed"]))
    click.echo("Nothing was booked." if row.kind == "dry" else f"Closed and booked. Result {row.result_digest}")


def _told(differed: int) -> str:
    if not differed:
        return "Live figures were what it counted, for everybody."
    who = "1 person" if differed == 1 else f"{differed} people"
    return f"Live figures of {who} were not what it counted: they were corrected. Look for what changed them."


def _say_changes(changes: list[dict[str, Any]], currency: str) -> None:
    for one in changes:
        account = accounts.account(UUID(one["account"]))
        who = account.email if account else one["account"]
        click.echo(f"  {who} {one['component']}: {_shown(one['before'], currency)} → {_shown(one['now'], currency)}")


def _shown(amount: int | None, currency: str) -> str:
    return "" if amount is None else f"{Money(amount, currency).major:,}"
