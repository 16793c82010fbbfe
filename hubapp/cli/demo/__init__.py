"""`hubapp demo`: a whole network on this machine, in one command, with sandbox payments and invented people."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import click
from rich.console import Console

from hubapp.cli.demo import processes, seed
from hubapp.kernel import log, postgres
from hubapp.kernel.config import Settings
from hubapp.kernel.errors import Refusal


@click.command()
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on (PORT, 8000).")
@click.option("--data", type=click.Path(path_type=Path, file_okay=False), default=None, help="Data folder.")
@click.option("--fresh", is_flag=True, help="Delete the demo's data folder first.")
def demo(port: int | None, data: Path | None, *, fresh: bool) -> None:
    """Run a demo network until Ctrl-C. Example: hubapp demo --port 8001 --data /tmp/second."""
    if port is not None:
        os.environ["PORT"] = str(port)
    if data is not None:
        os.environ["HUBAPP_DATA"] = str(data.resolve())
    os.environ["HUBAPP_DEMO"] = "1"
    settings = Settings()
    log.configure(settings)
    if settings.stripe_secret_key:
        raise Refusal("The demo uses sandbox payments only. Unset HUBAPP_STRIPE_SECRET_KEY.")
    processes.require_free(settings.port)
    console = Console()
    if fresh:
        _delete(settings)
    was_running = settings.database_url is None and _is_running(settings)
    try:
        sign_ins = seed.prepare(settings, console)
        processes.run(settings, console, sign_ins)
    finally:
        if settings.database_url is None and not was_running and _is_running(settings):
            postgres.stop(settings.data / "postgres")


def _is_running(settings: Settings) -> bool:
    folder = settings.data / "postgres"
    return (folder / "PG_VERSION").exists() and postgres.is_ready(folder)


def _delete(settings: Settings) -> None:
    """Remove what an earlier demo made; refuses a folder that does not look like ours."""
    folder = settings.data
    if settings.database_url:
        raise Refusal("--fresh deletes the embedded database only; DATABASE_URL names another server.")
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / "postgres" / "PG_VERSION").exists():
        raise Refusal(f"{folder} is not a data folder of hubapp; it was left alone.")
    if postgres.is_ready(folder / "postgres"):
        postgres.stop(folder / "postgres", mode="immediate")
    shutil.rmtree(folder)
