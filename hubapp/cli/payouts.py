"""`hubapp payouts`: preview a payout run, propose it, and approve it."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from typing import Any

import click
from flask import Flask
from rich import box
from rich.console import Console
from rich.table import Table

from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.earnings.payouts import planning, services
from hubapp.earnings.payouts.planning import Line
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.audit import Actor
from hubapp.tenancy.platform import platform_scope

BY = Actor(None, "command line")
WIDTH = 160
HUB = click.option("--hub", "slug", metavar="SLUG", help="Only money that was earned in this hub.")
EVERYBODY = click.option(
    "--everybody", is_flag=True, help="Also those who ask for payouts themselves, or were paid this week or month."
)
FORMAT = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)


@click.group()
def payouts() -> None:
    """Pay what people have earned."""


@payouts.command()
@HUB
@EVERYBODY
@FORMAT
def preview(slug: str | None, form: str, *, everybody: bool) -> None:
    """Show who would get what, who would not, and why; nothing is written.

    Example: hubapp payouts preview --hub lyon --format json.
    JSON gives minor units.
    """
    app = _app()
    with app.app_context(), platform_scope(reason="hubapp payouts preview"), unit_of_work():
        lines = list(planning.preview(now=clock.now(), hub_id=_hub_id(slug), is_everybody=everybody))
        show([_row(line) for line in lines], form)


@payouts.command()
@HUB
@EVERYBODY
@click.option("--approve", is_flag=True, help="Approve it at once; otherwise it waits on /console/payouts.")
@FORMAT
def run(slug: str | None, form: str, *, everybody: bool, approve: bool) -> None:
    """Propose a run of everybody whose time has come, and pay it once it is approved.

    Example: hubapp payouts run --hub lyon --approve.
    The worker makes the payouts. Running it again pays nobody twice: whose payout is under way is left out.
    """
    answer = propose(_app(), slug, is_everybody=everybody, is_approved=approve)
    if form == "json":
        click.echo(json.dumps(answer, indent=2))
        return
    click.echo(f"Run {answer['run']}: {answer['status']}. {answer['paid']} to be paid, {answer['left_out']} left out.")
    if not approve:
        click.echo("Nothing leaves before it is approved on /console/payouts.")


def propose(app: Flask, slug: str | None, *, is_everybody: bool, is_approved: bool) -> dict[str, Any]:
    """Propose a run, approve it if asked, and say how many it pays."""
    now = clock.now()
    with app.app_context(), platform_scope(reason="hubapp payouts run"), unit_of_work():
        hub_id = _hub_id(slug)
        lines = planning.preview(now=now, hub_id=hub_id, is_everybody=is_everybody)
        reasons = [line.reason for line in lines]
        run_id = services.propose(by=BY, now=now, hub_id=hub_id, is_everybody=is_everybody)
        if is_approved:
            services.approve(run_id=run_id, by=BY, now=now)
    return {
        "run": str(run_id),
        "status": "approved" if is_approved else "proposed",
        "paid": reasons.count(None),
        "left_out": len(reasons) - reasons.count(None),
    }


def _app() -> Flask:
    settings = Settings()
    return create_app(settings, require_ready(settings))


def _hub_id(slug: str | None) -> int | None:
    if slug is None:
        return None
    hub = tenancy.by_slug(slug)
    if hub is None:
        raise NotFound(f"There is no hub called {slug}.")
    return hub.id


def _row(line: Line) -> dict[str, Any]:
    account = accounts.account(line.account_id)
    return {
        "payee": account.email if account else str(line.account_id),
        "currency": line.currency,
        "pays_minor": line.amount if line.reason is None else 0,
        "available_minor": line.available,
        "held_minor": line.held,
        "owed_back_minor": line.owed_back,
        "reason": line.reason,
    }


def show(rows: Iterable[dict[str, Any]], form: str) -> None:
    """Print a preview."""
    rows = list(rows)
    if form == "json":
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    table = Table("payee", "", box=box.SIMPLE_HEAD)
    for heading in ("pays", "available", "held", "owed back"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("why not")
    for row in rows:
        names = ("pays_minor", "available_minor", "held_minor", "owed_back_minor")
        amounts = [f"{Money(row[name], row['currency']).major:,}" for name in names]
        table.add_row(row["payee"], row["currency"], *amounts, row["reason"] or "")
    Console(width=WIDTH).print(table)
