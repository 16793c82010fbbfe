"""`hubapp payments`: compare the provider's books with ours, and check that the provider is set up as we need it."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from babel.numbers import format_currency
from flask import Flask
from flask_babel import force_locale

from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.jobs import worker
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import Refusal
from hubapp.kernel.money import Money
from hubapp.money.payments import doctor as checkup
from hubapp.money.payments.gateway import GatewayError, ModeMismatch
from hubapp.money.reconciliation import jobs, queries, services, wording
from hubapp.money.reconciliation.models import Item, ItemStatus, Run
from hubapp.tenancy import network
from hubapp.tenancy.platform import platform_scope

WHY = "comparison with the provider"
LONGEST_LINE = 500  # the provider's own words may be many


@click.group()
def payments() -> None:
    """Compare the payment provider's books with ours, and check how it is set up."""


@payments.command()
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="Look again at everything since then (35 days)."
)
@click.option("--format", "shape", type=click.Choice(["table", "json"]), default="table", show_default=True)
def reconcile(since: datetime | None, shape: str) -> None:
    """Hold every balance transaction of the provider against the books, both ways, and the sums.

    Exit 0 when every difference is explained, 1 when one is open. Example: hubapp payments reconcile --since 2026-11-01
    """
    settings = Settings()
    app = create_app(settings, require_ready(settings))
    _follow_clock(app)
    try:
        run, items, names = compared(app, since.replace(tzinfo=UTC) if since else None)
    except GatewayError as error:
        raise Refusal(f"The payment provider does not answer: {error}") from error
    with app.app_context(), force_locale("en"):
        click.echo(json.dumps(as_json(run, items, names), indent=2) if shape == "json" else as_table(run, items, names))
    if run.open:
        sys.exit(1)


def _follow_clock(app: Flask) -> None:
    follower = app.extensions.get("hubapp.sandbox_clock")
    if follower is not None:
        follower()


def compared(app: Flask, since: datetime | None) -> tuple[Run, Sequence[Item], dict[int, str]]:
    """Fetch, compare and book suspense here and now, each in its own transaction; (run, differences, hubs' names)."""
    with app.app_context(), platform_scope(reason=WHY), unit_of_work():
        run_id = services.begin(since=since, asked_by="command line", now=clock.now())
    with app.app_context(), platform_scope(reason=WHY), unit_of_work():
        services.mirror(run_id=run_id, now=clock.now())
        services.take_lost_events(run_id=run_id, now=clock.now())
    with app.app_context(), platform_scope(reason=WHY), unit_of_work():
        services.compare(run_id=run_id, now=clock.now())
        waiting = services.unsettled()
        accounts = services.accounts_to_follow(run_id=run_id)
    for account in accounts:
        with app.app_context(), platform_scope(reason=WHY), unit_of_work():
            services.follow(run_id=run_id, account=account, now=clock.now())
    for item_id in waiting:
        worker.run_job(app, name=jobs.SUSPEND, hub_id=None, arguments={"item_id": str(item_id)})
    with app.app_context(), platform_scope(reason=WHY), unit_of_work():
        return _read(run_id)


def _read(run_id: UUID) -> tuple[Run, Sequence[Item], dict[int, str]]:
    items = queries.all_unresolved()
    names = network.names([item.hub_id for item in items])
    return queries.run(run_id), items, {hub_id: slug for hub_id, (slug, _) in names.items()}


def as_json(run: Run, items: Sequence[Item], names: dict[int, str]) -> dict[str, Any]:
    """For programs: amounts in minor units."""
    return {
        "run": str(run.id),
        "since": run.since.isoformat(),
        "lines": run.lines,
        "entries": run.entries,
        "lost_events": run.undelivered,
        "connected_accounts": run.followed,
        "explained": run.explained,
        "open": run.open,
        "totals": run.totals,
        "differences": [
            {
                "id": str(item.id),
                "status": item.status,
                "kind": item.kind,
                "reason": item.reason,
                "note": item.note,
                "hub": names.get(item.hub_id or 0),
                "currency": item.currency,
                "provider_minor": item.provider_amount,
                "books_minor": item.books_amount,
                "suspense_minor": item.suspense_amount,
                "connected_account": item.account,
                "balance_transaction": item.txn_id,
                "source": item.source_id,
                "entry": item.entry_key,
                "about": item.ref,
            }
            for item in items
        ],
    }


def as_table(run: Run, items: Sequence[Item], names: dict[int, str]) -> str:
    """For people: open ones first, one difference to a paragraph."""
    rows = [
        f"Compared {run.lines} balance transactions and {run.entries} entries since {run.since:%Y-%m-%d}."
        + (f" Followed {run.followed} connected accounts." if run.followed else "")
        + (f" {run.undelivered} lost events are being handled." if run.undelivered else "")
    ]
    rows += [
        f"{total['currency']}: provider {_shown(total['provider'], total['currency'])},"
        f" books {_shown(total['books'], total['currency'])}"
        for total in run.totals
    ]
    for item in sorted(items, key=lambda item: (item.status != ItemStatus.OPEN, item.id)):
        where = names.get(item.hub_id or 0, item.account or "no hub")
        what = " ".join(filter(None, (wording.movement(item.txn_type), item.source_id or item.entry_key or "")))
        gap = _shown(item.gap, item.currency)
        rows.append(f"{item.status.upper()} {gap} {where}: {wording.kind(item.kind)}: {what}".rstrip(": "))
        rows.append(f"    {item.note or wording.reason(item.reason)}")
    rows.append(
        f"{run.open} open, {run.explained} explained."
        if run.open or run.explained
        else "The provider's books and ours agree."
    )
    return "\n".join(rows)


def _shown(amount: int, currency: str) -> str:
    return str(format_currency(Money(amount, currency).major, currency, locale="en"))


@payments.command()
def doctor() -> None:
    """Check key, account, webhooks and payout schedule; exit 1 when something has to be put right.

    Example: hubapp payments doctor
    """
    settings = Settings()
    try:
        app = create_app(settings, require_ready(settings))
        with app.app_context():
            checks = checkup.examine()
    except ModeMismatch as error:
        raise Refusal(str(error)) from error
    for check in checks:
        click.echo(f"{check.mark:<4}  {check.name}: {' '.join(check.text.split())[:LONGEST_LINE]}")
    if any(check.is_failure for check in checks):
        sys.exit(1)
