"""`hubapp db`: bring the database to the newest version, or say which one it has."""

from __future__ import annotations

import sys

import click

from hubapp.cli.ready import require_migrated
from hubapp.kernel import logins, migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.money.payments import plug as payments


@click.group("db")
def database() -> None:
    """Migrate the database and show its version."""


@database.command()
def upgrade() -> None:
    """Create roles and databases where missing and apply all migrations. Example: hubapp db upgrade."""
    prepare(Settings())
    click.echo("The database is up to date.")


@database.command()
def status() -> None:
    """Show the database's version; exit 1 if it is behind. Example: hubapp db status."""
    current, head = migrate.status(database_server.connect(Settings()))
    click.echo(f"database: {current or 'empty'}\nnewest:   {head}")
    if current != head:
        click.echo("Run `hubapp db upgrade`.", err=True)
        sys.exit(1)


@database.command()
def doctor() -> None:
    """Show who signs in for pages and console; exit 1 where they could become the owner. Example: hubapp db doctor."""
    server = require_migrated(Settings())
    for login in logins.serving(server):
        click.echo(f"{login.role}: {login.name}: {', '.join(login.could) or 'fine'}")
    complaint = logins.complaint(server)
    if complaint:
        raise Refusal(complaint)


def prepare(settings: Settings) -> database_server.Server:
    """Start the server if need be and migrate; returns where it is."""
    server = database_server.connect(settings)
    migrate.upgrade(server)
    payments.install_sandbox(server)
    return server
