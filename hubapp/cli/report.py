"""`hubapp report`: the network's figures, as a table, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from typing import Any

import click
from rich.console import Console
from rich.table import Table

from hubapp.app import create_context
from hubapp.cli.serve import require_migrated
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.market.history import queries
from hubapp.market.history.queries import HubReport
from hubapp.tenancy.platform import platform_scope

ROLES = ("seller", "connector", "referrer", "core")


@click.group()
def report() -> None:
    """Print figures of the network."""


@report.command()
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table", show_default=True)
def hubs(form: str) -> None:
    """Sales, refunds and shares of every hub, in minor units. Example: hubapp report hubs --format json."""
    settings = Settings()
    app = create_context(settings, require_migrated(settings))
    with app.app_context(), platform_scope(reason="report of all hubs"), unit_of_work():
        rows = [_row(row) for row in queries.report()]
    if form == "json":
        json.dump(rows, sys.stdout, indent=2)
        sys.stdout.write("\n")
        return
    flat = [{**row, "shares": None, **{f"share_{role}": row["shares"][role] for role in ROLES}} for row in rows]
    for row in flat:
        del row["shares"]
    if form == "csv":
        writer = csv.DictWriter(sys.stdout, list(flat[0]) if flat else ["slug"])
        writer.writeheader()
        writer.writerows(flat)
        return
    table = Table(*(flat[0] if flat else ("slug",)))
    for row in flat:
        table.add_row(*(str(value) for value in row.values()))
    Console().print(table)


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
