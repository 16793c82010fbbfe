"""Whether the database can be worked with: it answers, and it has the version that this program needs."""

from __future__ import annotations

import click

from hubapp.kernel import logins, migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal
from hubapp.money.payments import world


def require_migrated(settings: Settings) -> database_server.Server:
    """The database server, or a refusal that says how to bring it up to date."""
    server = database_server.connect(settings)
    current, head = migrate.status(server)
    if current != head:
        raise Refusal(
            f"The database has version {current or 'none'}, this program needs {head}. Run `hubapp db upgrade`."
        )
    return server


def require_ready(settings: Settings) -> database_server.Server:
    """The same for whatever moves money: also refuses a database whose money belongs to another world."""
    server = require_migrated(settings)
    world.require(server)
    return server


def require_serving(settings: Settings) -> database_server.Server:
    """The same for web server and worker: says who could take the database's guards away, and refuses where it may.

    With one login for all roles that is a warning, so that an installation may begin that way.
    """
    if settings.is_production and settings.database_url_owner:
        raise Refusal(
            "Take HUBAPP_DATABASE_URL_OWNER out of the environment of `hubapp serve` and `hubapp worker`: what serves"
            " must not be able to become the database's owner."
        )
    server = require_ready(settings)
    complaint = logins.complaint(server)
    if complaint and settings.has_own_logins:
        raise Refusal(complaint)
    if complaint:
        click.echo(f"hubapp: {complaint}", err=True)
    return server
