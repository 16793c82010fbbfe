"""`hubapp serve` and `hubapp worker`: the two processes of an installation."""

from __future__ import annotations

import os

import click
import psycopg
from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from hubapp.app import create_app
from hubapp.jobs import worker as jobs_worker
from hubapp.kernel import log, migrate
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal


def application() -> Flask:
    """What each web process serves (granian calls this after it has started)."""
    settings = Settings()
    log.configure(settings)
    return create_app(settings)


def require_migrated(settings: Settings) -> database_server.Server:
    """The database server, or a refusal that says how to bring it up to date."""
    server = database_server.connect(settings)
    current, head = migrate.status(server)
    if current != head:
        raise Refusal(
            f"The database has version {current or 'none'}, this program needs {head}. Run `hubapp db upgrade`."
        )
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
    require_migrated(settings)
    Granian(
        "hubapp.cli.serve:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host or settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        log_level=LogLevels.warning,
        websockets=False,
    ).serve()


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Jobs at a time.")
@click.option("--once", is_flag=True, help="Run what is due, then stop.")
def worker(concurrency: int, *, once: bool) -> None:
    """Run jobs: settlements, mails, payouts. Example: hubapp worker --concurrency 4."""
    settings = Settings()
    settings.refuse_half_set_up()
    server = require_migrated(settings)
    jobs_worker.work(
        create_app(settings, server),
        conninfo=server.conninfo("central"),
        concurrency=concurrency,
        wait=not once,
        revive=lambda: _find_again(settings),
    )


def _find_again(settings: Settings) -> None:
    """The database answers; the embedded one is started again if it was killed."""
    with psycopg.connect(database_server.connect(settings).admin, connect_timeout=5) as connection:
        connection.execute("SELECT 1")
