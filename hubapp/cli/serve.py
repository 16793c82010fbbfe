"""`hubapp serve`: the web server. It starts web processes, which load the application; it does not load it itself."""

from __future__ import annotations

import os

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from hubapp.kernel import migrate
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


@click.command()
@click.option("--host", default=None, help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on (PORT, 8000).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the hubs and the central console. Example: hubapp serve --port 8000."""
    if port is not None:
        os.environ["PORT"] = str(port)  # the web processes read the same settings, and addresses contain the port
    settings = Settings()
    settings.refuse_half_set_up()
    require_ready(settings)
    Granian(
        "hubapp.cli.web_process:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host or settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()
