"""`hubapp ledger`: prove the books of one hub or of all of them."""

from __future__ import annotations

import sys

import click
from flask import Flask

from hubapp.app import create_app
from hubapp.cli.ready import require_migrated
from hubapp.earnings.shares.unfounded import Fault, Unfounded, unfounded
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.money.ledger.verify import Verification
from hubapp.money.ledger.verify import verify as verify_books
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub

FAULTS = {
    Fault.UNNAMED: "nothing that was paid names them: {order}",
    Fault.UNBORNE: "order {order} does not bear its parts",
    Fault.UNBOOKED: "the entry of order {order} says another amount",
}


@click.group()
def ledger() -> None:
    """Prove the books."""


@ledger.command()
@click.option("--hub", "slug", metavar="SLUG", help="Only this hub's books.")
def verify(slug: str | None) -> None:
    """Check every entry, sum and right; exit 1 where one fails. Example: hubapp ledger verify --hub lyon."""
    settings = Settings()
    server = require_migrated(settings)
    app = create_app(settings, server)
    if not report(app, slug) or not report_rights(app, slug):
        sys.exit(1)


def report(app: Flask, slug: str | None) -> bool:
    """Verify hub after hub and print counts; stops at the first fault, names it and answers False."""
    entries = postings = 0
    with app.app_context():
        hubs = _hubs(slug)
        for hub_id, name in hubs:
            found = _verified(hub_id)
            if not found.ok:
                click.echo(f"hubapp: {name}: {found.reason}", err=True)
                return False
            entries, postings = entries + found.entries, postings + found.postings
            click.echo(f"{name}: {found.entries} entries, {found.postings} postings, head {found.head[:16]}")
    counts = (_count(len(hubs), "hub"), _count(entries, "entry", "entries"), _count(postings, "posting"))
    click.echo(f"The books hold: {', '.join(counts)}.")
    return True


def report_rights(app: Flask, slug: str | None) -> bool:
    """Name every right to a part of a sale that has nothing behind it: a person judges it; True where there is none."""
    with app.app_context():
        wrong = [_named(one, name) for hub_id, name in _hubs(slug) for one in _unfounded(hub_id)]
    for line in wrong:
        click.echo(line, err=True)
    click.echo(f"Rights with nothing behind them: {len(wrong)}.")
    return not wrong


def _unfounded(hub_id: int) -> list[Unfounded]:
    with platform_scope(reason="hubapp ledger verify"), unit_of_work():
        return unfounded(hub_id=hub_id)


def _named(one: Unfounded, hub: str) -> str:
    what = f"right {one.id} of {one.owner} as {one.role}, {one.amount} minor units {one.currency}"
    return f"hubapp: {hub}: {what}: {FAULTS[one.fault].format(order=one.order_id)}"


def _count(number: int, one: str, more: str = "") -> str:
    return f"{number} {one if number == 1 else more or one + 's'}"


def _hubs(slug: str | None) -> list[tuple[int, str]]:
    with no_hub(), unit_of_work():
        hubs = tenancy.slugs()
    if slug is None:
        return hubs
    chosen = [hub for hub in hubs if hub[1] == slug]
    if not chosen:
        raise NotFound(f"There is no hub called {slug}.")
    return chosen


def _verified(hub_id: int) -> Verification:
    with hub_scope(hub_id), unit_of_work():
        return verify_books(hub_id)
