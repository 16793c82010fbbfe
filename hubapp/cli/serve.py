"""`hubapp serve`: the web server. It starts web processes, which load the application; it does not load it itself."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import click
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server as Granian

from hubapp.kernel.config import Settings


class Inspection(threading.Thread):
    """Looks whether the database is fit to be served from, while the web processes are still loading; ends it if not.

    One after the other would make every start a third longer.
    """

    def __init__(self, settings: Settings) -> None:
        super().__init__(daemon=True)
        self.settings = settings
        self.problem: Exception | None = None

    def run(self) -> None:
        """Keep what went wrong for the main thread, which says it in one line, and stop the server."""
        try:
            # Here and not above: the web processes need not wait until these libraries are loaded in this one.
            from hubapp.cli.ready import require_serving  # noqa: PLC0415

            require_serving(self.settings)
        except Exception as problem:  # noqa: BLE001  raised again by the main thread
            self.problem = problem
            os.kill(os.getpid(), signal.SIGTERM)

    def verdict(self) -> None:
        """Once the server has stopped: raise what was found."""
        self.join()
        if self.problem is not None:
            raise self.problem


class Inspected(Granian):  # type: ignore[valid-type,misc]
    """A server that is inspected once its web processes are forked: a fork beside a thread that imports can hang."""

    def __init__(self, inspection: Inspection, target: str, **options: Any) -> None:
        super().__init__(target, **options)
        self.inspection = inspection

    def _serve_loop(self, *arguments: Any) -> None:
        self.inspection.start()
        super()._serve_loop(*arguments)


@click.command()
@click.option("--host", default=None, help="Address to listen on (127.0.0.1).")
@click.option("--port", type=click.IntRange(1, 65535), default=None, help="Port to listen on (PORT, 8000).")
def serve(host: str | None, port: int | None) -> None:
    """Serve the hubs and the central console. Example: hubapp serve --port 8000."""
    if port is not None:
        os.environ["PORT"] = str(port)  # the web processes read the same settings, and addresses contain the port
    settings = Settings()
    settings.refuse_half_set_up()
    inspection = Inspection(settings)
    server = Inspected(
        inspection,
        "hubapp.cli.web_process:application",
        factory=True,
        interface=Interfaces.WSGI,
        address=host or settings.host,
        port=settings.port,
        workers=settings.web_workers,
        blocking_threads=settings.web_threads,
        log_level=LogLevels.warning,
        websockets=False,
    )
    server.serve()
    inspection.verdict()
