"""`hubapp users`: open an account from the command line, for the first member of the central team above all."""

from __future__ import annotations

import uuid

import click
from flask import Flask

from hubapp.app import create_app
from hubapp.cli.ready import require_migrated
from hubapp.kernel import clock
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.people.accounts import services
from hubapp.tenancy import audit
from hubapp.tenancy.platform import platform_scope


@click.group()
def users() -> None:
    """Open accounts."""


@users.command()
@click.option("--email", required=True, help="The address that signs in; it counts as confirmed.")
@click.option("--name", required=True, help="The name that others see.")
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True, help="Asked for when left out.")
@click.option("--locale", default="en", show_default=True, help="Language of mails and pages.")
@click.option("--central", is_flag=True, help="A member of the central team, who sees all hubs.")
def create(email: str, name: str, password: str, locale: str, *, central: bool) -> None:
    """Open a confirmed account. Example: hubapp users create --email ana@example.org --name Ana --central."""
    settings = Settings()
    app = create_app(settings, require_migrated(settings))
    account_id = open_account(app, email=email, name=name, password=password, locale=locale, is_central=central)
    click.echo(f"{account_id}  {email}")
    if central:
        click.echo("At the first sign-in a second factor has to be set up.")


def open_account(app: Flask, *, email: str, name: str, password: str, locale: str, is_central: bool) -> uuid.UUID:
    """Open a confirmed account and write it into the audit log."""
    now = clock.wall()
    with app.app_context(), platform_scope(reason="hubapp users create"), unit_of_work():
        account_id = services.create_account(
            email=email, name=name, password=password, locale=locale, now=now, is_confirmed=True, is_central=is_central
        )
        details = {"central": is_central}
        audit.record(actor=audit.SYSTEM, action="account.create", now=now, subject=str(account_id), details=details)
    return account_id
