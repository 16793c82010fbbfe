"""`hubapp report`: the network's figures, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table

from hubapp.app import create_context
from hubapp.cli.ready import require_migrated
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.money import Money
from hubapp.market.history import queries
from hubapp.market.history.queries import HubReport
from hubapp.tenancy.platform import platform_scope

ROLES = ("seller", "connector", "referrer", "core")
COUNTS = ("documents", "lines")
WIDEST = 1000
AMOUNTS = ("gross", "refunds", "adjustments", "suspense", "net", "commissionable")


@click.group()
def report() -> None:
    """Print figures of the network."""


@report.command()
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def hubs(form: str) -> None:
    """Sales, refunds and shares of every hub. Example: hubapp report hubs --format json.

    CSV and JSON give minor units; the table is for reading.
    """
    settings = Settings()
    app = create_context(settings, require_migrated(settings))
    with app.app_context(), platform_scope(reason="report of all hubs"), unit_of_work():
        rows = [_row(row) for row in queries.report()]
    if form == "json":
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    if form == "table":
        _print(rows)
        return
    flat = [{**row, "shares": None, **{f"share_{role}": row["shares"][role] for role in ROLES}} for row in rows]
    for row in flat:
        del row["shares"]
    writer = csv.DictWriter(sys.stdout, list(flat[0]) if flat else ["slug"])
    writer.writeheader()
    writer.writerows(flat)


def _print(rows: list[dict[str, Any]]) -> None:
    """For people: amounts in the currency's own unit, never cut off, however narrow the terminal or the pipe."""
    table = Table("hub", "", box=box.SIMPLE_HEAD)
    for heading in (*COUNTS, *AMOUNTS, *ROLES):
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        amounts = [row[f"{name}_minor"] for name in AMOUNTS] + [row["shares"][role] for role in ROLES]
        shown = [f"{Money(amount, row['currency']).major:,}" for amount in amounts]
        table.add_row(row["slug"], row["currency"], *(str(row[name]) for name in COUNTS), *shown)
    probe = Console(width=WIDEST)
    Console(width=Measurement.get(probe, probe.options, table).maximum).print(table)


def _row(row: HubReport) -> dict[str, Any]:
    return {
        "slug": row.slug,
        "currency": row.currency,
        "documents": row.documents,
        "lines": row.lines,
        "gross_minor": row.gross,
        "refunds_minor": row.refunds,
        "adjustments_minor": row.adjustments,
        "suspense_minor": row.suspense,
        "net_minor": row.net,
        "commissionable_minor": row.commissionable,
        "shares": {role: getattr(row, role) for role in ROLES},
    }
