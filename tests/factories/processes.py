"""A whole installation of real processes: database, web server and worker, to be killed and started again."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psycopg
from psycopg.rows import dict_row

from hubapp.cli.database import prepare
from hubapp.kernel import postgres
from hubapp.kernel.config import Settings
from hubapp.kernel.server import Server

Part = Literal["serve", "worker", "database"]
PROGRAMS: tuple[Literal["serve", "worker"], ...] = ("serve", "worker")
READY_SECONDS = 180  # on a machine where everybody is busy
POLL_SECONDS = 0.1


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Installation:
    """Processes on a data directory of their own; the database keeps what it said it kept (fsync is on)."""

    settings: Settings
    server: Server
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    ended_by_themselves: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        """The database's folder."""
        return self.settings.data / "postgres"

    def start(self, name: str) -> None:
        """Start the web server (`serve`) or the worker."""
        with (self.settings.data / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, "-m", "hubapp.cli", name],
                env=self.environment(),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        """What each program finds its settings in."""
        return {
            **os.environ,
            "HUBAPP_ENV": self.settings.env,
            "HUBAPP_DATA": str(self.settings.data),
            "HUBAPP_SECRET_KEY": str(self.settings.secret_key),
            "PORT": str(self.settings.port),
        }

    def kill(self, part: Part) -> None:
        """Kill -9, and start again at once."""
        if part == "database":
            pid = postgres.postmaster_pid(self.data)
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            postgres.ensure(self.data)
        else:
            self._end(part)
            self.start(part)

    def watch(self) -> None:
        """Start again what ended without being killed, as a service manager does."""
        for name, process in list(self.running.items()):
            if process.poll() is not None:
                self.ended_by_themselves.append(name)
                self.start(name)

    def _end(self, name: str) -> None:
        process = self.running.pop(name)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wait_until_ready(self) -> None:
        """Wait for the web server's first answer."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.settings.port}/readyz", headers={"Host": self.settings.public_domain}
        )
        deadline = time.monotonic() + READY_SECONDS
        while time.monotonic() < deadline:
            self.watch()
            with (
                suppress(urllib.error.URLError, OSError),
                urllib.request.urlopen(request, timeout=2) as answer,
            ):
                if answer.status == 200:
                    return
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"the web server does not answer: {self.log('serve')}")

    def log(self, name: str) -> str:
        """The end of a program's output."""
        return (self.settings.data / f"{name}.log").read_text(errors="replace")[-3000:]

    def rows(self, statement: str, *, sandbox: bool = False) -> list[dict[str, Any]]:
        """What the database has, seen by its superuser, or what the provider's has."""
        dsn = self.server.sandbox if sandbox else self.server.admin
        with psycopg.connect(dsn, row_factory=dict_row, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def close(self) -> None:
        """Stop everything."""
        for name in list(self.running):
            self._end(name)
        postgres.stop(self.data, mode="immediate")


@contextmanager
def installed() -> Iterator[Installation]:
    """A migrated installation with its database running; programs are started by `start`."""
    folder = Path(tempfile.mkdtemp(prefix="hubapp-crash-"))
    folder.chmod(0o755)  # the database's own user has to pass
    settings = Settings(
        env="development", data=folder, secret_key="a key for crash tests", port=free_port(), database_url=None
    )
    found = Installation(settings, prepare(settings))
    try:
        yield found
    finally:
        found.close()
        shutil.rmtree(folder, ignore_errors=True)
