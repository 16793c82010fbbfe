"""`hubapp statements`: a person's statement of a month or a year, hub by hub, as the ledger has it."""

from __future__ import annotations

import csv
import io
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, render_template
from flask_babel import force_locale
from werkzeug.test import EnvironBuilder

from hubapp.app import create_app
from hubapp.cli.ready import require_migrated
from hubapp.earnings.payouts import statements as made
from hubapp.earnings.shares import network as earned
from hubapp.kernel import pdf
from hubapp.kernel.config import Settings
from hubapp.kernel.db import unit_of_work
from hubapp.kernel.errors import NotFound
from hubapp.kernel.money import Money
from hubapp.people.accounts import queries as accounts
from hubapp.people.accounts.queries import AccountView
from hubapp.tenancy import queries as tenancy
from hubapp.tenancy.hosts import Found
from hubapp.tenancy.platform import platform_scope
from hubapp.tenancy.scope import hub_scope, no_hub
from hubapp.web import static
from hubapp.web.areas import FOUND, HubFlask


@click.group()
def statements() -> None:
    """Print what people earned and were paid."""


@statements.command()
@click.option("--payee", "email", required=True, metavar="EMAIL", help="The address they sign in with.")
@click.option("--period", required=True, metavar="PERIOD", help="A month like 2026-11, or a year like 2026.")
@click.option("--hub", "slug", metavar="SLUG", help="Only this hub; otherwise every hub in which they earned.")
@click.option("--format", "form", type=click.Choice(["csv", "pdf"]), default="csv", show_default=True)
@click.option(
    "--output", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file, not to the terminal."
)
def export(email: str, period: str, slug: str | None, form: str, output: Path | None) -> None:
    """Write a statement. Example: hubapp statements export --payee ana@example.org --period 2026-11 --format csv."""
    settings = Settings()
    app = create_app(settings, require_migrated(settings))
    person, hubs = _whose(app, email, slug)
    content = as_csv(app, person, hubs, period) if form == "csv" else as_pdf(app, person, hubs, period)
    if output is not None:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


def _whose(app: Flask, email: str, slug: str | None) -> tuple[AccountView, list[tuple[int, str]]]:
    """The person, and (id, slug) of their hubs."""
    with app.app_context(), platform_scope(reason="hubapp statements export"), unit_of_work():
        account_id = accounts.id_of(email)
        person = accounts.account(account_id) if account_id else None
        if person is None:
            raise NotFound(f"There is no account with the address {email}.")
        own = set(earned.hubs_of(f"account:{person.id}"))
        hubs = [(hub_id, name) for hub_id, name in tenancy.slugs() if slug == name or (slug is None and hub_id in own)]
    if not hubs:
        raise NotFound(f"There is no hub called {slug}." if slug else f"{email} has earned nothing yet.")
    return person, hubs


def as_csv(app: Flask, person: AccountView, hubs: list[tuple[int, str]], period: str) -> bytes:
    """One table; the first column names the hub."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(("hub", *made.COLUMNS))
    for hub_id, slug in hubs:
        for row in list(csv.reader(io.StringIO(made.as_csv(_statement(app, person, hub_id, period)))))[1:]:
            writer.writerow((slug, *row))
    return out.getvalue().encode()


def as_pdf(app: Flask, person: AccountView, hubs: list[tuple[int, str]], period: str) -> bytes:
    """A sheet per hub in one document. Refuses with PdfUnavailable."""
    sheets = [(_statement(app, person, hub_id, period), slug) for hub_id, slug in hubs]
    with app.app_context(), no_hub(), unit_of_work(), app.request_context(_environ(app)), force_locale(person.locale):
        html = render_template("earnings/payouts/sheet.html", sheets=sheets, person=person.name, money=Money)
    return pdf.render(html, folder=static.FOLDER)


def _environ(app: Flask) -> dict[str, Any]:
    site: HubFlask = app  # type: ignore[assignment]
    return {**EnvironBuilder(base_url=site.addresses.central("/")).get_environ(), FOUND: Found("central")}


def _statement(app: Flask, person: AccountView, hub_id: int, period: str) -> made.Statement:
    with app.app_context(), hub_scope(hub_id), unit_of_work():
        hub = tenancy.hub_view(hub_id)
        return made.statement(account_id=person.id, currency=hub.currency, period=period, zone=hub.zone)
