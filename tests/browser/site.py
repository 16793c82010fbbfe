"""A whole network to look at in a browser: what `hubapp demo` starts, on a database of its own."""

from __future__ import annotations

import email
import email.policy
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

PASSWORD = "demo-hub-2026"
CENTRAL = "ines@glocal.example"
CONNECTORS = {"lyon": "maud@letabli.example", "nairobi": "wambui@tulia.example", "tunis": "sondos@annawl.example"}
SELLER, MEMBER = "bastien@letabli.example", "lucie@letabli.example"
# They read English, as the journeys are told.
BUYER, POTTER = "shiru@tulia.example", "makena@tulia.example"
HOST = CONNECTORS["nairobi"]
START_SECONDS = 360
# Has a job done at once that the worker does by the clock, once a minute or more rarely.
SWEEP = """
import sys
from hubapp.app import create_app
from hubapp.cli.ready import require_ready
from hubapp.jobs import worker
from hubapp.kernel.config import Settings
settings = Settings()
worker.run_job(create_app(settings, require_ready(settings)), name=sys.argv[1], hub_id=None, arguments={})
"""


@dataclass(frozen=True, slots=True)
class Site:
    """A running network. `environment`: what its commands need to find it."""

    port: int
    data: Path
    environment: dict[str, str]

    def url(self, hub: str = "", path: str = "/") -> str:
        """An address in a hub, or on the central site."""
        return f"http://{hub + '.' if hub else ''}localhost:{self.port}{path}"

    def command(self, *arguments: str) -> str:
        """What `hubapp …` prints."""
        run = [sys.executable, "-m", "hubapp.cli", *arguments]
        return subprocess.run(run, env=self.environment, capture_output=True, text=True, check=True).stdout

    def now(self) -> datetime:
        """What time it is there: journeys move the sandbox's clock."""
        said = re.search(r"business time is now (\S+ \S+) UTC", self.command("sandbox", "advance", "1s"))
        assert said is not None
        return datetime.strptime(said[1], "%Y-%m-%d %H:%M").replace(tzinfo=UTC)

    def sweep(self, job: str) -> None:
        """Do what the worker does by the clock, without waiting for the minute."""
        subprocess.run([sys.executable, "-c", SWEEP, job], env=self.environment, capture_output=True, check=True)

    def letter_to(self, address: str, *words: str) -> str:
        """The newest mail to somebody that says all this, once it has come."""
        for _ in range(1200):  # other journeys may have left the worker much to do
            for letter in reversed(self.letters_to(address)):
                if all(word in letter for word in words):
                    return letter
            time.sleep(0.1)
        raise AssertionError(f"no mail to {address} about {words}")

    def letters_to(self, address: str) -> list[str]:
        """The mails to somebody, each its subject and its text, oldest first."""
        found = []
        for path in sorted((self.data / "mail").glob("*.eml"), key=lambda path: path.stat().st_mtime):
            letter = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
            body = letter.get_body(("plain",))
            if address in str(letter["To"]) and body is not None:
                found.append(f"{letter['Subject']}\n\n{body.get_content()}")
        return found

    def link_to(self, address: str) -> str | None:
        """The first link in the newest mail to somebody."""
        letters = self.letters_to(address)
        found = re.search(r"https?://\S+", letters[-1]) if letters else None
        return found[0] if found else None


@contextmanager
def running(data: Path, database_url: str | None = None) -> Iterator[Site]:
    """Start a demo network, wait until it answers, and stop it afterwards."""
    port = _free_port()
    environment = {**os.environ, "HUBAPP_DATA": str(data), "PORT": str(port), "HUBAPP_DEMO": "1", "COLUMNS": "160"}
    if database_url:
        environment["DATABASE_URL"] = database_url
    said = data / "demo.log"
    data.mkdir(parents=True, exist_ok=True)
    with said.open("wb") as out:
        command = [sys.executable, "-m", "hubapp.cli", "demo"]
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        _wait(process, said)
        yield Site(port, data, environment)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process: subprocess.Popen[bytes], said: Path) -> None:
    """Until it says `ready`; what went wrong is told in its own words."""
    for _ in range(START_SECONDS * 5):
        if re.search(r"^ready ", said.read_text(errors="replace"), re.MULTILINE):
            return
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            continue
        break
    raise AssertionError(f"the demo did not start:\n{said.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
