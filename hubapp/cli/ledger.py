"""`hubapp ledger`: prove the books of one hub or of all of them."""

from __future__ import annotations

import sys

import click
from flask import Flask

from hubapp.app import create_app
from hubapp.cli.ready import require_migrated
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.money.ledger.verify import Verification
from hubapp.money.ledger.verify import verify as verify_books
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.scope import hub_scope, no_hub


@click.group()
def ledger() -> None:
    """Prove the books."""


@ledger.command()
@click.option("--hub", "slug", metavar="SLUG", help="Only this hub's books.")
def verify(slug: str | None) -> None:
    """Check every entry and every sum; exit 1 at the first that fails. Example: hubapp ledger verify --hub lyon."""
    settings = Settings()
    server = require_migrated(settings)
    if not report(create_app(settings, server), slug):
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
