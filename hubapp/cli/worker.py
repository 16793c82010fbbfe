"""`hubapp worker`: the process that settles, mails and pays out."""

from __future__ import annotations

import click
import psycopg

from hubapp.app import create_app
from hubapp.cli.ready import require_serving
from hubapp.jobs import worker as jobs_worker
from hubapp.kernel import server as database_server
from hubapp.kernel.config import Settings


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=4, show_default=True, help="Jobs at a time.")
@click.option("--once", is_flag=True, help="Run what is due, then stop.")
def worker(concurrency: int, *, once: bool) -> None:
    """Run jobs: settlements, mails, payouts. Example: hubapp worker --concurrency 4."""
    settings = Settings()
    settings.refuse_half_set_up()
    server = require_serving(settings)
    jobs_worker.work(
        create_app(settings, server),
        conninfo=server.conninfo("central"),
        concurrency=concurrency,
        wait=not once,
        revive=lambda: _find_again(settings),
    )


def _find_again(settings: Settings) -> None:
    """The database answers; the embedded one is started again if it was killed."""
    with psycopg.connect(database_server.connect(settings).conninfo("central"), connect_timeout=5) as connection:
        connection.execute("SELECT 1")
